"""A little identity provider made with pysaml2, run by the Python of `.peers/pysaml2`: `pysaml2_server.py config.json`.

`GET /fault/<name>` chooses how it lies from then on (`none`: it is honest); `POST /rotate` signs with a new key and
publishes it beside the last one; `GET /end/<user>` ends a person's sign-in and sends the browser with the order to the
service provider. It wants signed requests and signs everything by RSA-SHA256 itself, which pysaml2 must be told.
"""

import base64
import html
import http.cookies
import json
import re
import secrets
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_BASIC, NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import get_xmlsec_binary
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

CONFIG = json.loads(Path(sys.argv[1]).read_text())
BASE, ROOM = CONFIG["url"], Path(CONFIG["room"])
ALGORITHMS = {"sign_alg": SIG_RSA_SHA256, "digest_alg": DIGEST_SHA256}
BOTH = (BINDING_HTTP_REDIRECT, BINDING_HTTP_POST)

EDITS = {
    "unsigned": lambda xml: re.sub(r"<ns\d+:Signature\b.*?</ns\d+:Signature>", "", xml, flags=re.DOTALL),
    "changed_name": lambda xml: re.sub(r"(<ns\d+:NameID[^>]*>)[^<]*", r"\1admin", xml),
    "changed_attribute": lambda xml: xml.replace(">E10", ">E99"),
    "comment_in_name": lambda xml: re.sub(r"(<ns\d+:NameID[^>]*>)([^<]{3})", r"\1\2<!-- x -->", xml),
}
"""Done to the text after it was signed; every other lie is signed genuinely."""

SIGNED = {
    "only_response_signed": (True, False),
    "only_assertion_signed": (False, True),
    "unsigned_by_choice": (False, False),
}
WINDOWS = {"expired": (-120, -60), "not_yet_valid": (60, 120), "fifty_seconds_over": (-6, -50 / 60)}
WINDOWS |= {"ten_minutes_ahead": (10, 15)}


def wrapped(xml: str) -> str:
    """Put a forged assertion before the genuine one."""
    found = re.search(r"<(ns\d+):Assertion\b.*?</\1:Assertion>", xml, flags=re.DOTALL)
    good = found.group(0)
    evil = re.sub(r'ID="[^"]*"', 'ID="_evil"', EDITS["unsigned"](good), count=1)
    return xml.replace(good, EDITS["changed_name"](evil) + good)


