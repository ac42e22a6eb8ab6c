"""Takes secrets out of what is about to be written down, by the name they go under (AD-12).

The last line of defence: whoever logs or audits must not hand over a secret in the first place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sso_bridge.secrets import is_reference

HIDDEN = "[hidden]"
_NAMES = re.compile(
    r"passw|secret|token|assertion|cookie|authorization|credential|private|samlre|verifier|api_?key|sealed|ticket_b64"
    r"|^(nonce|sid|jwt|otp|pin|saml_?message)$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"_(id|kid|kind|type|count|at|name|url|endpoint|auth_method|alg|claims|audience)$|^(token_id|api_tokens?)$",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*"  # a JSON web token
    r"|\b(?:Bearer|Basic|Negotiate)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|\bssob_[A-Za-z0-9_-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # a password in an address
    r"|(?<=[?&]code=)[^&\s\"']+"
    r"|(?<=[?&]SAMLResponse=)[^&\s\"']+",
    re.DOTALL,
)
_DEEP = 8


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Return whether a value under this name must not be written down; a log line asks for the same few every time.

    Of a place in the configuration the last word counts: a group that is called `secretaries` is no secret.
    """
    last = name.rpartition(".")[2]
    return bool(_NAMES.search(last)) and not _HARMLESS.search(last)


def redact(value: Any, depth: int = 0) -> Any:
    """Return the value with everything under a secret's name hidden; references such as `env:NAME` may be seen."""
    if depth > _DEEP:
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(name): _named(str(name), inner, depth) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(inner, depth + 1) for inner in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return HIDDEN
    return value


def _named(name: str, value: Any, depth: int) -> Any:
    if is_secret_name(name) and value not in (None, "", False, True):
        return value if isinstance(value, str) and is_reference(value) else HIDDEN
    return redact(value, depth + 1)


def scrub(text: str) -> str:
    """Return the text with everything hidden that looks like a token, a private key or a password in an address."""
    return _SHAPES.sub(HIDDEN, text)
