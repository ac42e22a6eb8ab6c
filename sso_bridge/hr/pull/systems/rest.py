"""Any REST or OData service, as the configuration describes it."""

from __future__ import annotations

from collections.abc import Callable

from sso_bridge.configuration.hr_sources.pull import BasicAuth, HeaderAuth, OAuth, RestSource
from sso_bridge.hr.pull.description import Description, Header, TokenCall, basic


def rest(source: RestSource, secret: Callable[[str], str]) -> Description:
    """Return the description that the source itself is."""
    return Description(
        url=source.url,
        query=source.query,
        rows=source.rows,
        total=source.total,
        columns=source.columns,
        paging=source.paging,
        access=access(source.auth, secret),
        statuses=source.statuses,
        manager_key=source.manager_key,
    )


def access(auth: BasicAuth | HeaderAuth | OAuth, secret: Callable[[str], str]) -> Header | TokenCall:
    """Return how calls are allowed. A client names itself by its header, as every server must take (RFC 6749 2.3.1)."""
    if isinstance(auth, BasicAuth):
        return basic(auth.user, secret(auth.password))
    if isinstance(auth, HeaderAuth):
        return Header(auth.header, auth.prefix + secret(auth.token))
    said = {"grant_type": "client_credentials"} | ({"scope": auth.scope} if auth.scope else {})
    if auth.refresh_token is not None:
        said |= {"grant_type": "refresh_token", "refresh_token": secret(auth.refresh_token)}
    return TokenCall(auth.token_url, said, basic(auth.client_id, secret(auth.client_secret)))
