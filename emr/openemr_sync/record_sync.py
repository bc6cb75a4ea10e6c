"""The rows of patients' records here and in OpenEMR: found, taken over, sent, compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import services as audit
from common.errors import ExternalError
from common.person import Person
from emr.choices import ChangeAction, LinkKind, SyncFault
from emr.models import ClinicalRow, Patient, PatientLink, RecordLink, SyncConflict
from emr.openemr_sync.linked_kinds import (
    KINDS,
    NOT_HERE,
    Fault,
    LinkedKind,
    as_json,
    columns_of,
    digest_of,
    fitted,
)
from emr.openemr_sync.merged_links import merged_link_ids
from emr.services.charting import change_record, snapshot
from openemr import selectors as openemr, services as openemr_writes
from openemr.openemr_records import ClinicalRecord

DELETED_THERE = "deleted in OpenEMR"


@dataclass(slots=True)
class Counts:
    """``read``: rows of OpenEMR; ``left_out``: those of them that have no row here."""

    read: int = 0
    left_out: int = 0


@dataclass(slots=True)
class _Record:
    """The rows of one kind of one patient on our side, by what they are found with."""

    one: LinkedKind
    link: PatientLink
    links: list[RecordLink]
    rows: dict[int, ClinicalRow]
    encounters: dict[int, int]  # OpenEMR's number of an encounter by its id here
    merged: set[int]  # links whose rows are another patient's in OpenEMR
    counts: Counts
    by_number: dict[int, RecordLink] = field(default_factory=dict)
    by_uuid: dict[Any, RecordLink] = field(default_factory=dict)
    unsent: list[tuple[RecordLink, ClinicalRow, ClinicalRecord | None]] = field(
        default_factory=list
    )
    changed: int = 0

    def __post_init__(self) -> None:
        self.by_number = {link.number: link for link in self.links if link.number is not None}
        self.by_uuid = {link.uuid: link for link in self.links}

    @property
    def patient(self) -> Patient:
        return self.link.patient

    def ours(self, row: ClinicalRow) -> dict[str, Any]:
        """Our values, an encounter by OpenEMR's number."""
        fields = self.one.fields_of(row)
        if fields.get("encounter"):
            fields["encounter"] = self.encounters.get(fields["encounter"])
        return fields

    def theirs(self, record: ClinicalRecord) -> dict[str, Any]:
        """Their values, an encounter by our id."""
        fields = dict(record.fields)
        if fields.get("encounter"):
            here = {number: pk for pk, number in self.encounters.items()}
            fields["encounter"] = here.get(fields["encounter"], NOT_HERE)
        return fields


def records_sync(links: Collection[PatientLink], kinds: Collection[str] | None = None) -> Counts:
    """Make the rows of these patients alike, whichever side changed; a conflict when both did.

    A fixed number of questions to OpenEMR for all of them. Raises ExternalError.
    """
    counts = Counts()
    known = {link.pid: link for link in links if link.pid is not None}
    for name, one in KINDS.items():
        if kinds is None or name in kinds:
            found = openemr.clinical_rows(one.table, known)
            for record in _gathered(one, list(known.values()), counts):
                _compare_all(record, found[record.link.pid or 0])
    if kinds is None:
        _results_keep(known, counts)
        now = timezone.now()
        PatientLink.objects.filter(pk__in=[link.pk for link in links]).update(records_synced_at=now)
    return counts


def _gathered(one: LinkedKind, links: list[PatientLink], counts: Counts) -> Iterator[_Record]:
    patients = [link.patient_id for link in links]
    linked: dict[int, list[RecordLink]] = defaultdict(list)
    rows: dict[int, dict[int, ClinicalRow]] = defaultdict(dict)
    numbers: dict[int, dict[int, int]] = defaultdict(dict)
    kinds, merged = {one.kind, LinkKind.ENCOUNTER}, merged_link_ids(patients)
    for row_link in RecordLink.objects.filter(patient__in=patients, kind__in=kinds):
        if row_link.kind == one.kind:
            linked[row_link.patient_id].append(row_link)
        if row_link.kind != LinkKind.ENCOUNTER or row_link.pk in merged:
            continue
        if row_link.row_id and row_link.number:
            numbers[row_link.patient_id][row_link.row_id] = row_link.number
    for row in one.model.objects.filter(patient__in=patients):
        rows[row.patient_id][row.pk] = row
    for link in links:
        pk = link.patient_id
        yield _Record(one, link, linked[pk], rows[pk], numbers[pk], merged, counts)


def _compare_all(record: _Record, found: list[ClinicalRecord]) -> None:
    """Each of their rows, then those of ours that are not there yet."""
    linked = {link.row_id for link in record.links}
    unlinked = [row for pk, row in record.rows.items() if pk not in linked and not row.deleted_at]
    with transaction.atomic():
        met = [_met(record, theirs, unlinked) for theirs in found]
        there = {link.pk for link in met}
        for link in record.links:
            if link.pk not in there:
                _absent(record, link)
        record.unsent += [(_link(record, row_id=row.pk), row, None) for row in unlinked]
        if record.changed:
            _audit(record.patient.pk, "patient.sync", kind=record.one.kind, rows=record.changed)
    for link, row, theirs in record.unsent:
        with suppress(IntegrityError):  # another worker has made the link, and sends the row
            _send(record, link, row, theirs)


