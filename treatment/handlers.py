"""What this app does when something happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

from ai.selectors.patient_facts import FactOrigin, KnownFact, fact_source
from alert.selectors import About, describes
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.selectors.timeline import timeline_source
from treatment import selectors
from treatment.choices import ResectionExtent
from treatment.events import PLAN_ENDED
from treatment.models import AdverseEvent, CourseEvent, CourseRow, Plan, Visit
from treatment.services.plans import orderer_alert


@fact_source("treatment", performance="treatment.PerformanceStatus", plan="treatment.Plan")
def course_facts(user: Person, patient: Any) -> Mapping[str, KnownFact]:
    """The newest Karnofsky status, and whether the tumour was resected or only sampled."""
    found: dict[str, KnownFact] = {}
    status = selectors.newest_karnofsky(user, patient)
    if status is not None:
        origin = FactOrigin("performance", str(status.pk), "")
        found["karnofsky"] = KnownFact(status.karnofsky, origin, unit="%", at=status.assessed_on)
    surgery = selectors.newest_surgery(user, patient)
    if surgery is not None:
        biopsy = surgery.extent_of_resection == ResectionExtent.BIOPSY
        origin = FactOrigin("plan", str(surgery.pk), surgery.title)
        found["surgery"] = KnownFact(
            "biopsy" if biopsy else "resection", origin, at=surgery.started_on
        )
    return found


@subscribe(PLAN_ENDED, queue="django_tasks")
def alert_orderer(event: Event) -> None:
    orderer_alert(**event.payload)


def _patients_of(model: type[CourseRow], user: Person, ids: set[Any]) -> Mapping[Any, About]:
    rows = selectors.records_visible_to(model, user).filter(pk__in=ids)
    return {row.pk: {"patient": row.patient.brief} for row in rows}


def _entries(
    kind: str, model: type[CourseRow], at: str, described: Callable[[Any], tuple[str, str]]
) -> None:
    def rows(user: Person, patient: Any) -> QuerySet[Any]:
        return selectors.records_visible_to(model, user).filter(patient=patient)

    day = at.endswith("_on")
    timeline_source(kind, at=at, described=described, day=day, ref="patient_id")(rows)


_entries("treatment", Plan, "started_on", lambda row: (row.title, row.kind))
_entries("treatment_event", CourseEvent, "occurred_on", lambda row: (row.note, row.kind))
_entries("adverse_event", AdverseEvent, "onset_on", lambda row: (row.term, str(row.grade)))
_entries("visit", Visit, "planned_at", lambda row: (row.purpose, row.status))


@describes("visit_id")
def alert_visits(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    return _patients_of(Visit, user, ids)


@describes("plan_id")
def alert_plans(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    return _patients_of(Plan, user, ids)
