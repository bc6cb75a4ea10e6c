"""What this app does when something happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alert.selectors import About, describes
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr import selectors
from emr.events import PATIENT_MERGED
from emr.services import merge_settle


@subscribe(PATIENT_MERGED, queue="django_tasks")
def take_along(event: Event) -> None:
    merge_settle(duplicate_id=event.payload["duplicate_id"])


@describes("patient")
def alert_patients(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    found = selectors.patients_visible_to(user).in_bulk(list(ids))
    return {pk: {"patient": patient.brief} for pk, patient in found.items()}
