"""What is known of identity providers, in memory, and needles that show what they were told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sso_bridge.login.authenticate.saml_sp.ports import Kept


@dataclass
class Shelved:
    """Fulfils `saml_sp.ports.Shelf` for one workplace."""

    kept: Kept = field(default_factory=Kept)
    changes: list[object] = field(default_factory=list)

    def get(self, workplace, source):
        return self.kept

    def may_ask(self, workplace, source, every, now):
        due = self.kept.asked_at is None or self.kept.asked_at <= now - every
        if due:
            self.kept = replace(self.kept, asked_at=now)
        return due

    def keep(self, workplace, document, change, now):
        self.changes.append(change)
        self.kept = replace(self.kept, document=document, confirmed_at=now, answered_at=now, problem="", held=None)
        self.kept = replace(self.kept, fruitless=0) if change is not None else self.kept

    def hold(self, workplace, held, change, now):
        self.kept = replace(self.kept, held=held, answered_at=now, problem=held.why)

    def failed(self, workplace, problem, now):
        self.kept = replace(self.kept, problem=problem, answered_at=now)

    def counted(self, workplace, fruitless):
        self.kept = replace(self.kept, fruitless=fruitless)

    def measured(self, workplace, source, skew, samples):
        self.kept = replace(self.kept, skew=skew, skew_samples=samples)


@dataclass
class Needles:
    """Fulfils `saml_sp.ports.Gauges`."""

    shown: dict[tuple[str, str], float] = field(default_factory=dict)

    def workplace(self, name, what, value):
        self.shown[name, what] = value
