"""Behind the scenes: plans, runs and traces of the demo, to look at in a browser; nothing can be changed here.

An ordinary relying party too: the bridge lets in whom the mapping `backstage` has in scope, and nobody else. It reads
the database of the demo's bridge by the same parts as the commands do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, abort, redirect, render_template, request, session

from provisioners.sync.plan.render import describe
from provisioners.sync.trail.report import lines
from sso_bridge.commands.plan import Names
from sso_bridge.commands.traces import told
from sso_bridge.demo.relying_party import Provider, create_relying_party
from sso_bridge.parts.site import SiteParts

OPEN = frozenset({"doors.sign_in", "doors.callback", "doors.sign_out", "static"})
ROWS = 500


def create_backstage(provider: Provider, parts: SiteParts) -> Flask:
    """Return the pages as a WSGI application."""
    app = create_relying_party(provider, title="Behind the scenes", scope="openid profile")
    names = Names(parts.people)

    @app.before_request
    def only_who_was_let_in() -> Any:
        if request.endpoint not in OPEN and not session.get("claims"):
            return redirect("/sign-in")
        return None

    @app.get("/")
    def home() -> str:
        runs = [report for each in parts.crew.runs.latest(10) if (report := parts.crew.runs.report(each))]
        return render_template(
            "backstage.html",
            plans=[{**header, "changes": _total(header["counts"])} for header in parts.crew.plans.headers(10)],
            runs=runs,
            traces=list(parts.traces.latest(30)),
            names=names,
        )

    @app.get("/plans/<int:number>")
    def plan(number: int) -> str:
        found = parts.crew.plans.load(number) or abort(404)
        changes = [describe(change, names) for change in found.changes[:ROWS]]
        return render_template("plan.html", number=number, plan=found, changes=changes, total=len(found.changes))

    @app.get("/runs/<int:number>")
    def run(number: int) -> str:
        report = parts.crew.runs.report(number) or abort(404)
        return render_template("run.html", number=number, text="\n".join(lines(report)))

    @app.get("/traces/<reference>")
    def trace(reference: str) -> str:
        record = parts.traces.get(reference) or abort(404)
        return render_template("trace.html", record=record, text="\n".join(told(record, names)))

    return app


def _total(counts: Mapping[str, Mapping[str, int]]) -> int:
    return sum(number for kinds in counts.values() for number in kinds.values())
