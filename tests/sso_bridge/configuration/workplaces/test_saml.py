"""The kind `saml` in the document: what contradicts itself, and files that are not there, are told before sign-in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mappings.errors import MappingError
from sso_bridge.configuration.changing.beside import check_files
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.settings.build import workplaces
from tests.fakes.saml_platform import SamlPlatform
from tests.fakes.saml_workplace import Idp

URL = "https://idp.test/metadata"


def problems(**office) -> str:
    """Return what is wrong with a workplace."""
    with pytest.raises(MappingError) as caught:
        parse({"workplaces": {"office": {"kind": "saml", **office}}})
    return " | ".join(map(str, caught.value.problems))


def beside(folder: Path, **office) -> str:
    """Return what is wrong with its files."""
    with pytest.raises(MappingError) as caught:
        check_files(parse({"workplaces": {"office": {"kind": "saml", **office}}}), folder)
    return " | ".join(map(str, caught.value.problems))


@pytest.mark.parametrize(
    ("office", "told"),
    [
        ({}, "workplaces.office: needs metadata_url or metadata_file"),
        ({"metadata_url": URL, "metadata_file": "x.xml"}, "and not both"),
        ({"metadata_url": "http://idp.test/"}, "metadata_url without TLS needs metadata_certificate"),
        ({"metadata_url": "ftp://idp.test/"}, "workplaces.office.metadata_url: must be an address"),
        ({"metadata_url": URL, "clock_skew": 59}, "workplaces.office.clock_skew: "),
        ({"metadata_url": URL, "clock_skew": 301}, "workplaces.office.clock_skew: "),
        ({"metadata_url": URL, "attributes": "auth0"}, "workplaces.office.attributes: must be 'basic'"),
        ({"metadata_url": URL, "name_id_format": "emailAddress"}, "workplaces.office.name_id_format: "),
        ({"metadata_url": URL, "attribute_names": {"emial": "x"}}, "workplaces.office.attribute_names.emial"),
        ({"metadata_url": URL, "unsolicited": "yes"}, "workplaces.office.unsolicited: "),
        ({"metadata_url": URL, "directory": "ad"}, "workplaces.office.directory: is no ldap workplace"),
        ({"metadata_url": URL, "wantAssertionsSigned": False}, "wantAssertionsSigned: unknown key"),
    ],
)
def test_mistakes(office, told):
    """Each mistake is told with its place; there is no key that switches a check off (MD-02)."""
    assert told in problems(**office)


def test_settings(tmp_path):
    """What was written is what the service provider works with; paths begin beside the document."""
    office = {"kind": "saml", "metadata_file": "idp.xml", "attribute_names": {"email": "e"}, "clock_skew": 90}

    (made,) = workplaces(parse({"workplaces": {"office": office}}).configuration, tmp_path)

    assert ("office", tmp_path / "idp.xml", {"email": "e"}) == (made.name, made.metadata_file, made.attribute_names)
    assert (timedelta(seconds=90), False, False) == (made.clock_skew, made.unsolicited, made.allow_legacy_encryption)


def test_files(tmp_path):
    """A file that is not there, or describes no identity provider, is no configuration (MD-02, MD-04)."""
    (tmp_path / "idp.xml").write_bytes(Idp().metadata())
    (tmp_path / "sp.xml").write_bytes(SamlPlatform().metadata())

    check_files(parse({"workplaces": {"office": {"kind": "saml", "metadata_file": "idp.xml"}}}), tmp_path)
    assert "metadata_file: No such file" in beside(tmp_path, metadata_file="absent.xml")
    assert "describes 0 identity providers" in beside(tmp_path, metadata_file="sp.xml")
    assert "metadata_certificate cannot be read" in beside(tmp_path, metadata_url=URL, metadata_certificate="idp.xml")
