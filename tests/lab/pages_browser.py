"""A person at the pages of a sign-in service: types name and password where asked, and presses buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

MOST_PAGES = 15
CARRIED = frozenset({"SAMLRequest", "SAMLResponse"})
"""A form with one of these a browser sends by itself."""


@dataclass
class Page:
    """One form: its fields, which of them is a password, and its buttons with names."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    id: str = ""


class Reader(HTMLParser):
    """The forms of a page; a button may belong to a form by its `form` attribute."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Page] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Page(given.get("action", ""), id=given.get("id", "")))
        elif tag in {"input", "button"} and given.get("name") and self.forms:
            form = next((one for one in self.forms if one.id == given.get("form", "")), self.forms[-1])
            if tag == "button" or given.get("type") == "submit":
                form.buttons.append((given["name"], given.get("value", "")))
            else:
                form.fields[given["name"]] = given.get("value", "")
                form.kinds[given["name"]] = given.get("type", "text")


class PagesBrowser:
    """`presses` are the buttons this person likes to press, the dearest first; `typed` counts the passwords."""

    def __init__(self, ca_file: Path, username: str, password: str, presses: tuple[tuple[str, str], ...] = ()) -> None:
        self.session = requests.Session()
        self.session.verify = str(ca_file)
        self.session.trust_env = False
        self.username, self.password, self.presses = username, password, presses
        self.typed = 0

    def open(self, url: str, *, before: str = "") -> requests.Response:
        """Go on to where nothing is left to do, or to the address that begins with `before`, without opening it."""
        answer = self.session.get(url, timeout=30, allow_redirects=False)
        for _ in range(MOST_PAGES):
            target = answer.headers.get("Location", "")
            if target:
                target = urljoin(answer.url, target)
                if before and target.startswith(before):
                    return answer
                answer = self.session.get(target, timeout=30, allow_redirects=False)
                continue
            form = self._form(Reader(answer.text).forms)
            if form is None:
                return answer
            answer = self.send(answer, form)
        raise AssertionError(f"more than {MOST_PAGES} pages, the last one at {answer.url}")

    def send(self, page: requests.Response, form: Page) -> requests.Response:
        """Send a form of a page."""
        origin = "/".join(page.url.split("/")[:3])
        url = urljoin(page.url, form.action) if form.action else page.url
        headers = {"Origin": origin, "Referer": page.url}
        return self.session.post(url, data=form.fields, headers=headers, timeout=30, allow_redirects=False)

    def _form(self, forms: list[Page]) -> Page | None:
        for form in forms:
            if CARRIED & form.fields.keys():
                return form
            names = [name for name, kind in form.kinds.items() if kind in {"text", "email"}]
            secrets = [name for name, kind in form.kinds.items() if kind == "password"]
            pressed = next((one for one in self.presses if one in form.buttons), None)
            if pressed is not None:
                form.fields.update([pressed])
            elif not secrets and not (names and "login" in names[0]):
                continue
            if secrets and self.typed:
                continue
            self.typed += len(secrets)
            form.fields.update(dict.fromkeys(names, self.username) | dict.fromkeys(secrets, self.password))
            return form
        return None
