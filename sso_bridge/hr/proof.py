"""What a push of HR must show besides its token, where the source says so: a signature, or a certificate (PR-13).

The signature is the HMAC-SHA-256 of timestamp, delivery id, method, address with query, and the SHA-256 of what is
sent, with line ends between them. It holds for five minutes to either side, and each delivery once.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from flask import Request

from sso_bridge.api.problems import Forbidden
from sso_bridge.api.route import Header
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.filed import CertificateProof, HmacProof, HrSource
from sso_bridge.configuration.hr_sources.pushed import ScimSource
from sso_bridge.login.authenticate.contract import Once

LONGEST = timedelta(minutes=5)
TIMESTAMP = Header(
    "HR-Timestamp", "Seconds since 1970, for a source with `proof`: five minutes off at most.",
    schema={"type": "string", "pattern": "^[0-9]{10}$"},
)  # fmt: skip
DELIVERY = Header(
    "HR-Delivery", "A new text for each push, for a source with `proof`: each counts once.",
    schema={"type": "string", "minLength": 8, "maxLength": 100, "pattern": "^[!-~]{8,100}$"},
)  # fmt: skip
SIGNATURE = Header(
    "HR-Signature", "`v1=` and the HMAC-SHA-256 in hex, for a source with `proof`.",
    schema={"type": "string", "pattern": "^v1=[0-9a-f]{64}$"},
)  # fmt: skip
HEADERS = (TIMESTAMP, DELIVERY, SIGNATURE)
CERTIFICATE = "Client-Cert"
LARGEST = 65_536


@dataclass(frozen=True, slots=True)
class Proofs:
    """Checks pushes. `secret` resolves references, `once` remembers deliveries."""

    configuration: Callable[[], Configuration]
    secret: Callable[[str], str]
    once: Once
    clock: Clock

    def admit(self, source: str) -> None:
        """Raise Forbidden for a source that we fetch from: a push would pass by its host key, checksum or system."""
        stated = self.configuration().hr_sources.get(source)
        if stated is not None and not isinstance(stated, HrSource | ScimSource):
            raise Forbidden(f"nothing is pushed for {source}: it is of the kind {stated.kind}, and we fetch it")

    def check(self, request: Request, source: str, digest: str) -> None:
        """Raise Forbidden unless the push shows what its source wants; `digest` is the SHA-256 of what is sent."""
        stated = self.configuration().hr_sources.get(source)
        proof = stated.proof if isinstance(stated, HrSource) else None
        if isinstance(proof, HmacProof):
            self._signed(request, source, digest, proof)
        elif isinstance(proof, CertificateProof):
            self._certified(request, proof)

    def _signed(self, request: Request, source: str, digest: str, proof: HmacProof) -> None:
        timestamp, delivery, signature = (_one(request, header) for header in HEADERS)
        address = request.path + (f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else "")
        content = f"{timestamp}\n{delivery}\n{request.method}\n{address}\n{digest}".encode()
        references = [one for one in (proof.secret, proof.previous_secret) if one]
        wanted = [hmac.new(self.secret(one).encode(), content, "sha256").hexdigest() for one in references]
        right = [hmac.compare_digest(f"v1={one}", signature) for one in wanted]
        now = self.clock()
        if not any(right):
            raise Forbidden("the signature of this push is another one")
        if abs(now - datetime.fromtimestamp(int(timestamp), now.tzinfo)) > LONGEST:
            raise Forbidden("the push is more than five minutes old, or a clock is wrong")
        if not self.once.first(f"hr {source}", delivery, now + 2 * LONGEST):
            raise Forbidden("this delivery was here before; sign it anew, with the same Idempotency-Key")

    def _certified(self, request: Request, proof: CertificateProof) -> None:
        """Check the header, which comes from our own proxies only: `web.proxies` takes it away from everybody else."""
        given = request.headers.getlist(CERTIFICATE)
        if len(given) != 1 or not given[0].startswith(":") or not given[0].endswith(":") or len(given[0]) > LARGEST:
            raise Forbidden("there is no client certificate")
        try:
            seen = sha256(b64decode(given[0][1:-1], validate=True)).hexdigest()
        except (Error, ValueError):
            raise Forbidden("there is no client certificate") from None
        if not any(hmac.compare_digest(seen, one) for one in proof.sha256):
            raise Forbidden("the client certificate is another one")


def _one(request: Request, header: Header) -> str:
    given = request.headers.getlist(header.name)
    if len(given) != 1 or not re.fullmatch(str(header.schema["pattern"])[1:-1], given[0]):
        raise Forbidden(f"{header.name} is missing, or not one text of the agreed form; this source wants signatures")
    return given[0]
