"""CPU of validating one answer of a SAML workplace, beside python3-saml as it is shipped, in the same run and in turns.

Run: python -m benchmarks.saml_login [ROUNDS]. Ours does everything: gate, schema, signatures, what was signed read once
more, conditions, person; only the replay memory, a database, says yes here. Theirs is strict and wants the signatures
that are there; it has no replay memory and fewer checks (decision 0310). Beside it: with its settings made only once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from benchmarks.measure import paired, report
from sso_bridge.login.authenticate.contract import Returned
from tests.fakes.clock import FakeClock
from tests.fakes.saml_door import NOTE, Door
from tests.fakes.saml_platform import certificate
from tests.fakes.saml_workplace import US, Idp, Says

GOAL = 0.5
STOCK = "python3-saml as shipped"
REQUEST = {"https": "on", "http_host": "bridge.test", "script_name": "/workplace/adfs/saml/acs"}
STYLES = {
    "assertion signed": ("assertion",),
    "response signed": ("response",),
    "both signed": ("assertion", "response"),
}


@dataclass
class NeverSeen:
    """A replay memory for measuring: takes the same message again and again."""

    seen: frozenset[tuple[str, str]] = frozenset()

    def first(self, *_message: object) -> bool:
        """Say yes."""
        return True


def ours(answer: Returned, clock: FakeClock) -> Callable[[], object]:
    """Return one validation by the workplace."""
    door = Door(clock=clock)
    door.workplace._needs = replace(door.workplace._needs, once=NeverSeen())  # noqa: SLF001

    def validate() -> None:
        if door.finish(answer, NOTE).subject.value != "ada-0001":
            raise SystemExit("ours did not sign in the right person")

    return validate


def settings_of(idp: Idp, where: tuple[str, ...]) -> dict[str, Any]:
    """Return what python3-saml is told."""
    pem = certificate(idp.key).public_bytes(Encoding.PEM).decode()
    return {
        "strict": True,
        "sp": {"entityId": f"{US}/metadata", "assertionConsumerService": {"url": f"{US}/acs"}},
        "idp": {"entityId": idp.entity_id, "singleSignOnService": {"url": idp.sso}, "x509cert": pem},
        "security": {
            "wantAssertionsSigned": "assertion" in where,
            "wantMessagesSigned": "response" in where,
            "rejectDeprecatedAlgorithm": True,
        },
    }


def as_shipped(answer: Returned, settings: dict[str, Any]) -> Callable[[], object]:
    """Return one validation as the manual of python3-saml writes it: an `Auth` for each request."""
    request = {**REQUEST, "post_data": dict(answer.fields)}

    def validate() -> None:
        auth = OneLogin_Saml2_Auth(request, old_settings=settings)
        auth.process_response(request_id=NOTE["request"])
        if auth.get_errors() or auth.get_nameid() != "ada-0001" or not auth.get_attributes():
            raise SystemExit(f"python3-saml refuses: {auth.get_last_error_reason()}")

    return validate


def settings_kept(answer: Returned, settings: dict[str, Any]) -> Callable[[], object]:
    """Return one validation with python3-saml's settings made once."""
    kept, field = OneLogin_Saml2_Settings(settings), answer.fields["SAMLResponse"]

    def validate() -> None:
        response = OneLogin_Saml2_Response(kept, field)
        if not response.is_valid(REQUEST, NOTE["request"]) or response.get_nameid() != "ada-0001":
            raise SystemExit(f"python3-saml refuses: {response.get_error()}")
        response.get_attributes()

    return validate


def main(rounds: int) -> int:
    """Measure and print; return whether the goal was missed."""
    now = datetime.now(UTC).replace(microsecond=0)
    clock, idp, missed = FakeClock(now), Idp(), False
    for style, where in STYLES.items():
        answer, settings = idp.answer(Says(now=now), *where), settings_of(idp, where)
        cases = {STOCK: as_shipped(answer, settings), "python3-saml, settings kept": settings_kept(answer, settings)}
        figures = paired({**cases, "ours": ours(answer, clock)}, rounds=rounds)
        print(report(f"validating one answer, {style}", figures, STOCK))
        missed = missed or figures["ours"].median > GOAL * figures[STOCK].median
    print(f"goal: at most {GOAL} x {STOCK}: {'MISSED' if missed else 'met'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
