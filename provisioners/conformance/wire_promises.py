"""What every connector that speaks HTTP promises when the line or the platform fails."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import requests
from structlog.testing import capture_logs

from provisioners.conformance.faults import Faults
from provisioners.conformance.sample import Sample
from provisioners.errors import NeedsAdmin, SyncError, TryAgain, Unknown
from provisioners.platforms.contract import Connector

PAGE = "<html>Please sign in</html>"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a platform does what: (method, path as a regular expression), below its address."""

    listing: tuple[str, str]
    creating: tuple[str, str]
    suspending: tuple[str, str]
    end_of_list: dict[str, object]


class WirePromises:
    """Needs the fixtures `connector`, `faults`, `paths` and `secret` (the token that must never show)."""

    def test_refused_token(self, connector: Connector, faults: Faults, paths: Paths) -> None:
        """401 stops the run until an administrator acts, and the hint says what about."""
        with faults.answers(*paths.listing, 401), pytest.raises(NeedsAdmin) as caught:
            list(connector.accounts())

        assert "token" in caught.value.hint

    def test_forbidden(self, connector: Connector, faults: Faults, paths: Paths) -> None:
        """403 stops the run until an administrator acts."""
        with faults.answers(*paths.listing, 403), pytest.raises(NeedsAdmin):
            list(connector.accounts())

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_listing_fails(
        self, connector: Connector, faults: Faults, paths: Paths, status: int, account: Sample
    ) -> None:
        """A platform in trouble has not lost its accounts: an error is never an absence."""
        connector.create(account(1))

        with faults.answers(*paths.listing, status), pytest.raises(TryAgain):
            list(connector.accounts())

    def test_listing_ends_early(self, connector: Connector, faults: Faults, paths: Paths) -> None:
        """An empty page before the announced end is an error, not the end."""
        with faults.answers(*paths.listing, 200, body=paths.end_of_list), pytest.raises(TryAgain):
            list(connector.accounts())

    @pytest.mark.parametrize("body", [PAGE, {}, {"totalResults": "many"}, {"Resources": []}, {"users": []}])
    def test_listing_is_something_else(
        self, connector: Connector, faults: Faults, paths: Paths, body: str | dict[str, object]
    ) -> None:
        """A sign-in page or foreign JSON with status 200 is an error, not an empty platform."""
        with faults.answers(*paths.listing, 200, body=body), pytest.raises(SyncError):
            list(connector.accounts())

    def test_redirect_is_not_followed(self, connector: Connector, faults: Faults, paths: Paths) -> None:
        """A redirect could lead the token elsewhere; it stops the run."""
        elsewhere = {"Location": "https://elsewhere.example/"}
        with faults.answers(*paths.listing, 302, headers=elsewhere), pytest.raises(NeedsAdmin):
            list(connector.accounts())

    @pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("2.128", 2.128)])
    def test_waiting_time(
        self, connector: Connector, faults: Faults, paths: Paths, header: str, seconds: float, account: Sample
    ) -> None:
        """429 names the wait that the platform asked for, whole or decimal seconds."""
        with faults.answers(*paths.creating, 429, headers={"Retry-After": header}), pytest.raises(TryAgain) as caught:
            connector.create(account(1))

        assert seconds == caught.value.after

    def test_too_many_without_a_time(self, connector: Connector, faults: Faults, paths: Paths, account: Sample) -> None:
        """429 without a time is still only a matter of trying again."""
        with faults.answers(*paths.creating, 429), pytest.raises(TryAgain) as caught:
            connector.create(account(1))

        assert 0.0 == caught.value.after

    def test_time_out_while_creating(self, connector: Connector, faults: Faults, paths: Paths, account: Sample) -> None:
        """Nobody knows whether it was created; afterwards creating again makes one account (PR-10)."""
        with faults.breaks(*paths.creating, requests.ReadTimeout()), pytest.raises(Unknown):
            connector.create(account(1))

        assert connector.create(account(1)) == connector.create(account(1))

    def test_no_connection(self, connector: Connector, faults: Faults, paths: Paths, account: Sample) -> None:
        """What never left can be sent again."""
        with faults.breaks(*paths.creating, requests.ConnectTimeout()), pytest.raises(TryAgain):
            connector.create(account(1))

    def test_wrong_certificate(self, connector: Connector, faults: Faults, paths: Paths) -> None:
        """A certificate that cannot be trusted stops the run (CR-05)."""
        untrusted = requests.exceptions.SSLError()
        with faults.breaks(*paths.listing, untrusted), pytest.raises(NeedsAdmin) as caught:
            list(connector.accounts())

        assert "certificate" in caught.value.hint

    def test_suspension_fails(self, connector: Connector, faults: Faults, paths: Paths, account: Sample) -> None:
        """A suspension that did not come through is never taken for done (PR-09)."""
        remote_id = connector.create(account(1))

        with faults.answers(*paths.suspending, 503), pytest.raises(TryAgain):
            connector.suspend(remote_id)

        found = connector.find(account(1).person_uuid)
        assert found is not None
        assert found.active

    def test_polite_lie(self, connector: Connector, faults: Faults, paths: Paths, account: Sample) -> None:
        """A 200 that changed nothing is never taken for a suspension (PR-09)."""
        remote_id = connector.create(account(1))

        with faults.answers(*paths.suspending, 200, body={"locked": False}), pytest.raises(SyncError):
            connector.suspend(remote_id)

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 429, 500, 501, 503])
    def test_nothing_leaks(
        self, connector: Connector, faults: Faults, paths: Paths, secret: str, status: int, account: Sample
    ) -> None:
        """Neither the token nor a value of the person is in an error or a log line, whatever the answer (AD-12)."""
        person = account(1, displayName="Unmistakable Name")
        echo = {"error": "Unmistakable Name", "detail": secret, "errcode": "M_UNKNOWN"}

        disturbed = faults.answers(*paths.creating, status, body=echo)
        with capture_logs() as lines, disturbed, pytest.raises(SyncError) as caught:
            connector.create(person)

        said = f"{caught.value!r} {caught.value} {caught.value.hint} {lines} {connector!r}"
        for private in (secret, "Unmistakable", person.person_uuid, person.subject, str(person.attributes["userName"])):
            assert private not in said
