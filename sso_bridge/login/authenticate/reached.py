"""How a peer is reached, for the doctor: its name, its certificate, its clock. Nothing is said to it here."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509

from sso_bridge.question import Doubt, Wrong

SOON, SKEW = timedelta(days=30), timedelta(seconds=30)
"""How long before its end a certificate is a warning, and by how much a peer's clock may differ without one."""
EXPIRED, NOT_YET, NAMES = 10, 9, frozenset({62, 64})
"""Results of OpenSSL's verification (`X509_V_ERR_...`)."""
UNTRUSTED = frozenset({2, 18, 19, 20, 21})
NTP = "let both machines keep their time by NTP"


def named(host: str) -> str:
    """Return to which addresses the name leads; Wrong when to none."""
    with suppress(ValueError):
        ip_address(host)
        return f"{host} is an address"
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Wrong(f"the name {host} leads to no address", f"correct {host}, or the DNS of this machine") from None
    return f"{host} is {', '.join(dict.fromkeys(str(one[4][0]) for one in found))}"


def good(der: bytes, host: str, now: datetime) -> str:
    """Return until when a verified certificate lasts; Doubt when that is soon."""
    ends = x509.load_der_x509_certificate(der).not_valid_after_utc
    days = (ends - now).days
    if ends - now < SOON:
        raise Doubt(f"its certificate ends on {ends:%Y-%m-%d}, in {days} days", f"let {host} get a new certificate")
    return f"verified for {host}, good for {days} days"


def distrusted(error: ssl.SSLError, host: str, setting: str) -> Wrong:
    """Return what is wrong with the certificate of a failed handshake, and what to change.

    `setting` names the file of trusted authorities.
    """
    code = getattr(error, "verify_code", 0)
    if code in NAMES:
        todo = f"write the name that stands in the certificate, or let {host} get one for its own name"
        return Wrong(f"its certificate is not for {host}", todo)
    if code in UNTRUSTED:
        return Wrong("its certificate is signed by nobody we trust", f"put the authority's certificate into {setting}")
    if code == EXPIRED:
        return Wrong("its certificate has ended", f"let {host} get a new certificate")
    if code == NOT_YET:
        return Wrong("its certificate is not valid yet", NTP)
    return Wrong(f"TLS does not come about ({error.reason or type(error).__name__})", "it must offer TLS 1.2 or newer")


def clocks(theirs: datetime, ours: datetime) -> str:
    """Return by how much two clocks differ; Doubt when by more than half a minute."""
    seconds = (theirs - ours).total_seconds()
    if abs(seconds) > SKEW.total_seconds():
        raise Doubt(f"its clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} ours", NTP)
    return f"differs by {abs(seconds):.0f} s"
