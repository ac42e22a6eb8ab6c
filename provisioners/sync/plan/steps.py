"""The steps that bring one account to what is wanted: a chain of changes, each the precondition of the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mappings.days import Day, day_of, day_then
from mappings.desired import Value
from mappings.manner import Strength
from mappings.people import Person
from provisioners.fingerprint import as_text, bits_of, of_account, of_reference
from provisioners.ports import AccountShadow
from provisioners.sync.derive.anonymous import anonymised
from provisioners.sync.derive.leaver import leaver_act
from provisioners.sync.derive.wanted import Derivation, Wanted
from provisioners.sync.plan.change import REFERENCES, Change, Kind, Phase
from provisioners.sync.plan.ownership import UNDECIDED, Protected, Taken

Subject = Callable[[str, str], str]
"""(platform, person's UUID) -> what sign-in calls this person there."""
FOUND = "the account was found to be this person's, and gets our mark"
LeftAlone = Callable[[int, str, str], None]
"""Is told (person id, reason, remote id) of an account that stays as it is."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Makes the changes of single accounts on one platform."""

    derivation: Derivation
    subject: Subject
    protected: Protected
    on: Day
    left_alone: LeftAlone

    def bring(self, wanted: Wanted, manager: int, shadow: AccountShadow | None, taken: Taken) -> Iterator[Change]:
        """Yield what creates, wakes up or changes the account; the manager comes in a later phase."""
        known = shadow.attributes if shadow and shadow.state != "deleted" else {}
        attributes = self._allowed(wanted.attributes or {}, known)
        missing = self._chosen(wanted, known, attributes, taken)
        reason = (
            missing
            or self._refusal(wanted, shadow, attributes)
            or self._doubled(wanted, shadow, taken)
            or taken.clash(wanted.person_id, attributes, known)
        )
        if reason:
            self.left_alone(wanted.person_id, reason, shadow.remote_id if shadow else "")
            return
        bits = wanted.bits if attributes == wanted.attributes else bits_of("active", attributes)
        if shadow is None or shadow.state == "deleted":
            at = shadow.fingerprint if shadow else ""
            yield self._change("account_create", wanted, shadow, {}, attributes, at, as_text(bits))
        else:
            held = _references(shadow.attributes)
            attributes |= held
            for name, uuid in held.items():
                bits ^= of_reference(name, str(uuid))
            yield from self._wake_and_update(wanted, shadow, attributes, as_text(bits))
        yield from self._managed(wanted, manager, shadow, attributes, bits)

    def _allowed(self, wanted: Mapping[str, Value], known: Mapping[str, Value]) -> dict[str, Value]:
        """Return the wanted values, but for those that stay as the account has them: weak ones, and kept ones."""
        manner, found = self.derivation.manner, dict(wanted)
        for name in manner.kept & known.keys():
            has = known[name]
            if has not in ("", ()) and name not in REFERENCES and (name in manner.weak or name not in wanted):
                found[name] = has
        return found

    def _chosen(self, wanted: Wanted, known: Mapping[str, Value], attributes: dict[str, Value], taken: Taken) -> str:
        """Put in what this person gets of values that nobody shares; return why there is none, or an empty text."""
        for name, options in wanted.candidates.items():
            has = known.get(name, "")
            if has and name in self.derivation.manner.weak:
                continue
            attributes[name] = taken.choose(wanted.person_id, name, options, has)
            if not attributes[name]:
                return f"every candidate for {name} is or was somebody else's: {', '.join(options[:4])}"
        return ""

    def leave(self, person: Person, shadow: AccountShadow) -> Iterator[Change]:
        """Yield what the leaver policy does to this account today."""
        wanted = self.derivation.evaluate(person)
        reason = wanted.reason
        if wanted.doubt:
            self.left_alone(person.id, wanted.doubt, shadow.remote_id)
            return
        if self.protected.account(shadow.remote_id, shadow.attributes):
            self.left_alone(person.id, f"on the protected list, though {reason}", shadow.remote_id)
            return
        since = day_then(self.on, person, shadow.state_since) if shadow.state_since else None
        policy = self.derivation.rules.leaver(self.derivation.platform)
        act = leaver_act(policy, person, shadow.state, since, day_of(self.on, person), reason)
        if act.do == "suspend":
            result = of_account("suspended", shadow.attributes)
            yield self._change("account_suspend", wanted, shadow, {}, {}, shadow.fingerprint, result, act.reason)
        elif act.do == "anonymise":
            yield from self._anonymised(wanted, shadow, act.reason)
        elif act.do == "delete" and self.derivation.descriptor.deletes:
            at, result = shadow.fingerprint, of_account("deleted", {})
            yield self._change(
                "account_delete", wanted, shadow, shadow.attributes, {}, at, result, act.reason, Phase.DELETIONS
            )

    def _anonymised(self, wanted: Wanted, shadow: AccountShadow, reason: str) -> Iterator[Change]:
        """Yield the change; it holds nothing of before, so that what is taken away is not kept in the plan."""
        left = anonymised(shadow.attributes, self.derivation.descriptor, shadow.external_id)
        result = of_account(shadow.state, left)
        if result != shadow.fingerprint:
            at = shadow.fingerprint
            yield self._change("account_anonymise", wanted, shadow, {}, left, at, result, reason, Phase.DELETIONS)

    def _wake_and_update(
        self, wanted: Wanted, shadow: AccountShadow, attributes: Mapping[str, Value], result: str
    ) -> Iterator[Change]:
        known, at = shadow.attributes, shadow.fingerprint
        if shadow.state == "suspended":
            awake = of_account("active", known)
            yield self._change("account_reactivate", wanted, shadow, known, known, at, awake)
            at = awake
        found = not shadow.fingerprint
        if result != at or found:
            after = {**{name: "" for name in known if name not in attributes}, **attributes}
            written = [name for name, value in after.items() if known.get(name, "") != value]
            reason = FOUND if found else f"{wanted.reason}: {self.derivation.manner.named(written)}"
            yield self._change("account_update", wanted, shadow, known, after, at, result, reason)

    def _managed(
        self, wanted: Wanted, manager: int, shadow: AccountShadow | None, before: Mapping[str, Value], bits: int
    ) -> Iterator[Change]:
        uuid, held = self.derivation.chart.uuid_of(manager), str(before.get("manager", ""))
        manner = self.derivation.manner
        stays = "manager" in manner.weak or (not uuid and "manager" in manner.kept)
        if held == uuid or (held and stays):
            return
        result = as_text(bits ^ of_reference("manager", held) ^ of_reference("manager", uuid))
        reason = "the manager according to HR" if uuid else "no manager with an account here"
        after = {**before, "manager": uuid}
        yield self._change(
            "account_update", wanted, shadow, before, after, as_text(bits), result, reason, Phase.MANAGERS
        )

    def _refusal(self, wanted: Wanted, shadow: AccountShadow | None, attributes: Mapping[str, Value]) -> str:
        known = shadow.attributes if shadow else {}
        if self.protected.account(shadow.remote_id if shadow else "", known, attributes):
            return "on the protected list"
        return wanted.doubt

    @staticmethod
    def _doubled(wanted: Wanted, shadow: AccountShadow | None, taken: Taken) -> str:
        """Return why no account is made for this person: one that is nobody's may be the one (PR-08)."""
        has_none = shadow is None or shadow.state == "deleted"
        return UNDECIDED if has_none and wanted.person_id in taken.undecided else ""

    def _change(
        self,
        kind: Kind,
        wanted: Wanted,
        shadow: AccountShadow | None,
        before: Mapping[str, Value],
        after: Mapping[str, Value],
        precondition: str,
        result: str,
        reason: str = "",
        phase: Phase = Phase.ACCOUNTS,
    ) -> Change:
        platform, uuid = self.derivation.platform, self.derivation.chart.uuid_of(wanted.person_id)
        return Change(
            phase,
            kind,
            platform,
            person_id=wanted.person_id,
            person_uuid=uuid,
            subject=self.subject(platform, uuid),
            remote_id=shadow.remote_id if shadow and shadow.state != "deleted" else "",
            before=before,
            after=after,
            reason=reason or wanted.reason,
            precondition=precondition,
            result=result,
            eased=self._eased(kind, after),
            unique=self._unique(kind, after),
        )

    def _unique(self, kind: Kind, after: Mapping[str, Value]) -> tuple[str, ...]:
        gives = kind in {"account_create", "account_update"}
        return tuple(sorted(name for name in self.derivation.manner.unique if gives and after.get(name)))

    def _eased(self, kind: Kind, after: Mapping[str, Value]) -> dict[str, Strength]:
        eased = self.derivation.manner.eased if kind == "account_update" else {}
        return {name: strength for name, strength in eased.items() if name in after}


def _references(attributes: Mapping[str, Value]) -> dict[str, Value]:
    return {name: attributes[name] for name in REFERENCES & attributes.keys() if attributes[name] != ""}