def _link(record: _Record, **fields: Any) -> RecordLink:
    return RecordLink(patient=record.patient, kind=record.one.kind, **fields)


def _met(record: _Record, theirs: ClinicalRecord, unlinked: list[ClinicalRow]) -> RecordLink:
    link = record.by_number.get(theirs.number) or record.by_uuid.get(theirs.uuid)
    link = link or _same(record, theirs, unlinked) or _link(record, number=theirs.number)
    if link._state.adding and theirs.uuid:
        link.uuid = theirs.uuid
    with suppress(IntegrityError), transaction.atomic():  # another worker has taken it
        _meet(record, link, theirs)
    record.counts.read += 1
    record.counts.left_out += link.row_id is None and theirs.is_removed is not True
    return link


def _same(
    record: _Record, theirs: ClinicalRecord, unlinked: list[ClinicalRow]
) -> RecordLink | None:
    """A row of ours that says exactly what theirs does is the same row."""
    if theirs.is_removed or theirs.number < 0:
        return None
    for row in unlinked:
        if record.one.table.as_read_back(record.ours(row)) == theirs.fields:
            unlinked.remove(row)
            return _link(record, number=theirs.number, row_id=row.pk)
    return None


def _meet(record: _Record, link: RecordLink, theirs: ClinicalRecord) -> None:
    """One row that is there: whichever side changed goes to the other."""
    row = record.rows.get(link.row_id or 0)
    theirs_changed = theirs.digest != link.theirs_digest
    if row is None:
        if theirs_changed or link._state.adding:
            _take_new(record, link, theirs)
        return
    ours = record.ours(row)
    ours_changed = digest_of(ours, row) != link.ours_digest
    if link.number is not None and not (ours_changed or theirs_changed):
        _fault(link, [fault for fault in link.faults if fault["reason"] != SyncFault.GONE])
        return
    alike = record.one.table.as_read_back(ours) == theirs.fields
    removed = row.deleted_at is not None
    if alike and bool(theirs.is_removed) == removed:
        _settle(record, link, row, theirs, [])
    elif not theirs_changed and not link.values:
        record.unsent.append((link, row, theirs))
    elif not ours_changed:
        _take(record, link, row, theirs)
    else:
        _keep_both(record, link, row, theirs)


def _take_new(record: _Record, link: RecordLink, theirs: ClinicalRecord) -> None:
    """Their row as one of ours, or kept with the reason why it cannot be one."""
    fields, faults = fitted(record.one, record.patient, record.theirs(theirs))
    link.number, link.theirs_digest, link.faults = theirs.number, theirs.digest, faults
    if theirs.is_removed:
        link.faults = []
        link.save()
        return
    if theirs.number < 0:
        fields, link.faults = None, [{"field": "number", "reason": SyncFault.UNKNOWN}]
    if fields is None:
        link.values = as_json(theirs.fields)
        link.save()
        return
    row = record.one.model(
        patient=record.patient,
        outside_author=theirs.author,
        **record.one.constant,
        **columns_of(fields),
    )
    row.save(force_insert=True)
    _history(row, ChangeAction.CREATE, {})
    link.row_id = row.pk
    _settle(record, link, row, theirs, faults)
    record.rows[row.pk] = row
    record.changed += 1


def _take(record: _Record, link: RecordLink, row: ClinicalRow, theirs: ClinicalRecord) -> None:
    """OpenEMR alone changed: what differs comes here."""
    locked = record.one.model.objects.select_for_update().get(pk=row.pk)
    if locked.version != row.version:
        return  # its own event follows, and finds both changed
    fields, faults = fitted(record.one, record.patient, record.theirs(theirs))
    if fields is None:
        link.faults, link.values = faults, as_json(theirs.fields)
        link.theirs_digest = theirs.digest
        link.save()
        return
    row_take(record.one, locked, fields, theirs.is_removed)
    _settle(record, link, locked, theirs, faults)
    record.changed += 1


def row_take(
    one: LinkedKind,
    row: ClinicalRow,
    fields: dict[str, Any],
    removed: bool | None,
    actor: Person | None = None,
) -> None:
    """OpenEMR's values into the locked row. ``actor``: who resolved a conflict, if one did."""
    before, back = snapshot(row), one.table.as_read_back(one.fields_of(row))
    changes = {name: value for name, value in fields.items() if back.get(name) != value}
    deletion: dict[str, Any] = {}
    if removed is not None and removed != (row.deleted_at is not None):
        deletion = {
            "deleted_at": timezone.now() if removed else None,
            "deleted_reason": DELETED_THERE if removed else "",
            "deleted_by": actor if removed else None,
        }
    row.save_versioned(expected=row.version, **columns_of(changes), **deletion)
    _history(
        row, ChangeAction.DELETE if removed and deletion else ChangeAction.UPDATE, before, actor
    )


