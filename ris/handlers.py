"""What the worklist does when something happened in an app below."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from common.outbox.registry import Event, subscribe
from pacs.events import STUDY_STABLE
from pacs.index.list_keys import list_key_writers
from ris.reading.entries import ai_note, arrival_note, entry_write

list_key_writers.append(entry_write)


@subscribe(STUDY_STABLE, queue="django_tasks")
def study_arrived(event: Event) -> None:
    arrival_note(event.payload["study_id"])


@receiver(post_save, sender="ai.AIJob")
def ai_changed(instance: Any, **_: Any) -> None:
    """In the transaction of the change: no event says each of them."""
    if instance.study_id is not None:
        ai_note(instance.study_id)
