"""The cheapest possible browser: one kept connection, cookies in a dictionary, nothing followed."""

from __future__ import annotations

import http.client
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """One answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def location(self) -> str:
        """Return where the answer sends the browser."""
        return str(self.headers["Location"])


class Visitor:
    """Talks to one server over plain HTTP and sends its Secure cookies back, as browsers do on localhost."""

    def __init__(self, address: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(address, port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.requests = 0
        self._desk = 0
        self._address: dict[str, str] = {}

    def anew(self) -> None:
        """Be another browser at another desk: one office is slowed down (AD-10)."""
        self.cookies.clear()
        self._desk += 1
        self._address = {"X-Forwarded-For": f"10.{self._desk >> 16 & 255}.{self._desk >> 8 & 255}.{self._desk & 255}"}

    def get(self, url: str, **headers: str) -> Page:
        """Fetch a page."""
        return self._ask("GET", url, None, headers)

    def post(self, url: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send a form."""
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", url, urllib.parse.urlencode(fields), form)

    def _ask(self, method: str, url: str, body: str | None, headers: Mapping[str, str]) -> Page:
        parts = urllib.parse.urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.requests += 1
        sent = self._address | {key.replace("_", "-"): value for key, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):  # idle while others had their turn
            self._connection.close()
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";", 1)[0].partition("=")
            if value.strip('"') and "max-age=0" not in line.lower():
                self.cookies[name.strip()] = value
            else:
                self.cookies.pop(name.strip(), None)
        return Page(answer.status, answer.headers, content)
