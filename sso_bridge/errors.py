"""Outcomes that a person outside may see: a stable code, an HTTP status and one safe sentence.

The sentence is class data and holds no cause; the cause is the argument and goes to the trace and the log.
Each code has a heading in `docs/errors.md` that says what to do about it.
"""

from __future__ import annotations


class BridgeError(Exception):
    """Root. `cause` is for administrators: precise, but without secrets and without what somebody typed.

    `reference` is the words under which the sign-in was recorded, set once it was.
    """

    code = "bridge_error"
    status = 500
    sentence = "Something went wrong on our side."
    reference = ""

    def __init__(self, cause: str = "") -> None:
        self.cause = cause
        super().__init__(cause or self.sentence)


class BadRequest(BridgeError):
    """A message that does not follow its protocol; answered locally, never sent on.

    `platform` is where the sign-in was going, where that is known, so that the page can offer to begin again.
    """

    platform = ""
    code = "bad_request"
    status = 400
    sentence = "The platform sent a request that we cannot accept."


class UnknownPlatform(BadRequest):
    """A platform that is not configured, or is switched off."""

    code = "unknown_platform"
    sentence = "This platform is not connected to the sign-in service."


class AttemptOver(BadRequest):
    """The sign-in attempt is unknown, expired, already used, or belongs to another browser."""

    code = "attempt_over"
    sentence = "This sign-in page is no longer valid."


class TooManyHops(BridgeError):
    """The sign-in went to and fro between us and workplaces without an end."""

    code = "too_many_hops"
    status = 400
    sentence = "You were sent back and forth too often. Please begin again."


class SignInRefused(BridgeError):
    """The workplace did not confirm the person. `reason` tells the audit why; the public sentence never does."""

    code = "sign_in_refused"
    status = 401
    sentence = "The name or password is not right, or the account cannot sign in."

    def __init__(self, reason: str, cause: str = "") -> None:
        self.reason = reason
        super().__init__(cause or reason)


class NotConfirmed(SignInRefused):
    """The workplace did not confirm somebody who was sent to its own pages, or its word cannot be trusted."""

    code = "not_confirmed"
    sentence = "Your workplace did not confirm who you are."


class NewPasswordRefused(BridgeError):
    """The old password was right, but the directory does not take the new one; `cause` says which rule, if it told."""

    code = "new_password_refused"
    status = 422
    sentence = "Your workplace does not accept this new password."


class TicketRefused(SignInRefused):
    """The browser's ticket is no good (NTLM, expired, another realm's); the form that it was asked with takes over."""

    code = "ticket_refused"
    status = 200
    sentence = "Your computer's own sign-in was not accepted. Please sign in below."


class TooManyAttempts(BridgeError):
    """Throttled; `retry_after` in whole seconds."""

    code = "too_many_attempts"
    status = 429
    sentence = "There were too many attempts. Please wait a moment."

    def __init__(self, retry_after: int, cause: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(cause)


class WorkplaceDown(BridgeError):
    """The directory or identity provider of the workplace cannot be reached or trusted."""

    code = "workplace_down"
    status = 503
    sentence = "The sign-in service of your workplace cannot be reached."


class UnknownPerson(BridgeError):
    """The workplace knows the person, HR does not, or no link can be made without doubt."""

    code = "unknown_person"
    status = 403
    sentence = "You are signed in at work, but you are not known in the staff register."


class PersonInactive(BridgeError):
    """HR says that the person does not work here today."""

    code = "person_inactive"
    status = 403
    sentence = "Your account is not active."


class NotForYou(BridgeError):
    """The person is outside the scope of the platform's mapping."""

    code = "not_for_you"
    status = 403
    sentence = "You have no access to this platform."


class RuleFailed(BridgeError):
    """A rule of the platform's mapping cannot be worked out for this person; nobody is let in on a guess."""

    code = "rule_failed"
    status = 403
    sentence = "A rule of this platform cannot be applied to you. The administrator can see why."


class LoginRequired(BridgeError):
    """The platform forbade a page (`prompt=none`, `IsPassive`) and there is no session that will do."""

    code = "login_required"
    status = 401
    sentence = "You are not signed in."


class PageNeeded(BridgeError):
    """The workplace cannot say who it is without showing a page of its own (NoPassive, `login_required`)."""

    code = "page_needed"
    status = 401
    sentence = "You are not signed in at your workplace."


class AssuranceNotMet(BridgeError):
    """The platform asked for a stronger sign-in than the workplace gives."""

    code = "assurance_not_met"
    status = 403
    sentence = "This platform asks for a stronger sign-in than your workplace offers."
