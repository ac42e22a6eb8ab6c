"""Why not? Which condition of which rule was false, with the values of its parts, or what else kept it away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from mappings.bound import Bound
from mappings.claims import CLAIMS, COMPUTED, source_of
from mappings.conditions import Part, culprits, parts_of
from mappings.employment import absence_reason
from mappings.explain import explain
from mappings.expression import Program
from provisioners.sync.derive.narrow import missing, narrow
from sso_bridge.configuration.explaining.asked import Asked
from sso_bridge.configuration.explaining.sources import Stated
from sso_bridge.login.release.policy import NEVER

KINDS = ("account", "sign-in", "group", "claim", "attribute")
EMPLOYMENT = ("person.active",)


class NoSuchQuestion(Exception):
    """What was asked about is none of the things a person can have on a platform."""

    code = "no_such_question"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: in words, the rule it comes from, its condition in parts, and the rows of HR behind what it read."""

    text: str
    rule: str = ""
    condition: Part | None = None
    stated: tuple[Stated, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """`has` when the person has it after all, or will by the next rollout; then the reasons say so."""

    what: str
    has: bool
    reasons: tuple[Reason, ...] = field(default_factory=tuple)


def why_not(asked: Asked, question: str) -> Answer:
    """Return why somebody does not have this: `account`, `sign-in`, `group:KEY`, `claim:NAME`, `attribute:NAME`.

    Raises NoSuchQuestion for anything else, with what there is.
    """
    kind, _, name = question.partition(":")
    answers: Mapping[str, Callable[[Asked, str], Iterator[Reason]]] = {
        "account": _account, "sign-in": _sign_in, "group": _group, "claim": _claim, "attribute": _attribute,
    }  # fmt: skip
    if kind not in answers or bool(name) != (kind in {"group", "claim", "attribute"}):
        raise NoSuchQuestion(f"ask for account, sign-in, group:KEY, claim:NAME or attribute:NAME, not {question!r}")
    reasons = tuple(answers[kind](asked, name))
    if reasons:
        return Answer(question, has=False, reasons=reasons)
    return Answer(question, has=True, reasons=(Reason("the rules give it"), *_on_the_way(asked, kind, name)))


def _on_the_way(asked: Asked, kind: str, name: str) -> Iterator[Reason]:
    """Yield what keeps what the rules give from being there."""
    account = asked.seen.account
    if kind in {"sign-in", "claim"}:
        return
    if account is None:
        yield Reason("no account of this person is known there")
    elif account.management in {"unmanaged", "protected"}:
        yield Reason(f"the account {account.remote_id} is {account.management}: it is never touched (PR-06)")
    elif account.remote_id in asked.known.protected:
        yield Reason(f"the account {account.remote_id} is protected", f"platforms.{asked.platform}.protected")
    elif account.state != "active":
        yield Reason(f"the account is {account.state}")
    elif kind == "group" and name in asked.seen.member_of:
        yield Reason("the person is in it")
        return
    yield from (Reason(one) for one in asked.seen.said)


def _sign_in(asked: Asked, _name: str) -> Iterator[Reason]:
    platform = f"platforms.{asked.platform}"
    if not asked.known.enabled:
        yield Reason(f"{asked.platform} is switched off", f"{platform}.enabled")
    elif not asked.side.signs_in(asked.platform):
        yield Reason(f"nobody signs in to {asked.platform} through us", f"{platform}.login")
    yield from _scope(asked)


def _account(asked: Asked, _name: str) -> Iterator[Reason]:
    platform, connector = f"platforms.{asked.platform}", asked.connector
    if not asked.known.enabled:
        yield Reason(f"{asked.platform} is switched off", f"{platform}.enabled")
    elif connector is None:
        yield Reason(f"no accounts are kept on {asked.platform}", f"{platform}.provisioning")
    yield from _scope(asked)
    if connector is None or asked.outcome is None or not asked.outcome.in_scope:
        return
    for name in missing(narrow(asked.outcome.attributes, connector), connector):
        told = next((one for one in asked.behind.mapping.attributes if one.name == name), None)
        reads = told.program.reads if told else ()
        text = f"{name} is empty, and no account is made without it"
        yield Reason(text, told.path if told else "", stated=asked.sources.behind(reads))


def _scope(asked: Asked) -> Iterator[Reason]:
    """Yield why the person is outside the mapping's scope, or which rule has no value."""
    absent, outcome = absence_reason(asked.person, asked.chart.days), asked.outcome
    mapping = asked.behind.mapping
    if absent:
        yield Reason(absent, stated=asked.sources.behind(EMPLOYMENT))
    elif outcome is not None and asked.live.rules.wave(asked.platform, asked.person, asked.chart) is not None:
        account = asked.seen.account
        if not outcome.in_scope and not (outcome.waits and account is not None and account.state == "active"):
            yield Reason(outcome.reason, f"platforms.{asked.platform}.waves")
    elif outcome is not None and not outcome.in_scope:
        yield _condition(asked, mapping.scope, f"mappings.{mapping.name}.for", outcome.reason, asked.facts[0])
    elif outcome is None:
        told = explain(asked.live.rules, asked.platform, asked.person, asked.chart)
        for one in told.because:
            if one.problem:
                yield Reason(f"{one.name}: {one.problem}", one.rule, stated=asked.sources.behind(one.facts or ()))


def _condition(asked: Asked, program: Program | None, rule: str, otherwise: str, bound: Bound) -> Reason:
    """Return the condition in its parts, when it is the condition that was false."""
    if not isinstance(program, Program):
        return Reason(otherwise, rule)
    part = parts_of(asked.live.rules.language, program.source, bound)
    false = culprits(part)
    if not false:
        return Reason(otherwise, rule)
    text = f"{otherwise}: {' and '.join(f'`{one.text}`' for one in false)} is not true"
    return Reason(text, rule, part, asked.sources.behind(program.reads))


def _claim(asked: Asked, name: str) -> Iterator[Reason]:
    yield from _sign_in(asked, name)
    mapping = asked.behind.mapping
    attributes = {one.name: one for one in mapping.attributes}
    if name not in {*CLAIMS, *COMPUTED, *attributes}:
        yield Reason(f"there is no claim {name}{_nearest(name, [*CLAIMS, *COMPUTED, *attributes])}")
        return
    if name not in mapping.release:
        yield Reason(f"{name} is not on the list", f"mappings.{mapping.name}.release")
    if name in NEVER:
        yield Reason(f"{name} never leaves, whatever a rule says")
    if asked.outcome is None or not asked.outcome.in_scope or name in asked.outcome.claims or name in COMPUTED:
        return
    if name in attributes:
        yield _empty(asked, attributes[name].path, attributes[name].program.reads)
        return
    rule = source_of(name, attributes, f"mappings.{mapping.name}")
    attribute = attributes.get(rule.rpartition(".")[2])
    yield _empty(asked, rule, attribute.program.reads if attribute else (rule.removeprefix("facts."),))


def _attribute(asked: Asked, name: str) -> Iterator[Reason]:
    yield from _account(asked, name)
    attributes = {one.name: one for one in asked.behind.mapping.attributes}
    connector, outcome = asked.connector, asked.outcome
    if name not in attributes:
        where = f"mappings.{asked.behind.mapping.name}.attributes"
        yield Reason(f"no rule makes {name}{_nearest(name, attributes)}", where)
    elif connector is not None and connector.attributes and name not in connector.attributes:
        yield Reason(f"{connector.title} has no attribute {name}", f"platforms.{asked.platform}.provisioning")
    elif outcome is not None and outcome.in_scope and outcome.attributes.get(name) in {"", ()}:
        yield _empty(asked, attributes[name].path, attributes[name].program.reads)


def _empty(asked: Asked, rule: str, reads: Iterable[str]) -> Reason:
    reads = tuple(reads)
    said = ", ".join(f"{one} = {asked.facts[0].value(one)!r}" for one in reads)
    return Reason("its value is empty" + (f": {said}" if said else ""), rule, stated=asked.sources.behind(reads))


def _group(asked: Asked, key: str) -> Iterator[Reason]:
    name, _, of = key.partition("/")
    rules = {one.name: one for one in asked.behind.groups.rules}
    where = f"groups.{name}"
    if name not in asked.live.configuration.groups:
        yield Reason(f"there is no group rule {name}{_nearest(name, asked.live.configuration.groups)}")
        return
    if name not in rules:
        yield Reason(f"the rule is not for {asked.platform}", f"{where}.on")
        return
    if asked.connector is not None and not asked.connector.groups:
        yield Reason(f"{asked.connector.title} holds no groups", f"platforms.{asked.platform}.provisioning")
    before = tuple(_scope(asked))
    yield from before
    if before or asked.outcome is None or any(str(one) == key for one in asked.outcome.groups):
        return
    rule, (bound, source) = rules[name], asked.facts
    out = [one for one in rule.named.get(asked.person.key, ()) if one.holds_on(asked.chart.on) and not one.joins]
    if out:
        yield Reason(str(out[0]), f"{where}.exclude")
    elif isinstance(rule.members, frozenset):
        yield Reason(f"{asked.person.key} is not among the {len(rule.members)} that are listed", f"{where}.members")
    elif not rule.each.kind:
        yield _condition(asked, rule.members, f"{where}.members", "the person is no member", bound)
    else:
        places = rule.each.spread(rule.each.basis(bound), source)
        if of not in places:
            some = ", ".join(f"{name}/{one}" for one in places[:10]) or "none"
            reads = (".".join(rule.each.fact),)
            text = f"by `each: {rule.each.kind}` the groups of this person can only be: {some}"
            yield Reason(text, f"{where}.each", stated=asked.sources.behind(reads))
            return
        inside = rule.placed(bound, of, source)
        if rule.when is not None and not rule.when.run(inside):
            yield _condition(asked, rule.when, f"{where}.when", f"there is no group {key}", inside)
        yield _condition(asked, rule.members, f"{where}.members", "the person is no member", inside)


def _nearest(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = get_close_matches(name, known, 1)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(known) or 'none'}"
