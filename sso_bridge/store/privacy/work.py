"""What the tables of work and administration hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sso_bridge.store.privacy.holding import Holding, words

WORK: Final[Mapping[str, Holding]] = {
    "plan": Holding("plans of changes on platforms", told=words("scope held findings made_by"),
                    nothing=words("id digest on revision organisation counts made_at")),
    "plan_item": Holding("planned changes of the person's accounts", words("person_id"), words("body"),
                         nothing=words("plan_id position"), end="blanked"),
    "approval": Holding("who approved a plan", told=words("by"), nothing=words("id plan digest releases at until")),
    "run": Holding("plans that were carried out", told=words("by report"),
                   nothing=words("id plan approval state opened_at finished_at")),
    "action": Holding(
        "single changes on platforms, made or tried", about=words("change result error"),
        nothing=words("id run seq phase platform target kind weight achieved state owner until attempts not_before "
                      "code done_at told_at"), end="blanked",
    ),
    "allowance": Holding("calls that a platform still allows",
                         nothing=words("platform tokens counted_at paused_until")),
    "platform_contact": Holding("when a platform was read", nothing=words("platform read_at drift_after")),
    "job": Holding(
        "queued work", told=words("arguments key by result error"),
        nothing=words("id what state owner until attempts not_before created_at finished_at"),
    ),
    "worker": Holding("workers that run", told=words("doing"), nothing=words("name began_at seen_at")),
    "hr_import": Holding(
        "what HR sent, and which rows were wrong", told=words("actor idempotency_key mark files problems refusal hint"),
        nothing=words("id uuid source complete checksum replays state phase rows_read started_at finished_at counts"),
    ),
    "hr_upload": Holding("files that wait for a worker, or were refused and can be tried again",
                         nothing=words("import_uuid file part body"), end="emptied"),
    "hr_file": Holding("what came of each row that HR sent", nothing=words("import_uuid file fates")),
    "hr_kept_out": Holding("rows of HR that were kept out", told=words("key problems cells"),
                           nothing=words("import_uuid place fate record")),
    "configuration_revision": Holding(
        "the configuration over time", told=words("document why made_by applied_by"),
        nothing=words("id number base digest made_at applied_at"),
    ),
    "configuration_state": Holding("which revision is in force", nothing=words("id number")),
    "configuration_approval": Holding("who agreed to a change of the configuration", told=words("by"),
                                      nothing=words("id draft base digest at until")),
    "configuration_weighing": Holding(
        "what a draft would change, and for whom", told=words("result"),
        nothing=words("id base digest organisation on looked made_at"), end="emptied",
    ),
    "simulation": Holding(
        "re-organisations that somebody thinks about", told=words("by result error"),
        nothing=words("id uuid made_at until on source state body"), end="emptied",
    ),
    "key_ring": Holding("the version of the keys", nothing=words("id version")),
    "signing_key": Holding("our keys, sealed", nothing=words("kid purpose algorithm state created_at active_from "
                                                            "ends_at certificate sealed")),
    "key_proposal": Holding("what somebody wants done with a key", told=words("why made_by done_by"),
                            nothing=words("id act target digest made_at until done_at")),
    "api_token": Holding(
        "API tokens, as digests", told=words("name created_by"),
        nothing=words("id digest role source scopes created_at expires_at last_used_at revoked_at units platforms "
                      "client"),
    ),
    "webhook": Holding(
        "webhooks, with their secrets sealed", told=words("name url created_by"),
        nothing=words("id events state secret old_secret old_until created_at failures failing_since not_before rounds "
                      "why_disabled"),
    ),
    "webhook_delivery": Holding(
        "what webhooks were told in the last thirty days", told=words("body"),
        nothing=words("id webhook message event state attempts made_at tried_at status error"),
    ),
    "webhook_reading": Holding("how far was read for webhooks", people=words("people"),
                               nothing=words("id audit draft seen")),
    "machine_client": Holding(
        "machine clients, with digests of their secrets", told=words("name created_by"),
        nothing=words("id role scopes method created_at expires_at units platforms secrets keys last_used_at "
                      "revoked_at"),
    ),
    "break_glass": Holding("break-glass accounts", told=words("sealed_by"),
                           nothing=words("name password_hash sealed counter sealed_at broken_at")),
    "workplace_peer": Holding(
        "identity providers of workplaces", told=words("problem held_why proposed_by"),
        nothing=words("workplace source document confirmed_at asked_at answered_at fruitless held_document held_since "
                      "proposed_digest proposed_until skew skew_samples"),
    ),
    "audit": Holding(
        "who did what, when", told=words("actor target before after why address reference request"),
        nothing=words("seq at what result salt commitment redacted digest"), end="kept",
    ),
    "audit_head": Holding("the end of the audit", nothing=words("id seq digest")),
    "audit_checkpoint": Holding("signatures of the audit", nothing=words("seq at digest kid signature kind")),
    "audit_shipment": Holding("how far the audit was sent elsewhere", nothing=words("name seq at")),
}  # fmt: skip
"""Table -> what it holds."""
