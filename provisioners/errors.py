"""What can go wrong in a sync, named after what happens next.

SyncError
|-- TryAgain        transient: the ledger retries later, unchanged
|-- NeedsAdmin      permanent until somebody changes a setting; the run stops
|   `-- NotAllowed  401 or 403: about us, or about one object; whoever rolls out asks the platform which
|-- SkipAccount     this one object cannot be done; the others go on, it is reported
|   `-- ObjectRefused  we may do such things, but not to this object
|-- Unknown         the call may or may not have worked; read back before deciding
|-- Stale           the precondition no longer holds; skipped and reported, never forced
|-- LeftAlone       not ours, or protected: nothing was called, and nothing will be
|-- FeedRefused     an HR feed that must not be believed; nothing was taken
`-- GuardTripped    a class of changes is over its agreed limit; the others go on
"""

from __future__ import annotations


class SyncError(Exception):
    """Root. `hint` is for the administrator and holds no personal data or secret; the detail stays in the log."""

    code = "sync_error"

    def __init__(self, detail: str, *, hint: str = "") -> None:
        self.hint = hint
        super().__init__(detail)


class TryAgain(SyncError):
    """Transient. `after` is the number of seconds the platform asked us to wait, 0 when it did not say."""

    code = "try_again"

    def __init__(self, detail: str, *, after: float = 0.0, hint: str = "") -> None:
        self.after = after
        super().__init__(detail, hint=hint)


class NeedsAdmin(SyncError):
    """Permanent until a setting, a credential or a right is changed."""

    code = "needs_admin"


class NotAllowed(NeedsAdmin):
    """The platform answers 401 or 403; as long as nobody has asked it why, our credentials are to blame."""

    code = "not_allowed"


class SkipAccount(SyncError):
    """The platform refuses this one object for good."""

    code = "skip_account"


class ObjectRefused(SkipAccount):
    """The platform takes our credentials, and does not let us touch this one object."""

    code = "object_refused"


class Unknown(SyncError):
    """A time-out or a cut line after the request had left."""

    code = "unknown_outcome"


class Stale(SyncError):
    """What the plan was made for has changed meanwhile."""

    code = "stale"


class LeftAlone(SyncError):
    """An account or group that the bridge neither made nor adopted, or that is on the protected list (PR-06)."""

    code = "left_alone"


class FeedRefused(SyncError):
    """Empty, truncated, shrunken or too wrong to be believed."""

    code = "feed_refused"


class GuardTripped(SyncError):
    """More changes of one class than agreed."""

    code = "guard_tripped"
