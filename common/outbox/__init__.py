"""The transactional outbox: what must happen after a change, written with the change.

``publish`` inside the transaction, ``subscribe`` in an app's handlers.py. One row per
subscriber, each with its own attempts, so that one failing handler delays no other.
"""

from common.outbox.registry import Event, subscribe
from common.outbox.services import publish

__all__ = ["Event", "publish", "subscribe"]
