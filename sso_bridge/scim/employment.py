"""Our extension of a person (RFC 7643 section 3.3): what HR knows and SCIM has no attribute for.

The dates are dates: of a moment the date is taken as it is written, whatever its zone. They are published as moments
since SCIM has no type for a date. The URN has the form that the mapping screens of identity providers ask for.
"""

from __future__ import annotations

from typing import Final

from sso_bridge.scim.attribute import Attribute

EMPLOYMENT: Final = "urn:ietf:params:scim:schemas:extension:sso_bridge:2.0:User"


def _date(name: str, description: str) -> Attribute:
    return Attribute(name, description, "dateTime")


ASSIGNMENTS: Final = Attribute(
    "assignments", "All jobs, past and future ones too; they take the place of title, department and the like.",
    "complex", many=True,
    parts=(
        Attribute("value", "The number of the job, the same for ever.", exact=True),
        Attribute("unit", "The unit."), Attribute("title", "The job title."),
        Attribute("manager", "The id of the manager.", exact=True),
        Attribute("type", "The kind of contract, as in employee."),
        Attribute("location", "The place of work."), Attribute("country", "Its country, as in NL."),
        Attribute("costCenter", "The cost centre."), Attribute("legalEntity", "The legal entity."),
        Attribute("fte", "The share of full time, from 0 to 2.", "decimal"),
        Attribute("primary", "Whether it is the main job.", "boolean"),
        _date("startDate", "The first day of the job."), _date("endDate", "The last day of the job."),
    ),
)  # fmt: skip
LEAVES: Final = Attribute(
    "leaves", "Absences for a time.", "complex", many=True,
    parts=(
        Attribute("type", "Why, as in parental."),
        Attribute("startDate", "The first day away.", "dateTime", required=True),
        _date("endDate", "The last day away."),
    ),
)  # fmt: skip
EMPLOYMENT_ATTRIBUTES: Final = (
    _date("startDate", "The first day of work, also one to come."),
    _date("endDate", "The last day of work, also one to come."),
    Attribute("namePrefix", "What stands before the family name, as in van der."),
    Attribute("partnerPrefix", "What stands before the partner's family name."),
    Attribute("partnerName", "The family name of the partner."),
    Attribute("nameOrder", "Which surname is used: own (or E), partner (P), own-partner (N) or partner-own (V, B)."),
    ASSIGNMENTS,
    LEAVES,
)
