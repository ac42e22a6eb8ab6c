"""Turns an error into the sentence an operator reads."""

from __future__ import annotations

import json

from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from sso_bridge.redact import scrub


def sentence_for(error: Exception, *, as_json: bool) -> str:
    """Return one sentence, and the hint if there is one; never a traceback, never a secret."""
    code, sentence = _told(error)
    hint = str(getattr(error, "hint", "") or "")
    sentence, hint = scrub(sentence), scrub(hint)
    if as_json:
        return json.dumps({"error": code, "message": sentence} | ({"hint": hint} if hint else {}))
    return f"Error: {sentence}" + (f"\n{hint}" if hint else "")


def _told(error: Exception) -> tuple[str, str]:
    """Return code and sentence. Errors of ours carry a code and speak for themselves."""
    code = getattr(error, "code", None)
    if isinstance(error, OperationalError | ProgrammingError):
        if "no such table" in str(error) or "does not exist" in str(error):
            return "schema_outdated", "the database has not the tables it needs; run: sso-bridge db upgrade"
        return "database_unreachable", f"the database cannot be used: {_first_line(error.orig)}"
    if isinstance(error, SQLAlchemyError):
        return "database_error", f"the database refused: {type(error).__name__}; --debug tells more"
    if isinstance(code, str):
        return code, str(error)
    if isinstance(error, OSError) and error.strerror:
        return "file_error", f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return "unexpected", f"something unexpected went wrong ({type(error).__name__}); --debug tells more"


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [""])[0]
