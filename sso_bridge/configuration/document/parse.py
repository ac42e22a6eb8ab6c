"""The whole document -> Configuration and Rules, or every mistake in it at once, each with its path (AD-03)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from mappings.errors import MappingError, Problem
from mappings.rules import Rules, compile_rules
from provisioners.correlation.reading import Reading
from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.register import PLATFORMS
from provisioners.sync.collect.layout import COLUMNS
from provisioners.sync.plan.guards import CLASSES
from sso_bridge.configuration.document.fields import NAME, RESERVED
from sso_bridge.configuration.document.model import (
    LATER_PROTOCOLS,
    LOGINS,
    Configuration,
    FeedLimit,
    GuardLimit,
    PeopleLimit,
    Platform,
    PlatformShell,
    Target,
    Zones,
)
from sso_bridge.configuration.document.presets import with_presets
from sso_bridge.configuration.hr_sources.filed import Filed
from sso_bridge.configuration.hr_sources.kinds import SOURCES, DirectorySource
from sso_bridge.configuration.hr_sources.pull import STYLE_OF
from sso_bridge.configuration.settings.build import login_problems
from sso_bridge.configuration.workplaces.any import AsksDirectory
from sso_bridge.configuration.workplaces.kinds import WORKPLACES
from sso_bridge.secrets import is_reference

Model = TypeVar("Model", bound=BaseModel)
PARTS = tuple(Configuration.model_fields)
FEED_GUARD = "feed_shrink"
PEOPLE_GUARD = "people_changed"
ELSEWHERE = {
    FEED_GUARD: "a feed belongs to no platform; write it under guards.default, or as shrink_percent of an HR source",
    PEOPLE_GUARD: "people are counted over all platforms; write it under guards.default",
}
"""Guards that are not about one platform -> where they stand instead."""
PACE = "calls_per_second"
MOST_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A document without a mistake: its models and its compiled rules."""

    configuration: Configuration
    rules: Rules


