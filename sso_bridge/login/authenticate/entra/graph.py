"""The groups of the person who signs in, from Microsoft Graph: a token holds two hundred at most.

We ask with the person's own access token and the permission `User.Read`, once, and keep neither. The address comes
from the configured cloud, never out of the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.oidc_rp.id_token import Claims
from sso_bridge.login.authenticate.oidc_rp.wire import OK, down, json_object

PAGE = 999
MOST_PAGES = 12
LONGEST = timedelta(seconds=5)
GROUP = "#microsoft.graph.group"
FORBIDDEN = frozenset({401, 403})
WAIT = frozenset({429, 503})


def overage(claims: Claims) -> bool:
    """Return whether the person is in more groups than the token could hold."""
    named = claims.get("_claim_names")
    return claims.get("hasgroups") in {True, "true"} or (isinstance(named, Mapping) and "groups" in named)


def all_groups(session: requests.Session, graph: str, access_token: str, clock: Clock) -> list[str]:
    """Return the ids of all groups, nested ones too; WorkplaceDown when they cannot be had: none is not an answer."""
    url = f"https://{graph}/v1.0/me/transitiveMemberOf?$select=id&$top={PAGE}"
    until, found = clock() + LONGEST, list[str]()
    for _ in range(MOST_PAGES):
        page = _page(session, url, access_token)
        found += [one["id"] for one in _members(page)]
        following = page.get("@odata.nextLink")
        if following is None:
            return found
        url = _next(following, graph)
        if clock() > until:
            raise WorkplaceDown("Microsoft Graph takes too long to list the groups")
    raise SignInRefused("too_many_groups", f"the person is in more than {PAGE * MOST_PAGES} groups")


def _page(session: requests.Session, url: str, access_token: str) -> Mapping[str, Any]:
    host = urlsplit(url).hostname or "?"
    try:
        answer = session.get(url, headers={"Authorization": f"Bearer {access_token}", "Accept": "application/json"})
    except requests.RequestException as error:
        raise down("Microsoft Graph", host, error) from None
    if answer.status_code in FORBIDDEN:
        raise WorkplaceDown(f"Microsoft Graph answered {answer.status_code}: is User.Read permitted and consented to?")
    if answer.status_code in WAIT:
        wait = answer.headers.get("Retry-After", "")
        told = f", for {wait} s" if wait.replace(".", "", 1).isdecimal() and len(wait) < PAGE // 100 else ""
        raise WorkplaceDown(f"Microsoft Graph asks us to wait{told}")
    if answer.status_code != OK:
        raise WorkplaceDown(f"Microsoft Graph answered {answer.status_code}")
    return json_object(answer, "Microsoft Graph")


def _members(page: Mapping[str, Any]) -> list[Mapping[str, str]]:
    listed = page.get("value")
    if not isinstance(listed, list):
        raise WorkplaceDown("Microsoft Graph gave a page without members")
    groups = [one for one in listed if isinstance(one, dict) and one.get("@odata.type") == GROUP]
    return [one for one in groups if isinstance(one.get("id"), str)]


def _next(following: Any, graph: str) -> str:
    if not isinstance(following, str) or not following.startswith(f"https://{graph}/"):
        raise WorkplaceDown("Microsoft Graph names a next page somewhere else")
    return following
