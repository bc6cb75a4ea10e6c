"""The rows of a patient, of whatever app: which of them a merge moves, and back again.

The columns are found in Django's registry of models, so that no app has to be named here. An app
whose column stays says so in ``KEPT``, with the reason; numbers that are no foreign key are in
``PLAIN``. A test fails for a column that is in neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Exists, ForeignObjectRel, Max, Model, OuterRef, QuerySet

from emr.models import MovedRows, Patient, PatientMerge

CHUNK = 5_000
KEPT = {
    "emr.PatientLink.patient": "OpenEMR keeps a record of its own for each MRN",
    "emr.PatientMerge.survivor": "says which records were merged",
    "emr.PatientMerge.duplicate": "says which records were merged",
    "emr.DuplicatePair.first": "is about the two records as they were",
    "emr.DuplicatePair.second": "is about the two records as they were",
    "ris.Report.moved_from": "says for whom it was written before its study was moved",
    "emr.NameSuffix.patient": "the former name finds the patient",
    "audit.AuditLog.patient_id": "append-only; read by all numbers of the patient",
    "audit.ShownPatient.patient_id": "append-only; read by all numbers of the patient",
}
PLAIN: dict[str, dict[str, str]] = {
    "rbac.Grant.patient_id": {},
    "rbac.OrderAccess.patient_id": {"order_id": "ocs.Order"},
}
"""A column that is no foreign key → its row's own parents: {column: model}."""
HISTORIES = {"emr.RecordChange": ("kind", "row_id"), "treatment.Revision": ("kind", "row")}
"""Whose rows name the row that was changed by its kind and key."""
ALONG = {
    "ris.Reading": "study__patient",
    "ris.ReportVersion": "report__patient",
    "ris.CriticalReport": "report__patient",
    "lis.Specimen": "order__patient",
    "lis.ResultVersion": "order__patient",
}
"""What has no column of its own and belongs to the patient by another row: for the preview."""


@dataclass(frozen=True, slots=True)
class PatientColumn:
    """``parents``: columns of the same row that name a row of another such model."""

    model: type[Model]
    name: str
    parents: dict[str, str]

    @property
    def label(self) -> str:
        return self.model._meta.label

    def of(self, patient_id: int) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.name: patient_id})

    def movable(self, duplicate_id: int, survivor_id: int) -> QuerySet[Any]:
        """Without rows that the survivor has already, such as a member of both care teams."""
        rows = self.of(duplicate_id)
        for constraint in self.model._meta.total_unique_constraints:
            others = {name: OuterRef(name) for name in constraint.fields if name != self.name}
            if self.name in constraint.fields:
                rows = rows.exclude(Exists(self.of(survivor_id).filter(**others)))
        return rows


def foreign_keys() -> Iterator[tuple[type[Model], str]]:
    """Every foreign key to a patient, of every app."""
    for relation in Patient._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            yield relation.related_model, relation.field.name


def moving_columns() -> list[PatientColumn]:
    named = [
        (model, name) for model, name in foreign_keys() if f"{model._meta.label}.{name}" not in KEPT
    ]
    labels = {model._meta.label for model, _ in named} - {"emr.Patient"}
    columns = [PatientColumn(model, name, _parents(model, labels)) for model, name in named]
    for place, parents in PLAIN.items():
        label, _, name = place.rpartition(".")
        columns.append(PatientColumn(apps.get_model(label), name, parents))
    return columns


def _parents(model: type[Model], labels: set[str]) -> dict[str, str]:
    return {
        field.attname: field.related_model._meta.label
        for field in model._meta.concrete_fields
        if field.many_to_one
        and field.related_model is not None
        and field.related_model._meta.label in labels
    }


def rows_counted(patient_id: int) -> dict[str, int]:
    """How many rows of each model belong to the patient; of those that have any."""
    counts = {column.label: column.of(patient_id).count() for column in moving_columns()}
    for label, path in ALONG.items():
        rows = apps.get_model(label)._base_manager.filter(**{path: patient_id})
        counts[label] = rows.count()
    return {label: count for label, count in sorted(counts.items()) if count}


def marks_now() -> dict[str, int]:
    """The highest key of each model: what is added later has a higher one."""
    return {
        column.label: column.model._base_manager.aggregate(last=Max("pk"))["last"] or 0
        for column in moving_columns()
    }


def rows_move(merge: PatientMerge) -> None:
    """To the survivor; each row's key is kept. By statements on many rows, not row by row."""
    duplicate, survivor = merge.duplicate_id, merge.survivor_id
    kept = []
    for column in moving_columns():
        found = column.movable(duplicate, survivor).order_by("pk").values_list("pk", flat=True)
        keys = list(found)
        for begin in range(0, len(keys), CHUNK):
            chunk = keys[begin : begin + CHUNK]
            column.of(duplicate).filter(pk__in=chunk).update(**{column.name: survivor})
            kept.append(MovedRows(merge=merge, model=column.label, column=column.name, keys=chunk))
    MovedRows.objects.bulk_create(kept)


def rows_return(merge: PatientMerge) -> None:
    """Exactly those that were moved, and what was added since to one of them.

    The result of an order is of the patient of the order. What was moved elsewhere meanwhile, or
    added to the survivor, stays where it is.
    """
    returned: dict[str, set[int]] = defaultdict(set)
    columns = {(column.label, column.name): column for column in moving_columns()}
    for moved in merge.moved.all():
        if column := columns.get((moved.model, moved.column)):
            returned[moved.model] |= _give_back(column, merge, moved.keys)
    kinds = {
        getattr(column.model, "record", column.model._meta.model_name): column.label
        for column in columns.values()
    }
    added = [(column, _added(column, merge, kinds)) for column in columns.values()]
    while any(_follow(column, rows, returned, merge) for column, rows in added):
        pass


def _give_back(column: PatientColumn, merge: PatientMerge, keys: list[int]) -> set[int]:
    """Those of them that are the survivor's; which these are."""
    rows = column.of(merge.survivor_id)
    here = set(rows.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    if here:
        rows.filter(pk__in=here).update(**{column.name: merge.duplicate_id})
    return here


def _added(
    column: PatientColumn, merge: PatientMerge, kinds: dict[Any, str]
) -> dict[int, set[tuple[str, int]]]:
    """What the survivor has got since: key → model and key of the rows on which it hangs.

    ``kinds``: what the histories call a model.
    """
    by_kind = HISTORIES.get(column.label, ())
    if not (column.parents or by_kind):
        return {}
    rows = column.of(merge.survivor_id).filter(pk__gt=merge.marks.get(column.label, 0))
    found: dict[int, set[tuple[str, int]]] = {}
    for row in rows.values("pk", *column.parents, *by_kind):
        hangs = {(label, row[name]) for name, label in column.parents.items()}
        if by_kind:
            kind, key = (row[name] for name in by_kind)
            hangs.add((kinds.get(kind, ""), key))
        found[row["pk"]] = hangs
    return found


def _follow(
    column: PatientColumn,
    added: dict[int, set[tuple[str, int]]],
    returned: dict[str, set[int]],
    merge: PatientMerge,
) -> bool:
    """Whether some of the rows went with a row that went back."""
    keys = [
        key
        for key, hangs in added.items()
        if key not in returned[column.label] and any(on in returned[label] for label, on in hangs)
    ]
    returned[column.label] |= (went := _give_back(column, merge, keys))
    return bool(went)