def parse(document: Mapping[str, Any]) -> Checked:
    """Return the checked configuration; MappingError with every Problem otherwise."""
    reader = _Reader()
    configuration, rules = reader.whole(document)
    if reader.problems or rules is None:
        raise MappingError(reader.problems)
    return Checked(configuration, rules)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def whole(self, document: Mapping[str, Any]) -> tuple[Configuration, Rules | None]:
        """Return what could be read; the problems tell the rest."""
        self._unknown(document, PARTS, "")
        parts = {name: self._mapping(document.get(name), name) for name in PARTS}
        for name in PARTS:
            self._names(parts[name], name)
        mappings = with_presets(parts["mappings"], self.problems)
        rules = self._rules(
            {
                "platforms": parts["platforms"],
                "mappings": mappings,
                "groups": parts["groups"],
                "tables": parts["tables"],
            }
        )
        read = {
            "workplaces": self._each(parts["workplaces"], "workplaces", self._workplace),
            "platforms": self._each(parts["platforms"], "platforms", self._platform),
            "guards": self._each(parts["guards"], "guards", self._guards),
            "hr_sources": self._each(parts["hr_sources"], "hr_sources", self._source),
            "targets": self._each(parts["targets"], "targets", self._target),
        }
        self._references(parts, read["platforms"], mappings)
        self._directories(read["workplaces"], read["hr_sources"])
        alike = Reading(tuple(parts["platforms"]), self.problems, tuple(parts["hr_sources"])).whole(
            parts["correlation"]
        )
        zones = self._read(Zones, parts["zones"], "zones")
        made = Configuration.model_construct(
            None, **read, mappings=mappings, groups=parts["groups"], tables=parts["tables"], correlation=alike,
            zones=zones,
        )  # fmt: skip
        return made, rules

    def _rules(self, document: Mapping[str, Any]) -> Rules | None:
        try:
            return compile_rules(document)
        except MappingError as error:
            self.problems.extend(error.problems)
            return None

    def _workplace(self, body: Mapping[str, Any], path: str) -> Any:
        if path.rpartition(".")[2] in RESERVED:
            self._problem(path, "is a name of our own addresses", "call the workplace something else")
        model = self._chosen(body, path, "kind", WORKPLACES)
        return self._read(model, body, path) if model else None

    def _platform(self, body: Mapping[str, Any], path: str) -> Platform | None:
        shell = self._read(PlatformShell, body, path)
        login = {"protocol": "none"} if body.get("login") is None else self._mapping(body["login"], f"{path}.login")
        model = self._chosen(login, f"{path}.login", "protocol", LOGINS, LATER_PROTOCOLS)
        read = self._read(model, login, f"{path}.login") if model else None
        provisioning = self._mapping(body.get("provisioning"), f"{path}.provisioning")
        self._connector(provisioning, f"{path}.provisioning")
        if shell is None or read is None:
            return None
        if read.protocol != "none" and shell.mapping is None:
            self._problem(f"{path}.mapping", "is missing", "without a mapping nobody may sign in there")
        return Platform.model_construct(**{**dict(shell), "login": read, "provisioning": dict(provisioning)})

    def _connector(self, body: Mapping[str, Any], path: str) -> None:
        kind = body.get("connector", "none")
        if kind == "none":
            self._unknown(body, ("connector",), path)
            return
        known = PLATFORMS.get(kind) if isinstance(kind, str) else None
        if known is None:
            self._problem(f"{path}.connector", "unknown connector", _nearest(str(kind), [*PLATFORMS, "none"]))
            return
        descriptor: Descriptor = known.descriptor
        self._unknown(body, ("connector", PACE, *descriptor.settings), path)
        pace = body.get(PACE, descriptor.calls_per_second)
        if isinstance(pace, bool) or not isinstance(pace, int | float) or not 0 < pace <= MOST_CALLS:
            self._problem(f"{path}.{PACE}", f"must be a number above 0, at most {MOST_CALLS:,}")
        for name, required in descriptor.settings.items():
            value = body.get(name)
            if required and (value is None or value == ""):
                self._problem(f"{path}.{name}", "is missing")
            elif (
                name in descriptor.secrets
                and value is not None
                and not (isinstance(value, str) and is_reference(value))
            ):
                self._problem(
                    f"{path}.{name}", "a secret is written as env:NAME or file:PATH, never as the secret itself"
                )

    def _guards(self, body: Mapping[str, Any], path: str) -> dict[str, BaseModel]:
        self._unknown(body, (*CLASSES, *ELSEWHERE), path)
        for name in body if path != "guards.default" else ():
            if name in ELSEWHERE:
                self._problem(f"{path}.{name}", "cannot be set for one platform", ELSEWHERE[name])
        models: dict[str, type[BaseModel]] = {FEED_GUARD: FeedLimit, PEOPLE_GUARD: PeopleLimit}
        read = {
            name: self._read(models.get(name, GuardLimit), self._mapping(said, f"{path}.{name}"), f"{path}.{name}")
            for name, said in body.items()
        }
        return {name: limit for name, limit in read.items() if limit is not None}

    def _source(self, body: Mapping[str, Any], path: str) -> Any:
        model = self._chosen(body, path, "kind", SOURCES)
        files = model is None or issubclass(model, Filed)
        columns = frozenset[str]().union(*COLUMNS.values()) if files else COLUMNS["people"]
        self._unknown(self._mapping(body.get("columns"), f"{path}.columns"), sorted(columns), f"{path}.columns")
        return self._read(model, body, path) if model else None

    def _target(self, body: Mapping[str, Any], path: str) -> Target | None:
        return self._read(Target, body, path)

    def _references(
        self, parts: Mapping[str, Any], platforms: Mapping[str, Platform], mappings: Mapping[str, Any]
    ) -> None:
        for name in parts["guards"]:
            if name != "default" and name not in parts["platforms"]:
                self._problem(f"guards.{name}", "unknown platform", _nearest(name, ["default", *parts["platforms"]]))
        for name, target in parts["targets"].items():
            aimed = target.get("platform") if isinstance(target, Mapping) else None
            if aimed is not None and aimed not in parts["platforms"]:
                self._problem(f"targets.{name}.platform", "unknown platform", _nearest(str(aimed), parts["platforms"]))
        for name, platform in platforms.items():
            self._filled(name, platform, mappings)
            self.problems.extend(login_problems(name, platform))
        clients = [platform.login.client_id for platform in platforms.values() if platform.login.protocol == "oidc"]
        for name, platform in platforms.items():
            if platform.login.protocol == "oidc" and clients.count(platform.login.client_id) > 1:
                self._problem(f"platforms.{name}.login.client_id", "is used by another platform as well")

    def _directories(self, workplaces: Mapping[str, Any], sources: Mapping[str, Any]) -> None:
        known = [name for name, one in workplaces.items() if one.kind == "ldap"]
        for name, one in workplaces.items():
            if isinstance(one, AsksDirectory) and one.directory and one.directory not in known:
                self._problem(f"workplaces.{name}.directory", "is no ldap workplace", _nearest(one.directory, known))
        for name, one in sources.items():
            if isinstance(one, DirectorySource) and one.workplace not in known:
                self._problem(f"hr_sources.{name}.workplace", "is no ldap workplace", _nearest(one.workplace, known))

    def _filled(self, name: str, platform: Platform, mappings: Mapping[str, Any]) -> None:
        """Note attributes without which the connector cannot make an account."""
        if platform.connector == "none" or platform.connector not in PLATFORMS:
            return
        if platform.mapping is None:
            self._problem(f"platforms.{name}.mapping", "is missing", "without a mapping nobody gets an account there")
            return
        body = mappings.get(platform.mapping)
        has = body.get("attributes") if isinstance(body, Mapping) else None
        filled = set(has) if isinstance(has, Mapping) else set()
        for needed in sorted(PLATFORMS[platform.connector].descriptor.required - filled):
            where = f"mappings.{platform.mapping}.attributes.{needed}"
            self._problem(where, f"is missing: {platform.connector} of platform {name} needs it")

    def _chosen(
        self, body: Mapping[str, Any], path: str, key: str, known: Mapping[str, type[Any]], later: Iterable[str] = ()
    ) -> type[Any] | None:
        chosen = body.get(key)
        if isinstance(chosen, str) and chosen in known:
            return known[chosen]
        later = tuple(later)
        said = str(chosen) if chosen is not None else ""
        message = "is not yet supported" if said in later else "is missing" if chosen is None else f"unknown {key}"
        self._problem(f"{path}.{key}", message, _nearest(said, list(known)))
        return None

    def _read(self, model: type[Model], body: Mapping[str, Any], path: str) -> Model | None:
        try:
            return model.model_validate(dict(body))
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False, include_context=False):
                self.problems.append(_spoken(one, model, path))
            return None

    def _each(self, body: Mapping[str, Any], path: str, read: Any) -> dict[str, Any]:
        made = {name: read(self._mapping(said, f"{path}.{name}"), f"{path}.{name}") for name, said in body.items()}
        return {name: one for name, one in made.items() if one is not None}

    def _mapping(self, body: Any, path: str) -> Mapping[str, Any]:
        if body is None:
            return {}
        if isinstance(body, Mapping):
            return body
        self._problem(path, "must be a mapping of names to values")
        return {}

    def _names(self, body: Mapping[str, Any], path: str) -> None:
        for name in body:
            if not isinstance(name, str) or not NAME.fullmatch(name):
                self._problem(f"{path}.{name}", "a name has small letters, digits, _ and -, at most 63")

    def _unknown(self, body: Mapping[str, Any], known: Iterable[str], path: str) -> None:
        known = list(known)
        for name in body:
            if name not in known:
                self._problem(f"{path}.{name}".lstrip("."), "unknown key", _nearest(str(name), known))

    def _problem(self, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path, message, hint))


