"""The command-line verifier of the xmlsec project: a second opinion on every signature we make."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.lab.process import which

PACKAGES = ("xmlsec1",)


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if which("xmlsec1") else "xmlsec1"


def verify(message: Path, certificate: Path, element: str) -> str:
    """Return what `xmlsec1 --verify` says of the signature directly below that element (`Response`, `Assertion`)."""
    names = {"Response": "urn:oasis:names:tc:SAML:2.0:protocol", "Assertion": "urn:oasis:names:tc:SAML:2.0:assertion"}
    where = f"//*[local-name()='{element}']/*[local-name()='Signature']"
    command = [which("xmlsec1") or "xmlsec1", "--verify", "--pubkey-cert-pem", str(certificate)]
    for name, space in names.items():
        command += ["--id-attr:ID", f"{space}:{name}"]
    done = subprocess.run([*command, "--node-xpath", where, str(message)], check=False, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()
