"""The settings that say how long things are kept, and where the audit is sent."""

from __future__ import annotations

from pydantic import BaseModel, Field

from sso_bridge.jobs.retention import Days

LONGEST = 36_500


class Keeping(BaseModel):
    """Part of the settings. Numbers of days; what is older, a worker throws away in the night (docs/privacy.md)."""

    keep_traces_days: int = Field(90, ge=1, le=LONGEST, description="How long the steps of sign-ins are kept.")
    keep_sessions_days: int = Field(
        30, ge=1, le=LONGEST, description="How long ended sessions and grants are kept: a second use is still told."
    )
    keep_imports_days: int = Field(
        365, ge=1, le=LONGEST, description="How long the reports of HR imports are kept; the newest of a source stays."
    )
    keep_plans_days: int = Field(365, ge=30, le=LONGEST, description="How long plans are kept that no run speaks of.")
    keep_runs_days: int = Field(
        730, ge=30, le=LONGEST, description="How long runs and their actions are kept; until then they can be undone."
    )
    keep_jobs_days: int = Field(90, ge=1, le=LONGEST, description="How long queued work is kept after its end.")
    keep_deleted_accounts_days: int = Field(
        365, ge=1, le=LONGEST, description="How long the attributes of deleted accounts are kept."
    )
    keep_audit_days: int = Field(
        2557,
        ge=0,
        le=LONGEST,
        description="How long the audit is kept; a signed stub stands for what is gone. 0 is for ever.",
    )
    keep_leavers_days: int = Field(
        30, ge=0, le=LONGEST, description="How long leavers cannot be erased, unless two owners want it."
    )
    audit_syslog: str = Field(
        "",
        pattern=r"^$|^tls://[^/\s]+:\d+$|^file:.+$",
        description="Where workers send the audit, as RFC 5424: tls://HOST:PORT or file:PATH. Empty: nowhere.",
    )
    audit_syslog_ca: str = Field(
        "", description="PEM file with the authority of that host, when the system does not know it."
    )

    @property
    def days(self) -> Days:
        """Return how long each kind is kept."""
        return Days(
            self.keep_traces_days, self.keep_sessions_days, self.keep_imports_days, self.keep_plans_days,
            self.keep_runs_days, self.keep_jobs_days, self.keep_deleted_accounts_days, self.keep_audit_days,
        )  # fmt: skip
