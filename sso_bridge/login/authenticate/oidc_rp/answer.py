"""What the browser brought back: the code of exactly this try, from exactly this provider, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sso_bridge.errors import BridgeError, PageNeeded, SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.authenticate.oidc_rp.id_token import same

SILENT = frozenset({"login_required", "interaction_required", "consent_required", "account_selection_required"})
DOWN = frozenset({"server_error", "temporarily_unavailable"})
ERROR = re.compile(r"[a-z][a-z_]{0,63}")
LONGEST_CODE = 4096


def code_of(returned: Returned, note: Mapping[str, str] | None, callback: str, issuer: str, *, named: bool) -> str:
    """Return the code. `named` is whether the provider promises to name itself in every answer (RFC 9207).

    PageNeeded when it could not do without a page; WorkplaceDown when it is in trouble itself; SignInRefused.
    """
    fields = returned.fields
    if note is None:
        raise SignInRefused("unsolicited", "nobody was sent to the provider for this answer")
    if returned.address != callback:
        raise SignInRefused("wrong_callback", "the answer came to the callback of another workplace")
    if not note.get("state") or not same(fields.get("state"), note["state"]):
        raise SignInRefused("state", "the answer belongs to another sign-in")
    if ("iss" in fields or named) and not same(fields.get("iss"), issuer):
        raise SignInRefused("issuer_parameter", "the answer does not name the provider that was asked (RFC 9207)")
    if "error" in fields:
        raise refusal(fields["error"], silent=bool(note.get("silent")))
    code = fields.get("code", "")
    if not code or len(code) > LONGEST_CODE or not code.isascii() or not code.isprintable():
        raise SignInRefused("code_missing", "the answer has no usable code")
    return code


def refusal(error: str, *, silent: bool) -> BridgeError:
    """Return what to raise for the `error` of an answer (Core 3.1.2.6). Its description is nobody's word: not kept."""
    known = error if ERROR.fullmatch(error) else "an unreadable error"
    if error in SILENT and silent:
        return PageNeeded(f"the provider answered {known}")
    if error in DOWN:
        return WorkplaceDown(f"the provider answered {known}")
    if error == "access_denied":
        return SignInRefused("access_denied", "the provider, or the person there, said no")
    return SignInRefused("provider_error", f"the provider answered {known}")
