"""Names of groups, each once on a platform: who bears a name keeps it, the others add their key (PR-07)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisioners.ports import GroupShadow


def names_once(wanted: Mapping[str, str], known: Mapping[str, GroupShadow], taken: Iterable[str]) -> dict[str, str]:
    """Return for each key a name that no other group has, without regard to case.

    `wanted` are the names by the rules, `taken` those of groups that are not ours. Of several groups that want one name
    the one that has it keeps it, otherwise the first by key gets it; so a second plan gives the same names.
    """
    others = {name.casefold() for name in taken}
    bearers: dict[str, str] = {}
    for key in sorted(wanted, key=lambda each: (not _bears(known.get(each), wanted[each]), each)):
        bearers.setdefault(wanted[key].casefold(), key)
    return {
        key: name if bearers[name.casefold()] == key and name.casefold() not in others else f"{name} ({key})"
        for key, name in wanted.items()
    }


def _bears(shadow: GroupShadow | None, name: str) -> bool:
    return shadow is not None and shadow.name.casefold() == name.casefold()
