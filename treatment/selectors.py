"""Read treatments and follow-up; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ai.selectors.outcome import ApprovedVolume, approved_volumes
from common.errors import ErrorCode, NotFound
from common.person import Person
from emr import selectors as patients
from pacs.index.studies import study_moved
from rbac.permissions import Permission
from treatment import rano, survival
from treatment.choices import EVENTS_OF, Reason, Response, TreatmentKind, VisitStatus, VitalStatus
from treatment.ctcae import DEATH
from treatment.models import (
    AdverseEvent,
    Assessment,
    CourseEvent,
    CourseRow,
    LifeStatus,
    PerformanceStatus,
    Plan,
    Revision,
    Visit,
)

_MOVED = rano.Judgement(Response.NE, (Reason.STUDY_MOVED,))
SMALLEST_COHORT = 5
"""Of fewer patients the steps of a survival curve would tell who died, and when."""


def records_visible_to(model: type[CourseRow], user: Person) -> QuerySet[Any]:
    people = ["recorded_by", "clinician"] if model is Visit else ["recorded_by"]
    return model.objects.visible_to(user).live().select_related("patient", *people)


def plans_visible_to(user: Person) -> QuerySet[Plan]:
    return records_visible_to(Plan, user)


def treatments_given_to(user: Person) -> QuerySet[CourseEvent]:
    """Operations done, fractions and cycles given, with the treatments that they are of."""
    rows: QuerySet[CourseEvent] = records_visible_to(CourseEvent, user).filter(kind__in=EVENTS_OF)
    return rows.filter(plan__removed_at=None).select_related("plan")


def revisions_visible_to(user: Person) -> QuerySet[Revision]:
    return Revision.objects.visible_to(user).select_related("actor")


def unknown(model: type[CourseRow], pk: int) -> NotFound:
    return NotFound(ErrorCode.TREATMENT_NOT_FOUND, f"{model.record} {pk}", "id")


def record_get(
    model: type[CourseRow], user: Person, pk: int, permission: str = Permission.VIEW_ENCOUNTER
) -> Any:
    """Raises NotFound for what this person may not see, and for what was removed."""
    rows = model.objects.visible_to(user, permission).live().select_related("patient")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise unknown(model, pk)
    return row


def newest_karnofsky(user: Person, patient: Any) -> PerformanceStatus | None:
    rows = records_visible_to(PerformanceStatus, user).filter(patient=patient)
    found: PerformanceStatus | None = (
        rows.exclude(karnofsky=None).order_by("-assessed_on", "-pk").first()
    )
    return found


def newest_surgery(user: Person, patient: Any) -> Plan | None:
    """An operation that was begun, with its extent."""
    rows = records_visible_to(Plan, user).filter(patient=patient, started_on__isnull=False)
    found: Plan | None = rows.exclude(extent_of_resection="").order_by("-started_on", "-pk").first()
    return found


def operations_begun(user: Person, patient: Any) -> QuerySet[Any]:
    """The newest first."""
    rows = records_visible_to(Plan, user).filter(patient=patient, kind=TreatmentKind.SURGERY)
    return rows.filter(started_on__isnull=False).order_by("-started_on", "-pk")


def plan_of_patient(patient_id: int, pk: int) -> bool:
    return Plan.objects.live().filter(patient_id=patient_id, pk=pk).exists()


def plan_for_handler(plan_id: int) -> Plan:
    """For a delivered event; not filtered by rights."""
    plan: Plan = Plan.objects.select_related("order").get(pk=plan_id)
    return plan


def link_to(patient_id: int) -> str:
    """The page of a patient's treatment."""
    return f"/patients/{patient_id}/treatment"


def life_statuses_locked(patient_id: int) -> list[LifeStatus]:
    """One transaction at a time: the patient is locked first, as there may be no row yet."""
    patients.patient_lock(patient_id)
    return list(LifeStatus.objects.select_for_update().live().filter(patient_id=patient_id))


