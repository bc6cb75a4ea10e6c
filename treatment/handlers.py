"""What this app does when something happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alert.selectors import About, describes
from common.outbox.registry import Event, subscribe
from common.person import Person
from treatment import selectors
from treatment.events import PLAN_ENDED
from treatment.models import CourseRow, Plan, Visit
from treatment.services.plans import orderer_alert


@subscribe(PLAN_ENDED, queue="django_tasks")
def alert_orderer(event: Event) -> None:
    orderer_alert(**event.payload)


def _patients_of(model: type[CourseRow], user: Person, ids: set[Any]) -> Mapping[Any, About]:
    rows = selectors.records_visible_to(model, user).filter(pk__in=ids)
    return {row.pk: {"patient": row.patient.brief} for row in rows}


@describes("visit_id")
def alert_visits(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    return _patients_of(Visit, user, ids)


@describes("plan_id")
def alert_plans(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    return _patients_of(Plan, user, ids)
