"""The calls to a Synapse homeserver: paths, error codes and pages, no decisions."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain
from provisioners.platforms.http import Call, Http, Reply

Json = dict[str, Any]
ADMIN = "/_synapse/admin"
CLIENT = "/_matrix/client/v3"
MISSING = 404
PAGE = 100


class Homeserver:
    """One homeserver, spoken to as its administrator, our bot."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._asking = threading.Lock()
        self._bot = ""

    @property
    def bot(self) -> str:
        """Return the user id that the token belongs to."""
        with self._asking:
            if not self._bot:
                reply = self.http.get(f"{CLIENT}/account/whoami", "ask who we are")
                self._bot = str(reply.fields.get("user_id") or "")
            if ":" not in self._bot:
                raise NeedsAdmin("ask who we are: no answer of a homeserver", hint="url is not that of Synapse")
            return self._bot

    @property
    def server_name(self) -> str:
        """Return the part behind the colon of every user id."""
        return self.bot.split(":", 1)[1]

    def admin(self, method: str, path: str, what: str, body: object = None, *, accept: Collection[int] = ()) -> Reply:
        """Call the admin API; raise NeedsAdmin where Matrix Authentication Service has taken it over."""
        reply = self.http.send(
            Call(method, ADMIN + path, what, body, accept={*accept, MISSING}, repeatable=method == "GET")
        )
        if reply.status == MISSING:
            self._missing(reply, what, allowed=MISSING in accept)
        return reply

    def client(self, method: str, path: str, what: str, body: object = None, *, accept: Collection[int] = ()) -> Reply:
        """Call the client API."""
        return self.http.send(Call(method, CLIENT + path, what, body, accept=accept))

    def pages(self, path: str, field: str, what: str, query: str = "") -> Iterator[Json]:
        """Yield every row of an admin list; the count it announces must be reached (an error is never an absence)."""
        seen: set[str] = set()
        start: object = 0
        while True:
            reply = self.admin("GET", f"{path}?from={quote(str(start))}&limit={PAGE}{query}", what)
            rows, total = reply.fields.get(field), reply.fields.get("total", reply.fields.get("total_rooms"))
            if not isinstance(rows, list) or not isinstance(total, int):
                raise NeedsAdmin(f"{what}: not a list of Synapse", hint="url is not that of Synapse")
            for row in rows:
                key = str(row.get("name") if field == "users" else row.get("room_id"))
                if key in seen:
                    raise TryAgain(f"{what}: a page came twice or overlaps")
                seen.add(key)
                yield row
            start = reply.fields.get("next_token", reply.fields.get("next_batch"))
            if start is None or not rows:
                break
        if len(seen) < total:
            raise TryAgain(f"{what}: ended after {len(seen)} of {total}")

    @staticmethod
    def _missing(reply: Reply, what: str, *, allowed: bool) -> None:
        if reply.fields.get("errcode") == "M_UNRECOGNIZED":
            raise NeedsAdmin(
                f"{what}: this homeserver does not offer the admin call",
                hint="Matrix Authentication Service manages its accounts, or /_synapse/admin is not let through",
            )
        if "errcode" not in reply.fields:
            raise NeedsAdmin(
                f"{what}: not an answer of Synapse", hint="/_synapse/admin is not let through by the proxy"
            )
        if not allowed:
            raise SkipAccount(f"{what}: it is not there any more")


def segment(text: str) -> str:
    """Return the text as one part of a path."""
    return quote(text, safe="")
