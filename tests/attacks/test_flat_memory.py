"""Thousands of forged answers leave nothing behind: the process is as large afterwards as before (TM-02, SC-06)."""

from __future__ import annotations

import base64
import gc
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sso_bridge.errors import BridgeError
from tests.attacks.test_saml_mutations import damaged
from tests.fakes.openid_workplace import OpenIdWorkplace
from tests.fakes.saml_door import Door
from tests.fakes.saml_workplace import Says
from tests.lab.lying_op import LyingOp

PAGE = 4096
WARM, ROUNDS = 300, 1500
ALLOWED = 12 * 1024 * 1024
"""What allocators may keep for themselves; a leak of one parsed message each would be ten times as much."""


def resident() -> int:
    """Return the octets of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def growth(attack: Callable[[random.Random], object], rounds: int = ROUNDS) -> int:
    """Return by how much the process grew, once caches are warm."""
    chance = random.Random(2026)  # noqa: S311 - repeatable on purpose
    before = 0
    for number in range(WARM + rounds):
        if number == WARM:
            before = resident()
        with suppress(BridgeError):
            attack(chance)
    return resident() - before


def test_saml_responses():
    """Damaged, padded and swollen Responses at a workplace's address (SP-03, SP-10)."""
    door = Door()
    good = door.idp.answer(Says())
    xml = base64.b64decode(good.fields["SAMLResponse"])

    def attack(chance: random.Random) -> None:
        text = base64.b64encode(damaged(xml, chance)).decode()
        door.finish(replace(good, fields={**good.fields, "SAMLResponse": text}))

    assert growth(attack) < ALLOWED


@pytest.mark.parametrize("size", [200_000, 2_000_000])
def test_large_messages(size: int):
    """Messages far over the limit are thrown away as a whole (SP-10)."""
    door = Door()
    good = door.idp.answer(Says())
    swollen = replace(good, fields={**good.fields, "SAMLResponse": good.fields["SAMLResponse"] + "A" * size})

    assert growth(lambda _chance: door.finish(swollen), 200) < ALLOWED


def test_id_tokens(clock):
    """Token answers with a damaged ID token each (RP-01)."""
    with LyingOp(clock) as op:
        workplace = OpenIdWorkplace(op)

        def attack(chance: random.Random) -> None:
            op.person["sub"] = damaged(b"ada" * 50, chance).decode("latin-1")
            op.person["aud"] = chance.choice([op.issuer, "other", "", None])
            workplace.sign_in()

        assert growth(attack, 300) < ALLOWED