def visits_planned(since: datetime, until: datetime) -> QuerySet[Visit]:
    """For the clock; not filtered by rights."""
    rows = Visit.objects.live().filter(status=VisitStatus.PLANNED)
    found: QuerySet[Visit] = rows.filter(planned_at__gt=since, planned_at__lte=until)
    return found.select_related("patient").order_by("pk")


def visits_due(user: Person, patient: Any, until: datetime) -> QuerySet[Any]:
    """Planned until then and not made, the first due first."""
    rows = records_visible_to(Visit, user).filter(patient=patient, status=VisitStatus.PLANNED)
    return rows.filter(planned_at__lte=until).order_by("planned_at", "pk")


def visits_overdue(before: datetime) -> list[int]:
    """For the clock; not filtered by rights."""
    rows = Visit.objects.live().filter(status=VisitStatus.PLANNED, planned_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def judged(row: Assessment) -> Assessment:
    """The same with its ``judgement``."""
    judgements_add([row])
    return row


def judgements_add(rows: Sequence[Any]) -> None:
    """Set ``judgement`` and ``study_moved`` of each assessment, from all of its patient's.

    An assessment whose study is no longer the patient's counts for nothing. Two queries.
    """
    patient_ids = {row.patient_id for row in rows}
    found: dict[int, list[Any]] = defaultdict(list)
    live = Assessment.objects.live().filter(patient__in=patient_ids)
    for one in live.annotate(study_moved=study_moved()).order_by("assessed_on", "pk"):
        found[one.patient_id].append(one)
    courses = _radiotherapies(patient_ids)
    judgements: dict[int, rano.Judgement] = {}
    for patient_id, assessments in found.items():
        judgements |= _judged_all(assessments, courses[patient_id])
    moved = {one.pk for assessments in found.values() for one in assessments if one.study_moved}
    for row in rows:
        row.judgement = judgements[row.pk]
        row.study_moved = row.pk in moved


def _judged_all(
    assessments: Sequence[Any], courses: Sequence[rano.Radiotherapy]
) -> dict[int, rano.Judgement]:
    """By id; what was compared with a study that has moved says so."""
    kept = [one for one in assessments if not one.study_moved]
    judgements = _judged_each(kept, courses)
    if len(kept) < len(assessments):
        before = _judged_each(assessments, courses)
        for pk, judgement in judgements.items():
            if judgement != before[pk]:
                judgements[pk] = judgement.because(Reason.OTHER_STUDY_MOVED)
    return dict.fromkeys((one.pk for one in assessments), _MOVED) | judgements


def _judged_each(
    assessments: Sequence[Assessment], courses: Sequence[rano.Radiotherapy]
) -> dict[int, rano.Judgement]:
    judgement = rano.judge([_measured(one) for one in assessments], courses)
    return {one.pk: each for one, each in zip(assessments, judgement, strict=True)}


def _radiotherapies(patient_ids: Iterable[int]) -> dict[int, list[rano.Radiotherapy]]:
    courses: dict[int, list[rano.Radiotherapy]] = defaultdict(list)
    plans = Plan.objects.live().filter(patient__in=patient_ids, kind=TreatmentKind.RADIOTHERAPY)
    for plan in plans:
        if plan.started_on is not None:
            course = rano.Radiotherapy(plan.started_on, plan.ended_on)
            courses[plan.patient_id].append(course)
    return courses


def _measured(row: Assessment) -> rano.Measured:
    return rano.Measured(
        on=row.assessed_on,
        lesions=[rano.Lesion(**lesion) for lesion in row.lesions],
        baseline=row.baseline,
        flair=row.flair,
        new_lesion=row.new_lesion,
        outside_field=row.new_lesion_outside_field,
        steroid_mg=None if row.steroid_mg is None else float(row.steroid_mg),
        clinical=row.clinical,
    )


@dataclass(frozen=True, slots=True)
class Curves:
    """``volumes`` None: the person has no right to AI results."""

    volumes: list[ApprovedVolume] | None
    assessments: list[Any]


def volume_curves(user: Person, patient_id: int) -> Curves:
    """Volumes of approved segmentations, and the diameters that were entered; oldest first.

    Raises NotFound.
    """
    patients.patient_get(user, patient_id, Permission.VIEW_ENCOUNTER)
    rows = records_visible_to(Assessment, user).filter(patient_id=patient_id)
    assessments = list(rows.order_by("assessed_on", "pk"))
    judgements_add(assessments)
    assessments = [one for one in assessments if not one.study_moved]
    sees_ai = user.has_permission(Permission.REQUEST_AI)
    volumes = approved_volumes(user, patient_id) if sees_ai else None
    return Curves(volumes=volumes, assessments=assessments)


@dataclass(frozen=True, slots=True)
class Survival:
    """Of the patients with a treatment that was begun, from its first day. ``patients``: ids.

    Of less than five patients only their number: the first step, and no median.
    """

    steps: list[survival.Step]
    median_days: int | None
    patients: list[int]


def overall_survival(user: Person, kind: str = "") -> Survival:
    """Over all patients this person sees; from the first treatment, of one ``kind`` if given."""
    visible = Plan.objects.visible_to(user, Permission.VIEW_COHORT).live()
    begun = visible.filter(started_on__isnull=False)
    if kind:
        begun = begun.filter(kind=kind)
    starts = dict(begun.order_by().values_list("patient_id").annotate(Min("started_on")))
    died, seen = _deaths(starts), _last_seen(starts)
    cohort = []
    for patient_id, start in starts.items():
        end = died.get(patient_id) or max(seen.get(patient_id, start), start)
        followed = survival.Followed(max((end - start).days, 0), patient_id in died)
        cohort.append(followed)
    steps = survival.kaplan_meier(cohort)
    if len(cohort) < SMALLEST_COHORT:
        steps = steps[:1]
    return Survival(steps, survival.median_days(steps), sorted(starts))


def _deaths(patient_ids: Iterable[int]) -> dict[int, date]:
    """As recorded, else by an adverse event of grade 5 after which nobody was seen alive."""
    events = AdverseEvent.objects.live().filter(patient__in=patient_ids, grade=DEATH).order_by()
    day = Min(Coalesce("ended_on", "onset_on"))
    died: dict[int, date] = dict(events.values_list("patient_id").annotate(day=day))
    rows = LifeStatus.objects.live().filter(patient__in=patient_ids).order_by()
    for patient_id, on in rows.filter(status=VitalStatus.ALIVE).values_list("patient_id", "on"):
        if patient_id in died and on > died[patient_id]:
            del died[patient_id]
    return died | dict(rows.filter(status=VitalStatus.DECEASED).values_list("patient_id", "on"))


_SIGNS_OF_LIFE: tuple[tuple[type[CourseRow], str, dict[str, str]], ...] = (
    (LifeStatus, "on", {"status": VitalStatus.ALIVE}),
    (Plan, "started_on", {}),
    (CourseEvent, "occurred_on", {}),
    (AdverseEvent, "onset_on", {}),
    (PerformanceStatus, "assessed_on", {}),
    (Assessment, "assessed_on", {}),
    (Visit, "planned_at", {"status": VisitStatus.DONE}),
)


def _last_seen(patient_ids: Iterable[int]) -> dict[int, date]:
    """The last day on which each patient is known to have been alive."""
    last: dict[int, date] = {}
    for model, field, wanted in _SIGNS_OF_LIFE:
        rows = model.objects.live().filter(patient__in=patient_ids, **wanted).order_by()
        if model is Assessment:
            rows = rows.exclude(study_moved())
        for patient_id, at in rows.values_list("patient_id").annotate(Max(field)):
            day = timezone.localdate(at) if isinstance(at, datetime) else at
            if day is not None and day > last.get(patient_id, date.min):
                last[patient_id] = day
    return last
