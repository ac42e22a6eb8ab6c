"""The way back to the platform: response modes query and form_post, with `iss` in every answer (RFC 9207)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from sso_bridge.login.asked import Answer, PostForm, Redirect

Mode = Literal["query", "form_post"]


@dataclass(frozen=True, slots=True)
class Return:
    """A verified return address and how to use it. `state` goes back byte for byte, empty when none came."""

    redirect_uri: str
    state: str = ""
    mode: Mode = "query"

    def carry(self, issuer: str, parameters: Mapping[str, str]) -> Answer:
        """Return the front-channel answer with these parameters, the state and the issuer."""
        fields = {**parameters, **({"state": self.state} if self.state else {}), "iss": issuer}
        if self.mode == "form_post":
            return PostForm(self.redirect_uri, fields)
        joint = "&" if "?" in self.redirect_uri else "?"
        return Redirect(self.redirect_uri + joint + urlencode(fields, quote_via=quote, safe=""))

    def refuse(self, issuer: str, error: str, description: str = "") -> Answer:
        """Return the error answer of RFC 6749 4.1.2.1."""
        told = {"error": error, **({"error_description": description} if description else {})}
        return self.carry(issuer, told)
