"""Faults of the wire, put between a connector and its platform with `responses`; all other calls go through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests
import responses


class Faults:
    """A line that can be disturbed: each method disturbs matching calls as long as its block lasts."""

    def __init__(self, wire: responses.RequestsMock, base_url: str) -> None:
        self._wire = wire
        self._base = re.escape(base_url.rstrip("/"))
        wire.add_passthru(re.compile(".*"))

    @contextmanager
    def answers(
        self,
        method: str,
        path: str,
        status: int,
        *,
        body: str | Mapping[str, object] = "",
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[responses.BaseResponse]:
        """Answer calls to a path (a regular expression) with this status and body instead of the platform."""
        kind = "text/html" if isinstance(body, str) else "application/json"
        fault = responses.Response(
            method,
            self._pattern(path),
            status=status,
            headers=dict(headers or {}),
            content_type=kind,
            **({"body": body} if isinstance(body, str) else {"json": body}),
        )
        self._wire.add(fault)
        try:
            yield fault
        finally:
            self._wire.remove(fault)

    @contextmanager
    def breaks(self, method: str, path: str, problem: requests.RequestException) -> Iterator[None]:
        """Break the line with this exception after the call was sent."""
        fault = responses.Response(method, self._pattern(path), body=problem)
        self._wire.add(fault)
        try:
            yield
        finally:
            self._wire.remove(fault)

    def _pattern(self, path: str) -> re.Pattern[str]:
        return re.compile(self._base + path)


@contextmanager
def disturbed(base_url: str) -> Iterator[Faults]:
    """Give a disturbable line to the platform at this address."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield Faults(wire, base_url)
