"""What is true of a kind of platform whoever runs it: data, not code."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Facts about one kind of connector.

    `settings` are the keys its `provisioning` part may have beside `connector` (True: required); `attributes`
    are the names a mapping may fill; `required` those it must. `secrets` are the settings that hold a reference to a
    secret; `fixed` the attributes that the platform takes at creation only, so that a later difference is no change;
    `lowered` those whose capitals it does not keep;
    `references` those whose value is the platform's id of another account (a manager). `deletes`, `groups`,
    `owners`, `nests` (groups hold groups) and `describes` (groups have a description) say what it can do, for the
    planner and the docs; a test compares them with the connector's interfaces.
    """

    name: str
    title: str
    settings: dict[str, bool] = field(default_factory=dict)
    attributes: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    lowered: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    deletes: bool = False
    groups: bool = False
    owners: bool = False
    nests: bool = False
    describes: bool = False
    calls_per_second: float = 10.0
