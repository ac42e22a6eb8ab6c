"""HR sources as the configuration states them."""

from __future__ import annotations

from provisioners.errors import NeedsAdmin
from provisioners.sync.collect.source import Source
from sso_bridge.configuration.document.model import Configuration, FeedLimit
from sso_bridge.configuration.hr_sources.filed import Filed
from sso_bridge.configuration.hr_sources.pushed import ScimSource


def source_of(configuration: Configuration, name: str) -> Source:
    """Return the agreements with this source; NeedsAdmin, naming those that exist, when it is not configured."""
    stated = configuration.hr_sources.get(name)
    if stated is None:
        known = ", ".join(sorted(configuration.hr_sources)) or "none yet"
        raise NeedsAdmin(f"there is no HR source {name}", hint=f"configured are: {known}; see hr_sources")
    if isinstance(stated, ScimSource):
        raise NeedsAdmin(f"{name} takes no files", hint="it is of the kind scim and pushes to /scim/v2")
    complete = stated.complete
    guard = configuration.guards.get("default", {}).get("feed_shrink")
    shrink = complete.shrink_percent
    if isinstance(guard, FeedLimit):
        shrink = min(shrink, guard.percent)
    return Source(
        name,
        columns=stated.columns if isinstance(stated, Filed) else {},
        encoding=stated.encoding if isinstance(stated, Filed) else "utf-8",
        min_percent=complete.min_percent,
        shrink_percent=shrink,
        wrong_percent=complete.wrong_percent,
        strikes=complete.strikes,
        trailer=complete.trailer or not isinstance(stated, Filed),
        correlation=configuration.correlation,
    )
