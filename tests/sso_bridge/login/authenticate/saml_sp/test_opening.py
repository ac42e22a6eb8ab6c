"""A SAML workplace is opened with what the bridge has; its metadata comes over the one session for outgoing calls."""

from __future__ import annotations

import pytest
import requests

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.register import Workplaces
from sso_bridge.login.authenticate.saml_sp.opening import fetching
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings
from sso_bridge.login.authenticate.saml_sp.workplace import SamlWorkplace
from tests.fakes.saml_door import OurKeys
from tests.fakes.saml_workplace import Idp
from tests.fakes.workplaces import around


class Session:
    """Gives one answer, or raises."""

    def __init__(self, status: int = 200, content: bytes = b"", error: Exception | None = None) -> None:
        self.status, self.content, self.error = status, content, error

    def get(self, url, *, timeout):
        """Answer."""
        if self.error:
            raise self.error
        answer = requests.Response()
        answer.status_code, answer._content = self.status, self.content
        answer.headers["Location"] = "http://169.254.169.254/"
        return answer


def test_opened_by_the_register():
    """The register opens the kind with what is around it, and the first look fetches."""
    settings = SamlWorkplaceSettings("adfs", metadata_url="https://idp.test/metadata")
    parts = around(outgoing=Session(content=Idp().metadata()), saml_keys=OurKeys())

    workplace = Workplaces(parts).of([settings])["adfs"]

    assert isinstance(workplace, SamlWorkplace)
    assert "https://idp.test/entity" == workplace.trust.current().entity_id
    assert "https://bridge.test/workplace/adfs/saml/acs" == workplace.us.acs


@pytest.mark.parametrize("status", [204, 301, 302, 307, 404, 500])
def test_answer_that_is_none(status):
    """A redirect is not followed, an error page is no metadata (MD-01, AD-14)."""
    with pytest.raises(WorkplaceDown, match=f"the answer is {status}"):
        fetching(Session(status, Idp().metadata()))("https://idp.test/metadata")


def test_no_answer():
    """Whatever goes wrong on the way is told without what it may hold."""
    secret = requests.ConnectionError("https://user:password@idp.test refused")

    with pytest.raises(WorkplaceDown, match=r"the metadata cannot be fetched: ConnectionError$"):
        fetching(Session(error=secret))("https://idp.test/metadata")
