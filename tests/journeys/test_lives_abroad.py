"""Working lives in offices whose midnight is another one; read them as those of `test_life_cycles.py`."""

from __future__ import annotations

import pytest

from tests.fakes.life import Case, Life, lived

CASES = (
    Case(
        "the last day ends at midnight where somebody works: in Singapore, in New York, in Willemstad",
        {
            "2026-06-01": """
                ann location='New York' leaves_on=2026-06-30
                eva location=Willemstad leaves_on=2026-06-30
                fay location=Singapore leaves_on=2026-06-30"""
        },
        {
            "2026-06-30 23:59 Asia/Singapore": {"fay": "active sales", "ann": "active sales"},
            "2026-07-01 00:00 Asia/Singapore": {"fay": "suspended", "ann": "active sales"},
            "2026-07-01 00:00": {"ann": "active sales", "eva": "active sales"},
            "2026-06-30 23:59 America/New_York": {"ann": "active sales", "eva": "active sales"},
            "2026-07-01 00:00 America/New_York": {"ann": "suspended", "eva": "suspended"},
        },
    ),
    Case(
        "the first day begins at midnight where somebody will work, before it begins at home and after",
        {
            "2026-06-01": """
                ann location='New York' valid_from=2026-07-01
                fay location=Singapore valid_from=2026-07-01"""
        },
        {
            "2026-06-30 23:59 Asia/Singapore": {"fay": "none", "ann": "none"},
            "2026-07-01 00:00 Asia/Singapore": {"fay": "active sales", "ann": "none"},
            "2026-06-30 23:59 America/New_York": {"fay": "active sales", "ann": "none"},
            "2026-07-01 00:00 America/New_York": {"fay": "active sales", "ann": "active sales"},
        },
    ),
    Case(
        "days of 23 and 25 hours in New York, while the clocks at home stay as they are",
        {
            "2026-03-01": "ann location='New York' leaves_on=2026-03-08",
            "2026-10-27": "fay location='New York' leaves_on=2026-11-01",
        },
        {
            "2026-03-08 23:59 America/New_York": {"ann": "active sales"},
            "2026-03-09 00:00 America/New_York": {"ann": "suspended"},
            "2026-11-01 23:59 America/New_York": {"fay": "active sales"},
            "2026-11-02 00:00 America/New_York": {"fay": "suspended"},
        },
    ),
    Case(
        "the first and the last place on earth where a day ends, and one a quarter of an hour from the others",
        {
            "2026-06-01": """
                ann location=Kiritimati leaves_on=2026-06-30
                eva location=Kathmandu leaves_on=2026-06-30
                fay location='Pago Pago' leaves_on=2026-06-30"""
        },
        {
            "2026-06-30 11:59": {"ann": "active sales"},
            "2026-06-30 12:00": {"ann": "suspended", "eva": "active sales"},
            "2026-06-30 20:14": {"eva": "active sales"},
            "2026-06-30 20:15": {"eva": "suspended", "fay": "active sales"},
            "2026-07-01 12:59": {"fay": "active sales"},
            "2026-07-01 13:00": {"fay": "suspended"},
        },
    ),
    Case(
        "moved from Singapore to New York: one job until the other begins, and never without",
        {
            "2026-06-01": """
                ann job=one location=Singapore valid_to=2026-06-30
                ann job=two location='New York' valid_from=2026-07-01 unit=tech"""
        },
        {
            "2026-07-01 00:00 Asia/Singapore": {"ann": "active sales"},
            "2026-07-01 00:00": {"ann": "active sales"},
            "2026-06-30 23:59 America/New_York": {"ann": "active sales"},
            "2026-07-01 00:00 America/New_York": {"ann": "active tech"},
        },
    ),
    Case(
        "the days until an account is deleted are counted where the person worked",
        {"2026-06-01": "ann location=Kiritimati leaves_on=2026-06-30\nfay location='Pago Pago' leaves_on=2026-06-30"},
        {
            "2026-07-01 00:00 Pacific/Kiritimati": {"ann": "suspended"},
            "2026-07-01 00:00 Pacific/Pago_Pago": {"fay": "suspended"},
            "2026-07-30 23:59 Pacific/Kiritimati": {"ann": "suspended"},
            "2026-07-31 00:00 Pacific/Kiritimati": {"ann": "none"},
            "2026-07-30 23:59 Pacific/Pago_Pago": {"fay": "suspended"},
            "2026-07-31 00:00 Pacific/Pago_Pago": {"fay": "none"},
        },
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.title.replace(" ", "-") for case in CASES])
def test_life(case, store, clock, keys):
    """Each day's accounts and groups are what HR's dates say, at midnight there; a last sync sends nothing (PR-05)."""
    life = Life(store, clock, keys)

    assert case.then == lived(case, life, clock)
    assert 0 == life.again()
