"""SATOSA, the proxy of the research networks: a SAML workplace behind it, a platform of each protocol before it.

As shipped it signs response and assertion (its template for operators) and loads the system's certificate authorities
again and again; tuned it has no authorities to load and signs the assertion only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from benchmarks.platforms import CALLBACK, SECRET, SP
from tests.fakes.saml_platform import certificate, rsa_key
from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

HOME = Path(__file__).parents[2] / ".peers/satosa/bin"
NO_AUTHORITIES = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": "/nonexistent"}
BINDING = "urn:oasis:names:tc:SAML:2.0:bindings"
ATTRIBUTES = {
    "mail": {"openid": ["email"], "saml": ["mail"]},
    "name": {"openid": ["name"], "saml": ["cn"]},
    "givenname": {"openid": ["given_name"], "saml": ["givenName"]},
    "surname": {"openid": ["family_name"], "saml": ["sn"]},
    "groups": {"openid": ["groups"], "saml": ["isMemberOf"]},
    "eppn": {"openid": ["preferred_username"], "saml": ["eduPersonPrincipalName"]},
}


def missing() -> bool:
    """Return whether it cannot be measured here."""
    return not (HOME / "gunicorn").exists() or which("xmlsec1") is None


def backend_name(base: str) -> str:
    """Return how the workplace knows it."""
    return f"{base}/Saml2/backend.xml"


@contextmanager
def serve(site: Site, name: str, workplace: bytes, *, tuned: bool) -> Iterator[tuple[int, int, str, bytes]]:
    """Serve it; give its pid, its port, its address and its certificate."""
    room, port = site.room(name), free_port("127.0.0.1")
    base = f"https://127.0.0.1:{port}"  # TLS would end before it
    for file, content in _files(room, base, workplace, both_signatures=not tuned).items():
        (room / file).write_text(content)
    server = [HOME / "gunicorn", "--workers=1", f"--bind=127.0.0.1:{port}", "--log-level=warning", "satosa.wsgi:app"]
    environment = {"SATOSA_CONFIG": "proxy.yaml", **(NO_AUTHORITIES if tuned else {})}
    process = Process(name, server, room, environment=environment).ready(lambda: listens("127.0.0.1", port))
    try:
        yield process.pid, port, base, (room / "cert.pem").read_bytes()
    finally:
        process.stop()


def _files(room: Path, base: str, workplace: bytes, *, both_signatures: bool) -> dict[str, str]:
    key = rsa_key("satosa")
    (room / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    (room / "cert.pem").write_bytes(certificate(key).public_bytes(Encoding.PEM))
    (room / "idp.xml").write_bytes(workplace)
    (room / "sp.xml").write_text(SP)
    client = {
        "client_id": "bench",
        "client_secret": SECRET,
        "response_types": ["code"],
        "redirect_uris": [CALLBACK],
        "subject_type": "pairwise",
        "token_endpoint_auth_method": "client_secret_basic",
    }
    modules = {
        "backend.yaml": _backend(),
        "saml.yaml": _saml(both_signatures=both_signatures),
        "oidc.yaml": _openid(),
        "attributes.yaml": {"attributes": ATTRIBUTES, "user_id_from_attrs": ["eppn"]},
        "proxy.yaml": _proxy(base),
    }
    return {name: yaml.safe_dump(content) for name, content in modules.items()} | {
        "clients.json": json.dumps({"bench": client})
    }


def _proxy(base: str) -> dict[str, object]:
    log = {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "level": "WARNING"}
    return {
        "BASE": base,
        "COOKIE_STATE_NAME": "SATOSA_STATE",
        "CONTEXT_STATE_DELETE": True,
        "STATE_ENCRYPTION_KEY": "only for the benchmark",
        "INTERNAL_ATTRIBUTES": "attributes.yaml",
        "BACKEND_MODULES": ["backend.yaml"],
        "FRONTEND_MODULES": ["saml.yaml", "oidc.yaml"],
        "MICRO_SERVICES": [],
        "LOGGING": {"version": 1, "handlers": {"out": log}, "root": {"level": "WARNING", "handlers": ["out"]}},
    }


def _saml_side(name: str, metadata: str, service: dict[str, object]) -> dict[str, object]:
    return {
        "xmlsec_binary": which("xmlsec1"),
        "key_file": "key.pem",
        "cert_file": "cert.pem",
        "metadata": {"local": [metadata]},
        "entityid": f"<base_url>/<name>/{name}.xml",
        "accepted_time_diff": 60,
        "allow_unknown_attributes": True,
        "service": service,
    }


def _backend() -> dict[str, object]:
    consumer = {"assertion_consumer_service": [["<base_url>/<name>/acs/post", f"{BINDING}:HTTP-POST"]]}
    wanted = {"authn_requests_signed": True, "want_response_signed": True, "want_assertions_signed": True}
    side = _saml_side("backend", "idp.xml", {"sp": {**wanted, "allow_unsolicited": True, "endpoints": consumer}})
    return {
        "module": "satosa.backends.saml2.SAMLBackend",
        "name": "Saml2",
        "config": {"entityid_endpoint": True, "sp_config": side},
    }


def _saml(*, both_signatures: bool) -> dict[str, object]:
    policy = {
        "attribute_restrictions": None,
        "fail_on_missing_requested": False,
        "lifetime": {"minutes": 15},
        "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
        "encrypt_assertion": False,
        "sign_response": both_signatures,
        "sign_assertion": True,
        "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
    }
    formats = ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"]
    idp = {"endpoints": {"single_sign_on_service": []}, "name_id_format": formats, "policy": {"default": policy}}
    endpoints = {f"{BINDING}:HTTP-POST": "sso/post", f"{BINDING}:HTTP-Redirect": "sso/redirect"}
    return {
        "module": "satosa.frontends.saml2.SAMLFrontend",
        "name": "Saml2IDP",
        "config": {
            "endpoints": {"single_sign_on_service": endpoints},
            "entityid_endpoint": True,
            "idp_config": _saml_side("proxy", "sp.xml", {"idp": idp}),
        },
    }


def _openid() -> dict[str, object]:
    provider = {
        "client_registration_supported": False,
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid", "email", "profile"],
        "id_token_lifetime": 3600,
    }
    return {
        "module": "satosa.frontends.openid_connect.OpenIDConnectFrontend",
        "name": "OIDC",
        "config": {
            "signing_key_path": "key.pem",
            "signing_key_id": "k1",
            "client_db_path": "clients.json",
            "sub_hash_salt": "salt of the benchmark",
            "provider": provider,
        },
    }