def _spoken(error: Any, model: type[BaseModel], path: str) -> Problem:
    """Return one pydantic error in our words; the value itself is never repeated (AD-06)."""
    place, inner, fields = path, model, list(model.model_fields)
    styles: dict[str, type[BaseModel]] = {}
    for step in error["loc"]:
        if step in styles:
            inner, fields, styles = styles[step], list(styles[step].model_fields), {}
            continue
        place = f"{place}[{step}]" if isinstance(step, int) else f"{place}.{step}"
        annotation = inner.model_fields[step].annotation if step in inner.model_fields else None
        styles = {STYLE_OF[one]: one for one in get_args(annotation) if one in STYLE_OF}
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            inner, fields = annotation, list(annotation.model_fields)
    if error["type"] == "union_tag_invalid":
        return Problem(f"{place}.style", "unknown style", _nearest("", styles))
    if error["type"] == "union_tag_not_found":
        return Problem(f"{place}.style", "is missing", _nearest("", styles))
    if error["type"] == "extra_forbidden":
        return Problem(place, "unknown key", _nearest(str(error["loc"][-1]), fields))
    if error["type"] == "missing":
        return Problem(place, "is missing")
    message = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
    return Problem(place, message[:1].lower() + message[1:])


def _nearest(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known)) or 'none'}"
