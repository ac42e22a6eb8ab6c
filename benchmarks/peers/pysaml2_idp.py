"""An identity provider made with pysaml2: `python pysaml2_idp.py PORT FOLDER` (key.pem, cert.pem, sp.xml in it).

Everybody is signed in at once as the same person. Response and assertion are signed, as the bridge does it.
"""

from __future__ import annotations

import logging
import sys
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

SIGNATURE = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
ADA = {
    "mail": ["p00001@corp.example"],
    "displayName": ["Person One"],
    "givenName": ["Person"],
    "sn": ["One"],
    "uid": ["p00001"],
    "isMemberOf": [f"group-{number}" for number in range(12)],
}


def provider(port: int, folder: Path) -> Server:
    """Return the library's server for this folder."""
    base = f"http://127.0.0.1:{port}"
    basic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
    policy = {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": basic}}
    settings = {
        "entityid": f"{base}/metadata",
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "cert.pem"),
        "metadata": {"local": [str(folder / "sp.xml")]},
        "service": {
            "idp": {
                "endpoints": {"single_sign_on_service": [(f"{base}/sso", BINDING_HTTP_REDIRECT)]},
                "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                "policy": policy,
            }
        },
    }
    return Server(config=IdPConfig().load(settings))


def main() -> None:
    """Serve until stopped."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    idp = provider(port, folder)
    name_id = NameID(format=NAMEID_FORMAT_PERSISTENT, text="the-same-person")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            asked = idp.parse_authn_request(query["SAMLRequest"][0], BINDING_HTTP_REDIRECT).message
            response = idp.create_authn_response(
                ADA, asked.id, asked.assertion_consumer_service_url, asked.issuer.text, name_id=name_id,
                authn={"class_ref": PASSWORD}, sign_assertion=True, sign_response=True,
                sign_alg=SIGNATURE, digest_alg=DIGEST,
            )  # fmt: skip
            form = idp.apply_binding(
                BINDING_HTTP_POST, str(response), asked.assertion_consumer_service_url, "state", response=True
            )
            body = form["data"].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
