"""AFAS Profit: GET /connectors/NAME with skip and take -> {"skip", "take", "rows": [{...}]}; it tells no total."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from sso_bridge.configuration.hr_sources.pull import AfasSource, Offset
from sso_bridge.hr.pull.description import Description, Header


def afas(source: AfasSource, secret: Callable[[str], str]) -> Description:
    """Return the description. Without an order of their own, rows may move between pages."""
    token = secret(source.token)
    if not token.startswith("<token>"):
        token = f"<token><version>1</version><data>{token}</data></token>"
    return Description(
        url=f"{source.url.rstrip('/')}/connectors/{source.connector}",
        query={"orderbyfieldids": source.order_by},
        rows="rows",
        columns=source.columns,
        paging=Offset(style="offset", offset="skip", size="take", per_page=source.per_page),
        access=Header("Authorization", "AfasToken " + b64encode(token.encode()).decode()),
        statuses=source.statuses,
        manager_key=source.manager_key,
    )
