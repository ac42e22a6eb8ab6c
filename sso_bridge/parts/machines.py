"""The addresses for machines put together: admin API and HR intake, their doors and their manual."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from flask import Blueprint, Flask

from sso_bridge.admin.access import AccessRoutes
from sso_bridge.admin.audit_export import AuditExportRoutes
from sso_bridge.admin.communities import CommunityRoutes
from sso_bridge.admin.configuration import ConfigurationRoutes
from sso_bridge.admin.configuration_files import ConfigurationFileRoutes
from sso_bridge.admin.correlation import CorrelationRoutes
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.draft_people import DraftPeopleRoutes
from sso_bridge.admin.drafts import DraftRoutes
from sso_bridge.admin.erasures import ErasureRoutes
from sso_bridge.admin.examination import ExaminationRoutes
from sso_bridge.admin.explaining import ExplainRoutes
from sso_bridge.admin.jobs import JobRoutes
from sso_bridge.admin.keys import KeyRoutes
from sso_bridge.admin.link_conflicts import LinkConflictRoutes
from sso_bridge.admin.mapping_preview import MappingPreviewRoutes
from sso_bridge.admin.oddities import OddityRoutes
from sso_bridge.admin.people import PeopleRoutes
from sso_bridge.admin.permissions import allows
from sso_bridge.admin.plans import PlanRoutes
from sso_bridge.admin.records import RecordRoutes
from sso_bridge.admin.resources import ResourceRoutes
from sso_bridge.admin.runs import RunRoutes
from sso_bridge.admin.second_factors import SecondFactorRoutes
from sso_bridge.admin.sessions import SessionEnding
from sso_bridge.admin.simulations import SimulationRoutes
from sso_bridge.admin.webhooks import WebhookRoutes
from sso_bridge.admin.workplaces import PeerRoutes
from sso_bridge.api import openapi, serve
from sso_bridge.api.bulk import BulkRoutes
from sso_bridge.api.door import Door
from sso_bridge.api.route import Route
from sso_bridge.api.witness import Witness
from sso_bridge.correlation.view import View
from sso_bridge.doctor.peers import examined
from sso_bridge.hr.api import HrRoutes
from sso_bridge.hr.events_api import ImportEventRoutes
from sso_bridge.hr.proof import Proofs
from sso_bridge.hr.rows_api import RowRoutes
from sso_bridge.jobs.soon import SyncSoon
from sso_bridge.login.once import FirstTime
from sso_bridge.parts.callers import client_routes, token_desk
from sso_bridge.parts.site import SiteParts
from sso_bridge.scim import web as scim
from sso_bridge.scim.desk import build
from sso_bridge.scim.door import RATE, ScimDoor
from sso_bridge.secrets import resolve
from sso_bridge.store.administration.key_proposals import KeyProposals
from sso_bridge.store.administration.overview import Overview
from sso_bridge.store.sign_in.conflicts import Conflicts
from sso_bridge.store.sign_in.links import Links
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.sessions import Sessions
from sso_bridge.store.sign_in.throttle import Throttle
from sso_bridge.store.staff.import_rows import ImportRows
from sso_bridge.store.staff.imports import Imports
from sso_bridge.store.staff.oddities import Oddities
from sso_bridge.store.staff.people_list import PeopleList
from sso_bridge.store.sync.group_list import GroupList
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.web import admin_docs, machine_tokens

VERSION = "1"
ABOUT = (
    "Everything that administrators and HR jobs do. Every call carries one bearer token; there are no cookies. A "
    "token has a role (viewer looks, mapper edits the configuration, operator plans and rolls out, owner does "
    "everything) and scopes (`admin`, `hr`, `scim`), and never makes one that may do more than itself. Errors are"
    " problem documents (RFC 9457) that name the place of a mistake. Lists take filters and come in pages: hand `next` "
    "over as `before` or `after`, with the same filters. What has an `ETag` answers 304 to `If-None-Match`. What takes "
    "long is done by workers: the answer is 202 with a job or an import to follow."
)


def routes(parts: SiteParts) -> tuple[Route, ...]:
    """Return every route."""
    reach = parts.reach
    rooms = (*_access(parts, reach), *_rules(parts, reach), *_people(parts, reach), *_work(parts, reach), *_hr(parts))
    return tuple(route for room in rooms for route in room.routes())


class Room(Protocol):
    """Some routes that belong together."""

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        ...


def _access(parts: SiteParts, reach: Reach) -> tuple[Room, ...]:
    shadows = StoredShadows(parts.store, parts.clock)
    return (
        AccessRoutes(parts.store, parts.tokens, parts.audit, parts.live, shadows, parts.clock, reach),
        BulkRoutes(),
        client_routes(parts, reach),
        WebhookRoutes(parts.telling.webhooks, parts.audit),
        KeyRoutes(parts.store, parts.keys, KeyProposals(parts.store, parts.clock), parts.audit, parts.clock),
        PeerRoutes(parts.peers),
        ExaminationRoutes(partial(examined, parts)),
    )


def _rules(parts: SiteParts, reach: Reach) -> tuple[Room, ...]:
    return (
        ConfigurationRoutes(parts.configuration),
        ConfigurationFileRoutes(parts.configuration),
        DraftRoutes(parts.configuration, parts.clock),
        DraftPeopleRoutes(parts.configuration, parts.crew.queue),
        ResourceRoutes(parts.configuration),
        MappingPreviewRoutes(parts.people, parts.live, parts.days, reach),
    )


def _people(parts: SiteParts, reach: Reach) -> tuple[Room, ...]:
    sessions = Sessions(parts.store, timedelta(minutes=parts.settings.session_idle_minutes))
    ending = SessionEnding(sessions, OpenIdGrants(parts.store, parts.clock), parts.audit, parts.clock)
    links, privacy, queue = Links(parts.store), parts.privacy, parts.crew.queue
    doubts = LinkConflictRoutes(
        Conflicts(parts.store), links, parts.people, sessions, parts.tokens, parts.audit, parts.clock, reach
    )
    return (
        PeopleRoutes(parts.people, PeopleList(parts.people), ending, parts.days, reach),
        ExplainRoutes(parts.explainer, parts.live, parts.configuration.under, parts.days, reach),
        doubts,
        CorrelationRoutes(parts.correlation, View(parts.correlation), doubts.waiting, parts.live, queue, reach),
        SecondFactorRoutes(reach, parts.factors, ending, parts.audit),
        CommunityRoutes(parts.waves, GroupList(parts.store), parts.owned, reach),
        OddityRoutes(Oddities(parts.store, parts.clock, parts.days)),
        ErasureRoutes(parts.people, privacy.eraser, privacy.erasures, privacy.telling, queue, parts.audit),
    )


def _work(parts: SiteParts, reach: Reach) -> tuple[Room, ...]:
    overview, crew, imports = Overview(parts.store), parts.crew, Imports(parts.store, parts.clock)
    return (
        PlanRoutes(crew, overview, parts.people, parts.clock, reach),
        SimulationRoutes(parts.store, parts.simulations, crew.queue, parts.live, parts.today, reach),
        RunRoutes(crew, overview, reach, parts.following),
        JobRoutes(parts.store, crew.queue, overview, parts.audit, parts.clock, reach),
        RecordRoutes(parts.traces, parts.people, parts.audit, parts.checkpoints, imports, overview, reach),
        AuditExportRoutes(parts.audit),
    )


def _hr(parts: SiteParts) -> tuple[Room, ...]:
    reception, imports = parts.crew.reception, Imports(parts.store, parts.clock)
    limit = parts.settings.max_upload_bytes
    once, folder = FirstTime(Throttle(parts.store), parts.clock), parts.settings.base_dir
    proofs = Proofs(lambda: parts.live.current().configuration, lambda one: resolve(one, folder), once, parts.clock)
    return (
        HrRoutes(reception, imports, limit, proofs),
        RowRoutes(reception, imports, ImportRows(parts.store), limit, proofs),
        ImportEventRoutes(imports, parts.following),
    )


def document(parts: SiteParts) -> dict[str, Any]:
    """Return the OpenAPI document."""
    return openapi.document(
        routes(parts), title="sso_bridge admin API", version=VERSION, server=parts.settings.public_url, about=ABOUT
    )


def _scim(parts: SiteParts) -> Blueprint:
    """Return the SCIM server, which has its own words for everything (RFC 7644)."""
    soon = SyncSoon(parts.crew.queue, parts.crew.syncs)
    base = f"{parts.settings.public_url}{scim.BASE}"
    door = Door(parts.tokens, allows, Throttle(parts.store), parts.clock, RATE, "scim")
    current = parts.live.current

    def compared(actor: str) -> AbstractContextManager[None]:
        return parts.correlation.comparing.pushed(current().configuration.correlation, actor)

    desk = build(parts.store, parts.clock, parts.audit, parts.days, soon, base, compared)
    return scim.ScimSite(desk, ScimDoor(door, lambda: current().configuration)).blueprint()


def install(app: Flask, parts: SiteParts) -> None:
    """Serve all of it."""
    door = Door(parts.tokens, allows, Throttle(parts.store), parts.clock)
    limit, witness = parts.settings.max_upload_bytes, Witness(parts.audit, parts.circumstances)
    app.register_blueprint(_scim(parts))
    app.register_blueprint(machine_tokens.blueprint(token_desk(parts)))
    app.register_blueprint(admin_docs.blueprint(partial(document, parts)))
    app.register_blueprint(serve.blueprint("machines", routes(parts), door, ("/admin/v1/", "/hr/v1/"), limit, witness))