def stamp(minutes: float) -> str:
    """Write a moment so many minutes from now."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Idp:
    """The identity provider with its keys; `server` is made anew when they change."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.fault, self.last = "none", ""
        self.sessions: dict[str, dict] = {}
        self.lock = threading.Lock()
        self.rotate()

    def rotate(self) -> None:
        """Take a new key into use."""
        name = f"{ROOM}/key{len(self.keys)}"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=pysaml2"]
        subprocess.run([*command, "-keyout", f"{name}.key", "-out", f"{name}.crt"], check=True, capture_output=True)
        self.keys.append(name)
        server = Server(config=self.configuration())
        policy = server.config.getattr("policy", "idp")
        policy.conditions = self.lying(policy.conditions)
        self.server = server

    def configuration(self) -> IdPConfig:
        """Say who we are."""
        endpoints = {
            "single_sign_on_service": [(f"{BASE}/sso", binding) for binding in BOTH],
            "single_logout_service": [(f"{BASE}/slo", binding) for binding in BOTH],
        }
        policy = {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": NAME_FORMAT_BASIC}
        idp = {
            "endpoints": endpoints,
            "policy": {"default": {**policy, "fail_on_missing_requested": False}},
            "name_id_format": [NAMEID_FORMAT_PERSISTENT],
            "want_authn_requests_signed": True,
        }
        current = self.keys[-1]
        return IdPConfig().load(
            {
                "entityid": f"{BASE}/metadata",
                "xmlsec_binary": get_xmlsec_binary(),
                "signing_algorithm": SIG_RSA_SHA256,
                "digest_algorithm": DIGEST_SHA256,
                "key_file": f"{current}.key",
                "cert_file": f"{current}.crt",
                "additional_cert_files": [f"{one}.crt" for one in self.keys[-2:-1]],
                "metadata": {"local": CONFIG["platforms"]},
                "allow_unknown_attributes": True,
                "service": {"idp": idp},
            }
        )

    def lying(self, honest):
        """Return conditions that lie when told to."""

        def conditions(entity_id):
            made = honest(entity_id)
            if self.fault == "wrong_audience":
                made.audience_restriction[0].audience[0].text = "https://other.test/metadata"
            elif self.fault == "no_audience":
                made.audience_restriction = []
            elif self.fault in WINDOWS:
                made.not_before, made.not_on_or_after = (stamp(minutes) for minutes in WINDOWS[self.fault])
            return made

        return conditions

    def answer(self, request, user: str) -> str:
        """Return a Response for this person, honest or not."""
        args, person = self.server.response_args(request.message), CONFIG["people"][user]
        identity = {"uid": [user], "mail": [person["email"]], "employeeNumber": [person["employee_number"]]}
        answered = {"wrong_in_response_to": "_never-sent", "no_in_response_to": None}.get(
            self.fault, args["in_response_to"]
        )
        destination = "https://other.test/acs" if self.fault == "wrong_destination" else args["destination"]
        sign_response, sign_assertion = SIGNED.get(self.fault, (True, True))
        name_id = NameID(format=NAMEID_FORMAT_PERSISTENT, text=user, sp_name_qualifier=args["sp_entity_id"])
        xml = str(
            self.server.create_authn_response(
                identity=identity,
                in_response_to=answered,
                destination=destination,
                sp_entity_id=args["sp_entity_id"],
                userid=user,
                name_id=name_id,
                authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": BASE},
                sign_response=sign_response,
                sign_assertion=sign_assertion,
                encrypt_assertion=self.fault == "encrypted_by_cbc",
                encrypted_advice_attributes=False,
                **({} if self.fault == "sha1" else ALGORITHMS),
            )
        )
        xml = {**EDITS, "wrapped": wrapped}.get(self.fault, lambda text: text)(xml)
        if self.fault == "replay" and self.last:
            xml = self.last
        self.last = xml
        index = re.search(r'SessionIndex="([^"]*)"', xml)
        self.sessions[user] = {"name_id": name_id, "index": index.group(1) if index else "", "sp": args["sp_entity_id"]}
        return xml


IDP = Idp()


class Pages(BaseHTTPRequestHandler):
    """The pages of the identity provider."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer GET."""
        with IDP.lock:
            self.route(urlsplit(self.path).path, parse_qs(urlsplit(self.path).query), BINDING_HTTP_REDIRECT)

    def do_POST(self) -> None:
        """Answer POST."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with IDP.lock:
            self.route(urlsplit(self.path).path, parse_qs(body), BINDING_HTTP_POST)

    def route(self, path: str, given: dict, binding: str) -> None:
        """Find the page."""
        one = {name: values[0] for name, values in given.items()}
        if path == "/metadata":
            self.say(str(entity_descriptor(IDP.configuration())), kind="application/samlmetadata+xml")
        elif path == "/rotate":
            IDP.rotate()
            self.say("rotated")
        elif path.startswith("/fault/"):
            IDP.fault = path.rpartition("/")[2]
            self.say(IDP.fault)
        elif path.startswith("/end/"):
            self.order(path.rpartition("/")[2])
        elif path == "/slo" and "SAMLRequest" in one:
            self.logout(one, binding)
        elif path == "/slo":
            self.say("<p>Signed out.</p>")
        elif path == "/sso":
            self.sign_in(one, binding)
        else:
            self.say("<p>Nothing here.</p>", status=404)

    def sign_in(self, one: dict, binding: str) -> None:
        """Ask for name and password, unless the browser is known; then answer."""
        user = self.known()
        if "login" in one:
            user = one["login"] if one.get("password") == CONFIG["password"] else ""
            one, binding = json.loads(base64.b64decode(one["request"])), one["binding"]
        checked = {key: one[name] for key, name in (("sigalg", "SigAlg"), ("signature", "Signature")) if name in one}
        if binding == BINDING_HTTP_REDIRECT:
            checked["relay_state"] = one.get("RelayState")
        request = IDP.server.parse_authn_request(one["SAMLRequest"], binding, **checked)
        if user not in CONFIG["people"]:
            kept = base64.b64encode(json.dumps(one).encode()).decode()
            fields = (
                f'<input type=hidden name=request value="{kept}"><input type=hidden name=binding value="{binding}">'
            )
            self.say(
                f'<form method=post action="/sso">{fields}<input name=login><input type=password name=password></form>'
            )
            return
        xml = IDP.answer(request, user)
        target = IDP.server.response_args(request.message)["destination"]
        self.post(target, "SAMLResponse", xml, one.get("RelayState", ""), user)

    def logout(self, one: dict, binding: str) -> None:
        """Obey an order of the service provider."""
        checked = {key: one[name] for key, name in (("sigalg", "SigAlg"), ("signature", "Signature")) if name in one}
        if binding == BINDING_HTTP_REDIRECT:
            checked["relay_state"] = one.get("RelayState")
        request = IDP.server.parse_logout_request(one["SAMLRequest"], binding, **checked)
        IDP.sessions.pop(request.message.name_id.text, None)
        made = IDP.server.create_logout_response(request.message, [binding], sign=True, **ALGORITHMS)
        target = IDP.server.response_args(request.message, [binding])["destination"]
        self.send(str(made), target, one.get("RelayState", ""), response=True, cookie="")

    def order(self, user: str) -> None:
        """End a sign-in here and tell the service provider."""
        session = IDP.sessions.pop(user)
        target = IDP.server.metadata.single_logout_service(session["sp"], BINDING_HTTP_REDIRECT, "spsso")[0]["location"]
        _, made = IDP.server.create_logout_request(
            target, session["sp"], name_id=session["name_id"], session_indexes=[session["index"]], sign=False
        )
        self.send(str(made), target, secrets.token_hex(4), response=False, cookie="")

    def send(self, xml: str, target: str, relay_state: str, *, response: bool, cookie: str) -> None:
        """Send a message by Redirect, signed in the query."""
        made = IDP.server.apply_binding(
            BINDING_HTTP_REDIRECT, xml, target, relay_state, response=response, sign=True, sigalg=SIG_RSA_SHA256
        )
        self.say("", status=303, headers={"Location": dict(made["headers"])["Location"]}, user=cookie)

    def post(self, target: str, name: str, xml: str, relay_state: str, user: str) -> None:
        """Let the browser post a message."""
        fields = {name: base64.b64encode(xml.encode()).decode(), "RelayState": relay_state}
        inner = "".join(
            f'<input type=hidden name="{key}" value="{html.escape(value)}">' for key, value in fields.items()
        )
        self.say(
            f'<form method=post action="{target}">{inner}<button name=go value=on>Go on</button></form>', user=user
        )

    def known(self) -> str:
        """Return whose browser this is."""
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        user = cookies["lab_user"].value if "lab_user" in cookies else ""
        return user if user in IDP.sessions else ""

    def say(
        self, text: str, *, status: int = 200, kind: str = "text/html", headers=(), user: str | None = None
    ) -> None:
        """Answer."""
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **dict(headers)}.items():
            self.send_header(name, value)
        if user is not None:
            self.send_header("Set-Cookie", f"lab_user={user}; Path=/; Secure; HttpOnly; SameSite=None")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    web = ThreadingHTTPServer((CONFIG["address"], CONFIG["port"]), Pages)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CONFIG["certificate"], CONFIG["key"])
    web.socket = tls.wrap_socket(web.socket, server_side=True)
    web.serve_forever()
