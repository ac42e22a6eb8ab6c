"""The platform that lives in a dict: for tests, the demo and the tutorial. Lost when the process ends."""

from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.memory.connector import Memory
from provisioners.platforms.opening import Opening

DESCRIPTOR = Descriptor(
    name="memory",
    title="Memory (for trying things out)",
    attributes=frozenset({"userName", "displayName", "name.givenName", "name.familyName", "emails", "title", "locale"})
    | frozenset({"department", "employeeNumber", "manager"}),
    required=frozenset({"userName"}),
    references=frozenset({"manager"}),
    deletes=True,
    groups=True,
    owners=True,
    nests=True,
    describes=True,
    calls_per_second=1000.0,
)


def open_memory(opening: Opening) -> Memory:
    """Return an empty platform."""
    return Memory(opening.platform)
