"""Opened workplaces over revisions of the configuration."""

from __future__ import annotations

from pathlib import Path

from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from sso_bridge.login.authenticate.register import Workplaces
from tests.fakes.workplaces import around

STAFF = FileSettings("staff", Path("users.yaml"))
AD = LdapSettings("ad", ("ldaps://ad.test",), "dc=x", "cn=bridge,dc=x", "env:X")


def test_kept_open():
    """A workplace whose settings did not change stays open in the next revision; the order is the document's."""
    opened = Workplaces(around())
    first = opened.of([AD, STAFF])
    second = opened.of([STAFF, AD])
    third = opened.of([FileSettings("staff", Path("other.yaml"))])

    assert ["ad", "staff"] == list(first)
    assert (first["ad"], first["staff"]) == (second["ad"], second["staff"])
    assert second["staff"] is not third["staff"]
    assert [LdapForm, PasswordFile] == [type(one) for one in first.values()]
