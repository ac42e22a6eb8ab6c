"""The honest side of the lab's provider, in a process of its own.   python -m benchmarks.peers.openid_op NOTE

Writes its name into the file NOTE and serves until it is ended.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.lab.lying_op import LyingOp

if __name__ == "__main__":
    with LyingOp() as op:
        Path(sys.argv[1]).write_text(op.issuer)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})
