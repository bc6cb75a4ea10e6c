"""A ward in one screen: each bed, who lies in it, how they are, and what waits to be done.

The queries are the same few however many patients there are. Apps above add what waits with
``ward_tasks``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from common.person import Person
from emr.choices import AllergyState, BedState, WardTaskKind
from emr.models import Allergy, BedStay, Encounter, Patient, Vitals, Ward
from emr.selectors.news2 import EarlyWarning, early_warning, is_observed
from emr.selectors.patient_summary import SEVEREST, known_of
from emr.selectors.vital_ranges import flag, limits
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

SHOWN_SINCE = timedelta(days=7)
SHOWN_ROWS = 12


@dataclass(frozen=True, slots=True)
class WardTask:
    """``label``: its name in both languages; ``state``: of the kind's own."""

    patient_id: int
    kind: WardTaskKind
    id: int
    label: dict[str, str]
    state: str
    at: datetime
    due_at: datetime | None = None
    overdue: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class LatestValue:
    measure: str
    value: Any
    at: datetime
    flag: str | None


@dataclass(frozen=True, slots=True)
class Bedside:
    """``limits``: reference range of each measure at the patient's age.

    ``allergy_state``: None where the person may not see the allergies.
    """

    stay: BedStay
    encounter: Encounter
    patient: Patient
    age: int | None
    latest: list[LatestValue]
    limits: list[dict[str, Any]]
    consciousness: str
    supplemental_oxygen: bool | None
    news: EarlyWarning
    allergy_state: AllergyState | None
    allergies: list[Allergy]
    tasks: list[WardTask]


@dataclass(frozen=True, slots=True)
class Bed:
    bed: str
    state: BedState
    bedside: Bedside | None = None


@dataclass(frozen=True, slots=True)
class Board:
    ward: Ward
    at: datetime = field(default_factory=timezone.now)
    beds: list[Bed] = field(default_factory=list)

    @property
    def patient_ids(self) -> list[int]:
        return [bed.bedside.patient.pk for bed in self.beds if bed.bedside]


TaskSource = Callable[[Person, Collection[int]], Iterable[WardTask]]
_sources: list[TaskSource] = []


def ward_tasks(source: TaskSource) -> TaskSource:
    """Add what waits for patients on a ward, by their ids; as the person may see it."""
    _sources.append(source)
    return source


def ward_board(user: Person, ward: Ward) -> Board:
    """The beds in their order, then those that the ward no longer lists."""
    held = BedStay.objects.occupying().filter(ward=ward).order_by("bed")
    stays = {stay.bed: stay for stay in held.select_related("encounter__patient")}
    ids = [stay.encounter.patient_id for stay in stays.values()]
    seen = set(Patient.objects.visible_to(user, Permission.VIEW_WARD).filter(pk__in=ids).ids())
    charts = _charts(user, seen)
    board = Board(ward)
    for bed in dict.fromkeys([*ward.beds, *stays]):
        stay = stays.get(bed)
        if stay is None:
            board.beds.append(Bed(bed, BedState.FREE))
        elif stay.encounter.patient_id in seen:
            board.beds.append(Bed(bed, BedState.TAKEN, _bedside(stay, charts)))
        else:
            board.beds.append(Bed(bed, BedState.HIDDEN))
    return board


@dataclass(slots=True)
class _Charts:
    vitals: dict[int, list[Vitals]]
    allergies: dict[int, list[Allergy]]
    tasks: dict[int, list[WardTask]]
    readable: bool


def _charts(user: Person, ids: Collection[int]) -> _Charts:
    """By patient; each list the newest or most urgent first."""
    readable = scope_for(user, Permission.VIEW_ENCOUNTER) is Scope.ALL
    found = _Charts(defaultdict(list), defaultdict(list), defaultdict(list), readable)
    if readable:
        for row in _newest_vitals(ids):
            found.vitals[row.patient_id].append(row)
        rows = Allergy.objects.filter(patient__in=ids, deleted_at=None).annotate(rank=SEVEREST)
        for allergy in rows.order_by("rank", "pk"):
            found.allergies[allergy.patient_id].append(allergy)
    for source in _sources:
        for task in source(user, ids):
            found.tasks[task.patient_id].append(task)
    return found


def _newest_vitals(ids: Collection[int]) -> Iterable[Vitals]:
    since = timezone.now() - SHOWN_SINCE
    rows = Vitals.objects.filter(patient__in=ids, deleted_at=None, measured_at__gte=since)
    newest = (F("measured_at").desc(), F("id").desc())
    numbered = rows.annotate(number=Window(RowNumber(), partition_by=F("patient"), order_by=newest))
    shown: Iterable[Vitals] = numbered.filter(number__lte=SHOWN_ROWS).order_by(*newest)
    return shown


def _bedside(stay: BedStay, charts: _Charts) -> Bedside:
    patient, today = stay.encounter.patient, timezone.localdate()
    rows = charts.vitals[patient.pk]
    observed = next((row for row in rows if is_observed(row)), None)
    aware = (row.consciousness for row in rows if row.consciousness)
    state, allergies = known_of(charts.allergies[patient.pk])
    oxygen = (r.supplemental_oxygen for r in rows if r.supplemental_oxygen is not None)
    return Bedside(
        stay=stay,
        encounter=stay.encounter,
        patient=patient,
        age=patient.age_on(today),
        latest=_latest(patient, rows),
        limits=_limits(patient.birth_date, today),
        consciousness=next(aware, ""),
        supplemental_oxygen=next(oxygen, None),
        news=early_warning(observed, patient, stay.encounter),
        allergy_state=state if charts.readable else None,
        allergies=allergies,
        tasks=charts.tasks[patient.pk],
    )


def _latest(patient: Patient, rows: list[Vitals]) -> list[LatestValue]:
    found = []
    for measure in Vitals.MEASURES:
        row = next((row for row in rows if getattr(row, measure) is not None), None)
        if row is not None:
            value, day = getattr(row, measure), timezone.localdate(row.measured_at)
            side = flag(patient.birth_date, day, measure, value)
            found.append(LatestValue(measure, value, row.measured_at, side))
    return found


def _limits(birth: date, day: date) -> list[dict[str, Any]]:
    ranges = ((measure, *limits(birth, day, measure)) for measure in Vitals.MEASURES)
    return [{"measure": measure, "low": low, "high": high} for measure, low, high in ranges]
