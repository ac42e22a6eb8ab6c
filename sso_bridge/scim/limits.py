"""How much of everything the SCIM server takes and gives (PR-14, AD-10)."""

from __future__ import annotations

from typing import Final

LONGEST_BODY: Final = 4 << 20
"""Bytes of one request: some 20,000 members added by one PATCH."""
MOST_OPERATIONS: Final = 1000
"""Operations of one Bulk request, and of one PATCH."""
PER_PAGE: Final = 100
MOST_PER_PAGE: Final = 1000
MOST_MEMBERS_ON_A_PAGE: Final = 200_000
"""A list ends a page early rather than telling more members of groups, or groups of people, than this; one resource is
always told whole."""
LONGEST_FILTER: Final = 10_000
"""Bytes."""
DEEPEST_FILTER: Final = 20
MOST_COMPARISONS: Final = 100
MOST_COMPARISONS_OF_PATCH: Final = 2000
"""In the paths of all its operations together: each is made for each value of a list, while others wait."""
MOST_SEARCHED: Final = 50_000
"""Resources that are looked at one by one when a filter names nothing that has an index."""
LONGEST_TEXT: Final = 1000
MOST_VALUES: Final = 50
"""Values of a list such as `emails`; not of `members`."""
LONGEST_INDEXED: Final = 256
"""Characters of what stands in an index: `userName`, `externalId`, `displayName`, mail addresses."""
MOST_STRANGERS: Final = 1000
"""Members of one group that are no person of its source."""
MOST_TOLD_AFTER_PATCH: Final = 1000
"""A group with more members than this is not told again after a PATCH (204 instead of 200)."""
DEEPEST_GROUPS: Final = 10
"""Groups on the longest way from a group down to one in it, or up."""
MOST_SUBGROUPS: Final = 1000
"""Groups that are members of one group."""
