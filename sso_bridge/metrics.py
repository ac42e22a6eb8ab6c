"""Numbers for Prometheus. No name of a person, no address, no secret is ever a label (AD-15).

Surprise: the library decides when it is first imported whether processes share a folder; so it is imported late.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from prometheus_client import Counter, Gauge, Histogram

log = structlog.get_logger(__name__)

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MODE: Final = "mostrecent"
WORKPLACES = {
    "certificate_ends": "When the first certificate of a workplace's identity provider ends, in seconds since 1970",
    "metadata_ends": "When the copy of its metadata ends, in seconds since 1970",
    "held": "1 while a change of its metadata waits for an administrator",
    "skew": "By how many seconds its clock is ahead of ours",
}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The counters of this process. Web processes that share a folder (set by `serve`) are told as one."""

    requests: Histogram
    sign_ins: Counter
    glass: Counter
    workplaces: dict[str, Gauge]

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # noqa: PLC0415

        self._watched: list[tuple[str, str, Callable[[], float]]] = []
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "sso_bridge_request_seconds",
            "Time taken by web requests",
            ("route", "method", "status"),
            registry=self._registry,
            buckets=SECONDS,
        )
        self.sign_ins = Counter(
            "sso_bridge_sign_ins",
            "Sign-ins by platform, protocol, outcome, and whether a person had to type something",
            ("platform", "protocol", "outcome", "prompted"),
            registry=self._registry,
        )

        self.glass = Counter(
            "sso_bridge_break_glass", "Uses of break-glass accounts, and refused tries", ("outcome",),
            registry=self._registry,
        )  # fmt: skip
        self.workplaces = {
            what: Gauge(
                f"sso_bridge_workplace_{what}", said, ("workplace",), registry=self._registry, multiprocess_mode=MODE
            )
            for what, said in WORKPLACES.items()
        }

    def workplace(self, name: str, what: str, value: float) -> None:
        """Show a number of a SAML workplace's identity provider (`saml_sp.ports.Gauges`)."""
        self.workplaces[what].labels(name).set(value)

    def sign_in(self, platform: str, protocol: str, outcome: str, *, prompted: bool) -> None:
        """Count a sign-in (`login.ports.Tally`); an empty platform is the bridge itself, or was not recognised."""
        self.sign_ins.labels(platform, protocol, outcome, "yes" if prompted else "no").inc()

    def broke_glass(self, outcome: str) -> None:
        """Count a use of a break-glass account, or a refused try (`break_glass.opening.Alarm`)."""
        self.glass.labels(outcome).inc()

    def watch(self, name: str, said: str, ask: Callable[[], float]) -> None:
        """Show a number that is asked for whenever the page is read; when there is no answer, it is left out."""
        self._watched.append((name, said, ask))

    def page(self) -> bytes:
        """Return the page that Prometheus reads."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        if os.environ.get(SHARED_FOLDER):
            everybody = CollectorRegistry()
            MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
            return generate_latest(everybody) + self._asked()
        return generate_latest(self._registry) + self._asked()

    def _asked(self) -> bytes:
        """Return what is only known when somebody asks; these numbers belong to no process."""
        said = []
        for name, what, ask in self._watched:
            try:
                said.append(f"# HELP {name} {what}\n# TYPE {name} gauge\n{name} {float(ask())}\n")
            except Exception as error:  # noqa: BLE001  one number without an answer takes no other with it
                log.warning("metrics.no_answer", metric=name, cause=type(error).__name__)
        return "".join(said).encode()
