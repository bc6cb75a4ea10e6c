"""Which of our rows is which table of OpenEMR, and what of a row of it can stand here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from emr.choices import LinkKind, SyncFault
from emr.models import Allergy, ClinicalRow, Encounter, Patient, Prescription, Problem, Vitals
from emr.selectors.vital_ranges import POSSIBLE
from openemr.openemr_records import digest
from openemr.tables import ClinicalTable
from openemr.tables.encounter_table import ENCOUNTERS
from openemr.tables.list_tables import ALLERGIES, PROBLEMS
from openemr.tables.prescription_table import PRESCRIPTIONS
from openemr.tables.vitals_table import VITALS

Fault = dict[str, str]
NOT_HERE = 0
"""In place of our id: an encounter of OpenEMR that has no row here."""
_TIMES = {"started_at", "measured_at", "prescribed_at", "onset_date"}
_NOT_YET = {"measured_at", "onset_date"}
_REASONS = {"max_length": SyncFault.TOO_LONG, "null": SyncFault.UNKNOWN, "blank": SyncFault.UNKNOWN}


@dataclass(frozen=True, slots=True)
class LinkedKind:
    """``needed``: without them there is no row here; ``constant``: what OpenEMR does not have."""

    kind: LinkKind
    model: type[ClinicalRow]
    table: ClinicalTable
    needed: frozenset[str]
    constant: dict[str, Any] = field(default_factory=dict)

    def fields_of(self, row: ClinicalRow) -> dict[str, Any]:
        """What both systems hold of a row of ours; an encounter by its id here."""
        names = (f"{name}_id" if name == "encounter" else name for name in self.table.names)
        found = dict(zip(self.table.names, (getattr(row, name) for name in names), strict=True))
        if stopped_at := getattr(row, "stopped_at", None):
            found["days"] = _days_taken(found, stopped_at)
        return found


def _days_taken(fields: dict[str, Any], stopped_at: datetime) -> int:
    """OpenEMR has no column for a stop: the day of the stop is the last one there."""
    begun = timezone.localdate(fields["prescribed_at"])
    taken = max((timezone.localdate(stopped_at) - begun).days + 1, 1)
    return min(fields["days"] or taken, taken)


KINDS: dict[str, LinkedKind] = {
    one.kind: one
    for one in (
        LinkedKind(
            LinkKind.ENCOUNTER, Encounter, ENCOUNTERS, needed=frozenset({"kind", "started_at"})
        ),
        LinkedKind(LinkKind.VITALS, Vitals, VITALS, needed=frozenset({"measured_at"})),
        LinkedKind(
            LinkKind.PRESCRIPTION,
            Prescription,
            PRESCRIPTIONS,
            needed=frozenset({"drug", "prescribed_at"}),
        ),
        LinkedKind(
            LinkKind.ALLERGY,
            Allergy,
            ALLERGIES,
            needed=frozenset({"substance"}),
            constant={"category": "other"},
        ),
        LinkedKind(LinkKind.PROBLEM, Problem, PROBLEMS, needed=frozenset({"text"})),
    )
}
"""In the order in which they are compared: a prescription names its encounter."""


def digest_of(fields: dict[str, Any], row: ClinicalRow) -> str:
    return digest(fields | {"removed": row.deleted_at is not None})


def fitted(
    one: LinkedKind, patient: Patient, theirs: dict[str, Any]
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The values that can stand here, and why others cannot; None if a needed one is missing.

    A value that cannot stand here is left out and named, and the rest of its row is taken.
    """
    taken, faults = dict(theirs), []
    for name, value in theirs.items():
        if reason := _fault(one, patient, name, value):
            faults.append({"field": name, "reason": reason})
            taken[name] = None if one.model._meta.get_field(name).null else ""
    if any(taken[name] in (None, "") for name in one.needed):
        return None, faults
    if pair := _as_row(one, patient, taken).contradiction():
        is_ours = pair[0] in one.table.names
        reason = SyncFault.CONTRADICTION if is_ours else SyncFault.UNKNOWN
        return None, [*faults, {"field": pair[0], "reason": reason}]
    return taken, faults


def _as_row(one: LinkedKind, patient: Patient, fields: dict[str, Any]) -> ClinicalRow:
    return one.model(patient=patient, **one.constant, **columns_of(fields))


def columns_of(fields: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_id" if name == "encounter" else name: v for name, v in fields.items()}


def _fault(one: LinkedKind, patient: Patient, name: str, value: Any) -> str:
    if value is None or value == "":
        return SyncFault.UNKNOWN if name in one.needed else ""
    if name == "encounter":
        return SyncFault.UNKNOWN if value == NOT_HERE else ""
    try:
        one.model._meta.get_field(name).clean(value, None)  # type: ignore[union-attr]
    except ValidationError as error:
        return _REASONS.get(str(error.error_list[0].code), SyncFault.IMPOSSIBLE)
    if name == "days" and value < 1:
        return SyncFault.IMPOSSIBLE
    if name in POSSIBLE:
        low, high, _ = POSSIBLE[name]
        return "" if Decimal(low) <= value <= Decimal(high) else SyncFault.IMPOSSIBLE
    return _time_fault(patient, name, value)


def _time_fault(patient: Patient, name: str, value: Any) -> str:
    if name not in _TIMES:
        return ""
    day = timezone.localdate(value) if isinstance(value, datetime) else value
    if day < patient.birth_date:
        return SyncFault.BEFORE_BIRTH
    is_ahead = name in _NOT_YET and day > timezone.localdate()
    return SyncFault.IN_FUTURE if is_ahead else ""


def as_json(fields: dict[str, Any]) -> dict[str, Any]:
    """Values as they are kept and shown beside each other."""
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def from_json(model: type[Model], fields: dict[str, Any]) -> dict[str, Any]:
    """The values of ``as_json`` again."""
    return dict(_typed(model, fields))


def _typed(model: type[Model], fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        column: Any = model._meta.get_field(name)
        yield name, value if name == "encounter" else column.to_python(value)