def _history(
    row: ClinicalRow, action: str, before: dict[str, Any], actor: Person | None = None
) -> None:
    change_record(
        actor=actor,
        kind=row._meta.model_name or "",
        row=row,
        patient_id=row.patient_id,
        action=action,
        before=before,
    )


def _absent(record: _Record, link: RecordLink) -> None:
    """Not among their rows: never sent yet, or gone from there, which nobody can undo here."""
    if link.pk in record.merged:
        return
    row = record.rows.get(link.row_id or 0)
    if row is None:
        if link.kind != LinkKind.RESULT:
            link.delete()
    elif link.number is None and not row.deleted_at:
        record.unsent.append((link, row, None))
    elif link.number is not None:
        _fault(link, [{"field": "", "reason": SyncFault.GONE}])


def _send(
    record: _Record,
    link: RecordLink,
    row: ClinicalRow,
    theirs: ClinicalRecord | None,
) -> None:
    """Ours into OpenEMR; what it refuses is named, and the other rows go on."""
    if link._state.adding:
        link.save()
    ours = record.ours(row)
    unfit = {fault["field"] for fault in link.faults} & set(theirs.fields if theirs else ())
    values = ours | {name: theirs.fields[name] for name in unfit if theirs}
    try:
        written = openemr_writes.clinical_put(
            record.one.table,
            uuid=link.uuid,
            pid=record.link.pid or 0,
            values=values,
            number=link.number,
            removed=row.deleted_at is not None,
            expected=theirs.digest if theirs else "",
        )
    except openemr_writes.ChangedMeanwhile as changed:
        _keep_both(record, link, row, changed.theirs)
    except ExternalError as error:
        if error.retryable:
            raise
        _fault(link, [{"field": "", "reason": SyncFault.REFUSED}])
    else:
        kept = [fault for fault in link.faults if fault["field"] in unfit]
        _settle(record, link, row, written, kept)


def _fault(link: RecordLink, faults: list[Fault]) -> None:
    if link.faults != faults:
        link.faults = faults
        link.save()


@transaction.atomic
def _settle(
    record: _Record,
    link: RecordLink,
    row: ClinicalRow,
    theirs: ClinicalRecord,
    faults: list[Fault],
) -> None:
    """They are alike now; a conflict that was open is none any more."""
    if not link._state.adding:
        open_conflicts(link).update(resolved_at=timezone.now())
    if link.kind == LinkKind.ENCOUNTER:
        record.encounters[row.pk] = theirs.number
    link.number, link.faults, link.values = theirs.number, faults, {}
    link.ours_digest, link.theirs_digest = digest_of(record.ours(row), row), theirs.digest
    link.save()


def open_conflicts(link: RecordLink) -> QuerySet[SyncConflict]:
    return SyncConflict.objects.filter(record=link, resolved_at=None)


@transaction.atomic
def _keep_both(record: _Record, link: RecordLink, row: ClinicalRow, theirs: ClinicalRecord) -> None:
    """Open a conflict, or bring the one that is open up to date."""
    ours = record.ours(row)
    values = {
        "ours": as_json(ours | {"removed": row.deleted_at is not None}),
        "theirs": as_json(theirs.fields | {"removed": theirs.is_removed}),
        "ours_digest": digest_of(ours, row),
        "theirs_digest": theirs.digest,
    }
    link.number = theirs.number
    link.save()
    if not open_conflicts(link).update(**values):
        SyncConflict.objects.create(link=record.link, record=link, **values)
        _audit(row.patient_id, "patient.conflict", kind=link.kind, row=row.pk)


def _results_keep(known: dict[int, PatientLink], counts: Counts) -> None:
    """Their laboratory results, as they are: they have no order here."""
    found = openemr.lab_results(known)
    patients = [link.patient_id for link in known.values()]
    links = RecordLink.objects.filter(kind=LinkKind.RESULT, patient__in=patients)
    kept = {link.number: link for link in links.exclude(pk__in=merged_link_ids(patients))}
    for pid, results in found.items():
        for theirs in results:
            counts.read += 1
            link = kept.pop(theirs.number, None) or RecordLink(
                patient_id=known[pid].patient_id, kind=LinkKind.RESULT, number=theirs.number
            )
            if link.theirs_digest != theirs.digest:
                link.theirs_digest, link.values = theirs.digest, as_json(theirs.fields)
                link.save()
    RecordLink.objects.filter(pk__in=[link.pk for link in kept.values()]).delete()


def _audit(patient_id: int, action: str, **detail: Any) -> None:
    audit.record(
        actor=None,
        action=action,
        object_type="patient",
        object_id=patient_id,
        patient_id=patient_id,
        detail=detail,
    )
