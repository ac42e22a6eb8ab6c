"""A desk: shows a ticket of the cache to a service, as a browser would."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Mapping

_SHOW = """
import base64, sys, gssapi
kind, service = sys.argv[1:]
name = gssapi.Name(service, gssapi.NameType.hostbased_service)
spnego = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
mech = spnego if kind == "spnego" else gssapi.MechType.kerberos
flags = [gssapi.RequirementFlag.mutual_authentication]
context = gssapi.SecurityContext(name=name, mech=mech, usage="initiate", flags=flags)
print(base64.b64encode(context.step()).decode())
"""


def shown(environment: Mapping[str, str], service: str = "HTTP@bridge.localhost", kind: str = "spnego") -> bytes:
    """Return a new token for this service; in a process of its own, since Kerberos reads its settings only once."""
    command = [sys.executable, "-c", _SHOW, kind, service]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    return base64.b64decode(done.stdout)
