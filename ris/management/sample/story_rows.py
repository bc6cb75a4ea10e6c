"""Writes what a story has become: many rows at once, with their history and at their own times.

No event is published of what is past: nobody has to be told any more, and thousands of deliveries
would keep the workers from today's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from django.forms.models import model_to_dict

from emr.choices import ChangeAction
from emr.models import (
    Allergy,
    ClinicalRow,
    Encounter,
    Note,
    Prescription,
    Problem,
    RecordChange,
    Vitals,
)
from emr.services.charting import snapshot
from lis.models import CriticalAttempt, CriticalValue, LabValue, ResultVersion, Specimen
from ocs.models import Order, OrderHistory
from rbac.models import OrderAccess
from treatment.choices import RecordAction
from treatment.models import (
    AdverseEvent,
    CourseEvent,
    CourseRow,
    LifeStatus,
    PerformanceStatus,
    Plan,
    Revision,
    Visit,
)

TABLES: tuple[type[models.Model], ...] = (
    *(Encounter, Vitals, Allergy, Problem, Prescription, Note),
    *(Order, OrderHistory, OrderAccess, Specimen, ResultVersion, LabValue),
    *(CriticalValue, CriticalAttempt),
    *(Plan, CourseEvent, AdverseEvent, PerformanceStatus, Visit, LifeStatus),
    *(RecordChange, Revision),
)
"""In the order in which they refer to each other."""
BATCH = 1_000
Later = Callable[[], models.Model]


class StoryRows:
    """Collects rows; ``write`` inserts them."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model | Later]] = defaultdict(list)

    def add(self, row: Any, at: datetime) -> Any:
        """A row of the past; whatever the database would set to now is ``at``."""
        for name in _stamps(type(row)):
            setattr(row, name, at)
        for field in row._meta.concrete_fields:
            if isinstance(getattr(row, field.attname), DatabaseDefault):
                setattr(row, field.attname, field.db_default)
        self._rows[type(row)].append(row)
        if isinstance(row, ClinicalRow):
            self._rows[RecordChange].append(lambda: _change(row, at))
        return row

    def add_course(self, row: Any, at: datetime, steps: Iterable[dict[str, Any]] = ()) -> Any:
        """A record of a treatment; ``steps``: what each later revision changed, as it was."""
        steps = list(steps)
        row.version = 1 + len(steps)
        self.add(row, at)
        for version in range(1, row.version + 1):
            make = partial(_revision, row, at, version, steps[version - 1 :])
            self._rows[Revision].append(make)
        return row

    def later(self, model: type[models.Model], make: Later, at: datetime) -> None:
        """A row that names the id of another, which it has once that one is written."""

        def made() -> models.Model:
            row = make()
            for name in _stamps(model):
                setattr(row, name, at)
            return row

        self._rows[model].append(made)

    def __iter__(self) -> Iterator[models.Model]:
        """Those that need no id."""
        every = (row for rows in self._rows.values() for row in rows)
        return (row for row in every if isinstance(row, models.Model))

    def write(self) -> int:
        """How many were written."""
        total = 0
        for model in TABLES:
            rows = [row if isinstance(row, models.Model) else row() for row in self._rows[model]]
            with _own_times(model):
                _insert(model, rows)
            total += len(rows)
        return total


def _insert(model: type[models.Model], rows: list[Any]) -> None:
    if connection.features.can_return_rows_from_bulk_insert:
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        return
    for row in rows:  # MySQL does not tell the ids of many at once
        row.save(force_insert=True)


def _stamps(model: type[models.Model]) -> list[str]:
    return [field.name for field in _stamped(model)]


def _stamped(model: type[models.Model]) -> list[Any]:
    fields = model._meta.concrete_fields
    return [f for f in fields if getattr(f, "auto_now", 0) or getattr(f, "auto_now_add", 0)]


@contextmanager
def _own_times(model: type[models.Model]) -> Iterator[None]:
    """Times that are set by themselves keep what the rows say."""
    before = [(field, field.auto_now, field.auto_now_add) for field in _stamped(model)]
    try:
        for field, _, _ in before:
            field.auto_now = field.auto_now_add = False
        yield
    finally:
        for field, now, now_add in before:
            field.auto_now, field.auto_now_add = now, now_add


def _change(row: ClinicalRow, at: datetime) -> RecordChange:
    """As ``charting.change_record`` keeps what was created."""
    values = {name: [None, value] for name, value in snapshot(row).items() if value is not None}
    return RecordChange(
        patient_id=row.patient_id,
        kind=row._meta.model_name or "",
        row_id=row.pk,
        version=row.version,
        action=ChangeAction.CREATE,
        actor_id=row.author.pk,
        values=values,
        at=at,
    )


def _revision(row: CourseRow, at: datetime, version: int, undone: list[dict[str, Any]]) -> Revision:
    """As ``course_records.row_recorded`` keeps it; ``undone``: what later steps changed."""
    values = model_to_dict(row, exclude=["id", "patient", "live"])
    for step in reversed(undone):
        values |= step
    return Revision(
        kind=row.record,
        row=row.pk,
        patient_id=row.patient_id,
        action=RecordAction.CREATED if version == 1 else RecordAction.MOVED,
        version=version,
        actor_id=row.recorded_by_id,
        values=values,
        at=at,
    )
