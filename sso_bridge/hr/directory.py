"""Reads people, units and managers from a directory into the files of an import; the gate judges them like any other.

All of it or nothing: an error on any page ends the reading, and what was read is thrown away. Only a reading of
everything is a snapshot; a reading of changes never says that anybody is absent.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from provisioners.errors import FeedRefused, NeedsAdmin
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.kinds import DirectorySource
from sso_bridge.configuration.settings.build import workplaces
from sso_bridge.hr.directory_rows import Rows, above, attributes_of
from sso_bridge.hr.lines import Reading, finished, write
from sso_bridge.login.authenticate.ldap.flavours import FLAVOURS, Flavour
from sso_bridge.login.authenticate.ldap.servers import Servers, Unreachable
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from sso_bridge.login.authenticate.ldap.wire import Entry, Wire

UNIT = "(objectClass=organizationalUnit)"
IN_MEMORY = 1 << 22


@dataclass(frozen=True, slots=True)
class DirectoryReader:
    """Reads the HR sources of the kind `ldap`. `secret` resolves references."""

    configuration: Callable[[], Configuration]
    secret: Callable[[str], str]
    base_dir: Path
    clock: Clock

    @contextmanager
    def read(self, name: str, since: str = "") -> Iterator[Reading]:
        """Give what changed since a mark, or everybody without one or when the mark is another server's.

        NeedsAdmin when this source is none, FeedRefused when the directory could not be read to the end.
        """
        source, settings = self._source(name)
        wire = Wire(
            Servers(settings.urls, settings.ca_file), settings.bind_dn, lambda: self.secret(settings.bind_password)
        )
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as people, tempfile.SpooledTemporaryFile(IN_MEMORY) as units:
            try:
                files = cast("BinaryIO", people), cast("BinaryIO", units)
                yield _Walk(wire, settings, source, self.clock, since).read(*files)
            except Unreachable as why:
                raise FeedRefused(f"the directory was not read to the end: {why}", hint="see doctor") from None
            finally:
                wire.close()

    def _source(self, name: str) -> tuple[DirectorySource, LdapSettings]:
        configuration = self.configuration()
        source = configuration.hr_sources.get(name)
        if not isinstance(source, DirectorySource):
            raise NeedsAdmin(f"{name} is no HR source of the kind ldap", hint="see hr_sources in the configuration")
        for one in workplaces(configuration, self.base_dir):
            if one.name == source.workplace and isinstance(one, LdapSettings):
                return source, one
        raise NeedsAdmin(f"{source.workplace} is no ldap workplace", hint=f"see hr_sources.{name}.workplace")


class _Walk:
    """One reading, over one connection to one server."""

    def __init__(self, wire: Wire, settings: LdapSettings, source: DirectorySource, clock: Clock, since: str) -> None:
        self.wire, self.settings, self.source, self.now = wire, settings, source, clock()
        self.flavour: Flavour = FLAVOURS[settings.directory]
        self.base = source.base_dn or settings.base_dn
        self.columns = attributes_of(self.flavour, settings.link_attribute, source.columns)
        self.before = self._mark()
        server, _, mark = since.rpartition(" ")
        self.since = mark if since and server == self.before.rpartition(" ")[0] else ""
        self.newest = self.since
        self.numbers: dict[str, str] = {}

    def read(self, people: BinaryIO, units: BinaryIO) -> Reading:
        """Fill both files; people go to disk at once, since a manager's number may come after those she manages."""
        tree = self._tree() if self.source.units == "organizational_units" else {}
        rows = Rows(self.flavour, self.columns, self.now, {dn: row["unit"] for dn, row in tree.items()})
        seen = {row["unit"]: row for row in tree.values()}
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
            spool, count = cast("BinaryIO", kept), 0
            for row in map(rows.row, self._people()):
                write(spool, row)
                count += 1
            spool.seek(0)
            for row in map(json.loads, spool):
                row["manager"] = self._number(row.get("manager", ""))
                if not tree and row.get("unit"):
                    seen.setdefault(row["unit"], {"unit": row["unit"], "name": row["unit"]})
                write(people, row)
        for row in seen.values():
            write(units, row)
        server, _, mark = self.before.rpartition(" ")
        if self._mark().rpartition(" ")[0] != server:
            raise Unreachable("another server answered in the middle")
        files = [("people", people, count), ("units", units, len(seen))]
        uploads = tuple(finished(name, file, rows) for name, file, rows in files if rows)
        return Reading(uploads, count, complete=not self.since, mark=f"{server} {mark or self.newest}")

    def _people(self) -> Iterator[Entry]:
        changed = self.flavour.changed
        since = f"({changed}>={self.since})" if self.since else ""
        query = f"(&{self.flavour.people}{self.source.filter}{since})"
        wanted = (*dict.fromkeys((*self.columns.values(), *self.flavour.state, changed)),)
        for entry in self.wire.paged(self.base, query, wanted):
            self.newest = max(self.newest, entry.text(changed).partition(".")[0])
            number = entry.text(self.columns["employee_number"])
            if number:
                self.numbers[entry.dn.casefold()] = number
                yield entry

    def _tree(self) -> dict[str, dict[str, str]]:
        """Return a row per organizational unit, by distinguished name in lower case."""
        found = {}
        for entry in self.wire.paged(self.base, UNIT, (self.flavour.id, "ou", "managedBy")):
            found[entry.dn.casefold()] = entry
        keys = {dn: self.flavour.permanent(entry.first(self.flavour.id)) for dn, entry in found.items()}
        return {
            dn: {
                "unit": keys[dn],
                "name": entry.text("ou"),
                "parent": next((keys[one] for one in above(dn) if one in keys), ""),
                "head": self._number(entry.text("managedBy")),
            }
            for dn, entry in found.items()
        }

    def _number(self, dn: str) -> str:
        """Return the HR number of an entry, which may lie outside what was read; empty without one."""
        key = dn.casefold()
        if key and key not in self.numbers:
            number = self.columns["employee_number"]
            found = self.wire.read(dn, (number,))
            self.numbers[key] = found.text(number) if found else ""
        return self.numbers.get(key, "")

    def _mark(self) -> str:
        """Return who answers and how far it is. Numbers of changes are each server's own in a Windows domain."""
        if not self.flavour.windows:
            return f"{self.settings.directory} "
        root = self.wire.read("", ("dsServiceName", "highestCommittedUSN"))
        if root is None or not root.text("highestCommittedUSN").isdigit():
            raise Unreachable("the server does not tell its highest change number")
        name = root.text("dsServiceName").partition(",CN=Servers")[0].rpartition("=")[2]
        return f"{name} {int(root.text('highestCommittedUSN')) + 1}"
