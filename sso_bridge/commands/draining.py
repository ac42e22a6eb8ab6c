"""A gunicorn worker that turns nobody away who already stood in the queue when it was told to stop (TM-02).

gunicorn's own leaves its port open, without accepting, while it waits for idle connections, up to two seconds;
whoever connects meanwhile is reset at the end, and a proxy cannot repeat a POST.
"""

from __future__ import annotations

import selectors

from gunicorn.workers.gthread import ThreadWorker


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Threads; at a stop it takes everybody who waits, and closes the door at once."""

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  the signature is gunicorn's
        """Accept or do not; when stopping, first whoever waits, then close, so that others get the next ones."""
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            with selectors.DefaultSelector() as door:
                door.register(listener, selectors.EVENT_READ)
                while door.select(0):
                    self.accept(listener)
            listener.close()
