"""A person's name as it is spoken and written in the Netherlands and elsewhere: prefixes, partner names, call names.

Names are free text in any script. `name_order` is `own`, `partner`, `own-partner` or `partner-own`, or the letter that
Dutch systems have for it; anything else, also an order that needs a partner's name where there is none, falls back to
the own name. A partner's prefix stands in a column of its own, or at the beginning of the partner's name.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from mappings.people import Person

OWN, PARTNER, OWN_PARTNER, PARTNER_OWN = "own", "partner", "own-partner", "partner-own"
ORDERS: Final = {
    "e": OWN, "p": PARTNER, "n": OWN_PARTNER, "v": PARTNER_OWN, "b": PARTNER_OWN,
    PARTNER: PARTNER, OWN_PARTNER: OWN_PARTNER, PARTNER_OWN: PARTNER_OWN,
}  # fmt: skip
"""What HR writes -> the order. The letters tell where the partner's name stands: instead of the own one (P), before it
(V, or B), after it (N), or nowhere (E)."""


class Names(NamedTuple):
    """All forms of one person's name.

    `call` is the preferred name, else the given name; `own` prefix and family name (`van 't Hoff`); `surname` the one
    in the order the person chose (`van 't Hoff-de Vries`); `display` what others see, the user name or the HR key when
    HR states no name at all; `sort` the name as in a Dutch list (`Hoff, Jürgen van 't`): by what follows the prefix of
    the surname that comes first, with that prefix at the end.
    """

    call: str
    own: str
    surname: str
    display: str
    sort: str


def names_of(person: Person) -> Names:
    """Return all forms at once; they share their parts."""
    call = _clean(person.preferred_name) or _clean(person.given_name)
    family, prefix = _clean(person.family_name), _clean(person.name_prefix)
    own = _words(prefix, family)
    partners, their_prefix = _clean(person.partner_name), _clean(person.partner_prefix)
    partner = _words(their_prefix, partners) if partners else ""
    order = _order(own, partner, person.name_order)
    chosen = {OWN: own, PARTNER: partner, OWN_PARTNER: f"{own}-{partner}", PARTNER_OWN: f"{partner}-{own}"}[order]
    display = _words(call, chosen) or _clean(person.username) or person.key
    first, before = (partners, their_prefix) if order in {PARTNER, PARTNER_OWN} else (family, prefix)
    leading = chosen.removeprefix(before).lstrip() if first else chosen
    rest = _words(call, before) if first else call
    return Names(call, own, chosen, display, f"{leading}, {rest}" if leading and rest else leading or rest)


def surname(person: Person) -> str:
    """Return the surname in the order the person chose: `van 't Hoff-de Vries`."""
    return names_of(person).surname


def display_name(person: Person) -> str:
    """Return the name others see; the user name or the HR key when HR states no name at all."""
    return names_of(person).display


def sort_name(person: Person) -> str:
    """Return the name as in a Dutch list: `Hoff, Jürgen van 't`, sorted by what follows the prefix."""
    return names_of(person).sort


def _order(own: str, partner: str, stated: str) -> str:
    """Return which of the four holds; with one name only there is nothing to choose."""
    if not partner or not own:
        return OWN if own or not partner else PARTNER
    return ORDERS.get(stated.strip().lower().replace("_", "-"), OWN)


def _words(first: str, second: str) -> str:
    return f"{first} {second}" if first and second else first or second


def _clean(text: str) -> str:
    return " ".join(text.split()) if text else text
