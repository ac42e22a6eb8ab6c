"""Which addresses may be called."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from sso_bridge.addresses import AllowList, Refused, is_public, meanings


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "8.8.8.8"])
def test_public(text: str) -> None:
    """AD-14: a public address may be called by https without being listed."""
    AllowList(()).judge("example.org", [text], secure=True)

    assert is_public(ip_address(text))


def test_listed_by_name() -> None:
    """A listed name may be called wherever it leads, in any spelling of case and with a final dot; others not."""
    allowed = AllowList(["SCIM.corp.example"])

    allowed.judge("scim.CORP.example.", ["10.1.2.3", "fd00::1"], secure=False)
    with pytest.raises(Refused):
        allowed.judge("evil-scim.corp.example", ["10.1.2.3"], secure=True)


def test_listed_network() -> None:
    """A listed network opens its addresses, also inside IPv6 spellings, and no other."""
    allowed = AllowList(["10.0.0.0/8"])

    allowed.judge("a", ["10.1.2.3"], secure=True)
    allowed.judge("a", ["::ffff:10.1.2.3"], secure=True)
    with pytest.raises(Refused):
        allowed.judge("a", ["10.1.2.3", "11.1.2.3"], secure=False)


def test_metadata_listed_alone() -> None:
    """A metadata address opens only when it is listed itself."""
    AllowList(["169.254.169.254"]).judge("a", ["169.254.169.254"], secure=True)
    with pytest.raises(Refused):
        AllowList(["169.254.0.0/16"]).judge("a", ["169.254.169.254"], secure=True)


@pytest.mark.parametrize("text", ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1"])
def test_meanings(text: str) -> None:
    """AD-14: an IPv4 address inside an IPv6 one is judged too."""
    assert ip_address("127.0.0.1") in list(meanings(ip_address(text)))
