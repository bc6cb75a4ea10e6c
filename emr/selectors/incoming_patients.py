"""The patients of other hospitals that wait for a decision, with whom they may be here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from common.errors import ErrorCode, NotFound
from common.person import Person
from emr.models import IncomingPatient, IncomingRun, Patient


@dataclass(frozen=True, slots=True)
class LikelyPatient:
    """``patient``: whom this person sees."""

    patient: Patient
    score: int
    alike: list[str]


@dataclass(frozen=True, slots=True)
class IncomingRow:
    row: IncomingPatient
    patient: Patient | None
    candidates: list[LikelyPatient]

    @property
    def patients(self) -> list[int]:
        """Whom it shows."""
        linked = [self.patient.pk] if self.patient else []
        return [*linked, *(one.patient.pk for one in self.candidates)]


def runs_visible_to(user: Person) -> QuerySet[IncomingRun]:
    return IncomingRun.objects.visible_to(user).select_related("requested_by")


def run_get(user: Person, pk: int) -> IncomingRun:
    """Raises NotFound."""
    run = runs_visible_to(user).filter(pk=pk).first()
    if run is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"incoming run {pk}", "id")
    return run


def states_counted(runs: Sequence[IncomingRun]) -> dict[int, dict[str, int]]:
    """How many rows of each run are in which state."""
    rows = IncomingPatient.objects.filter(run__in=[run.pk for run in runs]).order_by()
    found: dict[int, dict[str, int]] = {run.pk: {} for run in runs}
    for run_id, state, count in rows.values_list("run", "state").annotate(Count("pk")):
        found[run_id][state] = count
    return found


def rows_visible_to(user: Person) -> QuerySet[IncomingPatient]:
    return IncomingPatient.objects.visible_to(user).select_related("resolved_by")


def row_get(user: Person, pk: int) -> IncomingPatient:
    """Raises NotFound."""
    row = rows_visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"incoming patient {pk}", "id")
    return row


def rows_described(user: Person, rows: Sequence[IncomingPatient]) -> list[IncomingRow]:
    """One query for a page; a candidate that was merged meanwhile is left out."""
    ids = {one["patient"] for row in rows for one in row.candidates}
    ids |= {row.patient_id for row in rows if row.patient_id}
    seen: dict[Any, Patient] = Patient.objects.visible_to(user).in_bulk(ids)
    return [
        IncomingRow(
            row=row,
            patient=seen.get(row.patient_id),
            candidates=[
                LikelyPatient(seen[one["patient"]], one["score"], one["alike"])
                for one in row.candidates
                if one["patient"] in seen
            ],
        )
        for row in rows
    ]
