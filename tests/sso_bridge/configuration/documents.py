"""A configuration as in the handbook, for the parts that exist."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

import copy
from typing import Any

from sso_bridge.configuration.document.files import read_text

WHOLE = """
workplaces:
  ad: {kind: ldap, urls: ["ldaps://dc1.corp.example"], directory: active_directory, base_dn: "dc=corp,dc=example",
       bind_dn: "cn=bridge,dc=corp,dc=example", bind_password: "env:AD_PASSWORD", ca_file: "file:ca.pem"}
  pilot: {kind: file, path: users.yaml}
platforms:
  wiki: {title: Wiki, login: {protocol: saml, metadata_file: wiki-sp.xml, sign: [response, assertion], encrypt: required}, mapping: wiki}
  chat: {login: {protocol: oidc, client_id: chat, client_secret: "env:CHAT_SECRET", redirect_uris: ["https://chat.corp.example/callback"]},
         provisioning: {connector: scim, url: "https://chat.corp.example/scim/v2", token: "env:CHAT_SCIM"}, mapping: chat}
mappings:
  wiki: {preset: saml_default}
  chat:
    for: "person.active && person.kind != 'supplier'"
    attributes:
      userName: "person.email.lowerAscii()"
      displayName: "person.displayName"
      title: {value: "primary.title", strength: normal}
    release: [email, name, groups]
    leaver: {after: 0d, do: suspend, then: {after: 30d, do: delete}}
    examples:
      - {person: {givenName: Jürgen, prefix: van 't, familyName: Hoff}, expect: {displayName: "Jürgen van 't Hoff"}}
groups:
  sales-nl: {on: [chat, wiki], members: "'sales' in person.unitPath && primary.location.country == 'NL'", owners: "unit('sales').head"}
  units: {on: [chat], each: unit, depth: 3, members: "unit.key in person.unitPath", owners: "unit.head"}
  lines: {on: [chat], each: manager, members: "manager.id in person.managers"}
guards:
  default: {suspend: {percent: 5, window: 24h}, member_remove: {percent: 10}, key_change: {count: 50}, feed_shrink: {percent: 5}}
  chat: {create: {count: 10}}
hr_sources:
  payroll: {kind: csv, columns: {employee_number: pernr}, complete: {min_percent: 90, strikes: 3}}
targets:
  everyone_in: {metric: coverage, platform: chat, goal: 0.98, baseline: 0.41, owner: E1001, due: 2027-06-30}
"""


def whole() -> dict[str, Any]:
    """Return a fresh copy of the document."""
    return copy.deepcopy(read_text(WHOLE))


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the document with one place set, or taken away when the value is `...`."""
    document = whole()
    *parents, last = path.split("/")
    at: Any = document
    for name in parents:
        at = at[name]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return document
