"""A browser without JavaScript: follows redirects, types a name and a password once, presses the buttons in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

CARRIED = frozenset({"SAMLRequest", "SAMLResponse"})
MOST_FORMS = 12


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect forms and their named fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag in {"input", "button"} and self.found and given.get("name"):
            self.found[-1].fields[given["name"]] = given.get("value", "")
            self.found[-1].kinds[given["name"]] = given.get("type", "text")


class FormBrowser:
    """Keeps cookies; `prompts` counts how often a password was asked for, `carried` what was posted between sites."""

    def __init__(self, ca_file: Path, username: str = "", password: str = "") -> None:
        self._session = requests.Session()
        self._session.verify = str(ca_file)
        self._session.trust_env = False
        self._username, self._password = username, password
        self.prompts = 0
        self.carried: list[dict[str, str]] = []

    def open(self, url: str) -> requests.Response:
        """Return the page where the way ends: no form left that a browser would pass by itself or a person fill in."""
        response = self._session.get(url, timeout=30)
        for _ in range(MOST_FORMS):
            form = self._next(Forms(response.text).found)
            if form is None:
                return response
            url = urljoin(response.url, form.action) if form.action else response.url
            origin = "/".join(response.url.split("/")[:3])
            headers = {"Referer": response.url, "Origin": origin}
            response = self._session.request(form.method, url, data=form.fields, headers=headers, timeout=30)
        raise AssertionError(f"more than {MOST_FORMS} forms, the last one at {response.url}")

    def _next(self, forms: list[Form]) -> Form | None:
        """Return the form to send, filled in."""
        for form in forms:
            if CARRIED & form.fields.keys():
                self.carried.append(dict(form.fields))
                return form
        for form in forms:
            if "password" in form.kinds.values() and self._password and not self.prompts:
                self.prompts += 1
                for name, kind in form.kinds.items():
                    if kind == "password":
                        form.fields[name] = self._password
                    elif kind in {"text", "email"}:
                        form.fields[name] = self._username
                return form
        return None
