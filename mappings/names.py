"""A person's name as it is spoken and written in the Netherlands and elsewhere: prefixes, partner names, call names.

Names are free text in any script. `name_order` is `own`, `partner`, `own-partner` or `partner-own`; anything else,
also an order that needs a partner's name where there is none, falls back to the own name.
"""

from __future__ import annotations

from typing import NamedTuple

from mappings.people import Person


class Names(NamedTuple):
    """All forms of one person's name.

    `call` is the preferred name, else the given name; `own` prefix and family name (`van 't Hoff`); `surname` the one
    in the order the person chose (`van 't Hoff-de Vries`); `display` what others see, the user name or the HR key when
    HR states no name at all; `sort` the name as in a Dutch list (`Hoff, Jürgen van 't`), sorted by what follows the
    own prefix; a partner's name is sorted as it is stated.
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
    chosen = _in_order(own, _clean(person.partner_name), person.name_order)
    display = _words(call, chosen) or _clean(person.username) or person.key
    by_family = family and chosen.startswith(own)
    first, rest = (chosen[len(own) - len(family) :], _words(call, prefix)) if by_family else (chosen, call)
    return Names(call, own, chosen, display, f"{first}, {rest}" if first and rest else first or rest)


def surname(person: Person) -> str:
    """Return the surname in the order the person chose: `van 't Hoff-de Vries`."""
    return names_of(person).surname


def display_name(person: Person) -> str:
    """Return the name others see; the user name or the HR key when HR states no name at all."""
    return names_of(person).display


def sort_name(person: Person) -> str:
    """Return the name as in a Dutch list: `Hoff, Jürgen van 't`, sorted by what follows the prefix."""
    return names_of(person).sort


def _in_order(own: str, partner: str, order: str) -> str:
    if not partner or not own:
        return own or partner
    orders = {"partner": partner, "own-partner": f"{own}-{partner}", "partner-own": f"{partner}-{own}"}
    return orders.get(order.strip().lower().replace("_", "-"), own)


def _words(first: str, second: str) -> str:
    return f"{first} {second}" if first and second else first or second


def _clean(text: str) -> str:
    return " ".join(text.split()) if text else text
