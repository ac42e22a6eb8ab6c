"""The floor of any Flask product: one word, no database, no log, in the same server with the same settings."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def word() -> str:
    """Say something."""
    return "hello"
