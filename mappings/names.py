"""A person's name as it is spoken and written in the Netherlands and elsewhere: prefixes, partner names, call names.

Names are free text in any script. `name_order` is `own`, `partner`, `own-partner` or `partner-own`; anything else,
also an order that needs a partner's name where there is none, falls back to the own name.
"""

from __future__ import annotations

from mappings.people import Person


def call_name(person: Person) -> str:
    """Return what somebody is called: the preferred name, else the given name."""
    return _clean(person.preferred_name) or _clean(person.given_name)


def own_surname(person: Person) -> str:
    """Return prefix and family name: `van 't Hoff`."""
    return _words(person.name_prefix, person.family_name)


def surname(person: Person) -> str:
    """Return the surname in the order the person chose: `van 't Hoff-de Vries`."""
    own, partner = own_surname(person), _clean(person.partner_name)
    if not partner or not own:
        return own or partner
    orders = {"partner": partner, "own-partner": f"{own}-{partner}", "partner-own": f"{partner}-{own}"}
    return orders.get(person.name_order.strip().lower().replace("_", "-"), own)


def display_name(person: Person) -> str:
    """Return the name others see; the user name or the HR key when HR states no name at all."""
    return _words(call_name(person), surname(person)) or _clean(person.username) or person.key


def sort_name(person: Person) -> str:
    """Return the name as in a Dutch list: `Hoff, Jürgen van 't`, sorted by what follows the prefix."""
    family, prefix = _clean(person.family_name), _clean(person.name_prefix)
    if not family or surname(person) != own_surname(person):
        return ", ".join(part for part in (surname(person), call_name(person)) if part)
    return ", ".join(part for part in (family, _words(call_name(person), prefix)) if part)


def _words(*parts: str) -> str:
    return " ".join(clean for part in parts if (clean := _clean(part)))


def _clean(text: str) -> str:
    return " ".join(text.split())
