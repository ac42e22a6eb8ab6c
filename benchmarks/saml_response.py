"""CPU of one SAML answer beside its floor: the two bare RSA-2048 signatures it cannot do without.

Run: python -m benchmarks.saml_response [ROUNDS]. Both are measured in turn within each round, so that a busy machine
slows both; the ratio is the median over the rounds.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.fakes.saml_bridge import SamlBridge
from tests.fakes.saml_platform import SamlPlatform

REPEAT = 50
GOAL_MS = 2.0


def cpu_ms(act: Callable[[], object]) -> float:
    """Return the CPU of one call in milliseconds."""
    before = time.process_time()
    for _ in range(REPEAT):
        act()
    return (time.process_time() - before) * 1000 / REPEAT


def main(rounds: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as room:
        bridge, platform = SamlBridge(Path(room)), SamlPlatform(requests_signed="true")
        bridge.register("wiki", platform.metadata())
        key, query, posted = (
            bridge.ring.keys[0].private_key,
            platform.signed_query(platform.request()),
            platform.enveloped(platform.request()),
        )
        asked = bridge.redirect(query)

        def floor() -> None:
            for _ in range(2):
                key.sign(b"x" * 500, padding.PKCS1v15(), hashes.SHA256())

        acts: dict[str, Callable[[], object]] = {
            "floor: two RSA-2048 signatures": floor,
            "answer: build, sign assertion and response": lambda: bridge.answer(asked),
            "read a signed request by Redirect": lambda: bridge.redirect(query),
            "read a signed request by POST": lambda: bridge.post(posted),
        }
        for act in acts.values():
            act()
        table = [[cpu_ms(act) for act in acts.values()] for _ in range(rounds)]
    print(f"CPU per call, median of {rounds} rounds of {REPEAT}; ratio to the floor of the same round")
    for number, name in enumerate(acts):
        cost = statistics.median(row[number] for row in table)
        ratio = statistics.median(row[number] / row[0] for row in table)
        print(f"{name:45s} {cost:7.3f} ms  x {ratio:.2f}")
    answer = statistics.median(row[1] for row in table)
    print(f"goal for the answer: <= {GOAL_MS} ms: {'met' if answer <= GOAL_MS else 'MISSED'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
