"""Drugs: ``prescriptions``. OpenEMR has a first and a last day; here it is a moment and days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from openemr import conventions as written
from openemr.models import PrescribedDrug
from openemr.tables import ClinicalTable, Columns, SharedField, Values, column

_INTERVALS = (
    *("", "b.i.d.", "t.i.d.", "q.i.d.", "q.3h", "q.4h", "q.5h", "q.6h", "q.8h", "Daily"),
    *("a.c.", "p.c.", "a.m.", "p.m.", "ante", "h", "h.s.", "p.r.n.", "stat", "Weekly", "Monthly"),
)
"""OpenEMR's list "drug_interval", by number."""


def _frequency(row: Any) -> str:
    """The instructions in words, else the interval that was chosen from the list."""
    number = row.interval or 0
    listed = _INTERVALS[number] if 0 <= number < len(_INTERVALS) else ""
    return written.line(row.drug_dosage_instructions) or listed


def _days(row: Any) -> int | None:
    """From the first to the last day; one that is stopped ended at its last change at the latest.

    None: no end is known.
    """
    first, last = written.day(row.start_date), written.day(row.end_date)
    changed = written.moment(row.date_modified)
    if row.active != 1 and first:  # of one that was stopped before it began, the first day counts
        stopped = timezone.localdate(changed) if changed else first
        last = max(min(last, stopped) if last else stopped, first)
    return (last - first).days + 1 if first and last else None


def _last_day(values: Values) -> Columns:
    if values["days"] is None:
        return {"end_date": None}
    first = timezone.localdate(values["prescribed_at"])
    return {"end_date": first + timedelta(days=values["days"] - 1)}


PRESCRIPTIONS = ClinicalTable(
    kind="prescription",
    model=PrescribedDrug,
    patient="patient_id",
    author="provider_id",
    is_removed=lambda row: None,
    removal={"active": 0},
    computed=lambda values: {"date_modified": timezone.now()},
    fields=(
        column("encounter", "encounter", read=lambda number: number or None),
        column("drug", "drug"),
        column("dose", "dosage"),
        SharedField(
            "frequency",
            _frequency,
            lambda values: {"drug_dosage_instructions": values["frequency"]},
        ),
        column("prescribed_at", "start_date", read=written.midnight, write=timezone.localdate),
        SharedField("days", _days, _last_day),
    ),
)
