"""Patients here and in OpenEMR: found there when they are not here, kept alike, never guessed.

Nobody waits for OpenEMR: what is here is shown as it is, and what changes travels by the outbox.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, ExternalError
from common.macs import authenticator
from common.outbox.services import publish
from common.person import Person
from emr import selectors
from emr.choices import ChangeAction, LinkKind
from emr.events import PATIENT_RENAMED
from emr.models import Patient, PatientLink, SyncConflict
from emr.openemr_sync.record_sync import records_sync
from emr.services import patient_announce
from emr.services.charting import change_record, snapshot
from openemr import selectors as openemr, services as openemr_writes
from openemr.conventions import is_alike
from openemr.openemr_records import PATIENT_FIELDS, PatientRecord, digest
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for

logger = logging.getLogger(__name__)
ABSENT_S = 30
"""So long a number that OpenEMR does not have is not asked for again."""
EARLIEST_BIRTH = date(1850, 1, 1)
_LENGTHS = {"full_name": 150, "phone": 30, "address": 300}
_hash = authenticator("numbers that OpenEMR does not have")


@dataclass(frozen=True, slots=True)
class PatientSource:
    """Where else the patient is kept, and since when what is shown is known to be alike.

    ``down_since``: when OpenEMR stopped answering, if it does not answer.
    """

    name: str
    synced_at: datetime | None
    records_synced_at: datetime | None
    stale: bool
    down_since: datetime | None


def patient_source(patient: Patient, down_since: datetime | None) -> PatientSource | None:
    """None without an OpenEMR, and for a patient it does not know yet."""
    if not openemr.is_configured():
        return None
    link = getattr(patient, "openemr_link", None)
    if link is None:
        return None
    return PatientSource(
        "OpenEMR", link.synced_at, link.records_synced_at, is_stale(link), down_since
    )


def is_stale(link: PatientLink) -> bool:
    """Whether the patient, or the rows of the record, were compared too long ago, or never."""
    known = (link.synced_at, link.records_synced_at)
    oldest = timezone.now() - timedelta(seconds=settings.OPENEMR_MAX_AGE_S)
    return any(at is None or at < oldest for at in known)


def refresh_is_due(patient: Patient) -> bool:
    """Whether OpenEMR is to be asked again about a patient it has; yes once per age."""
    if not openemr.is_configured():
        return False
    link = getattr(patient, "openemr_link", None)
    if link is None or link.pid is None or not is_stale(link):
        return False
    return cache.add(f"openemr:refresh:{patient.pk}", True, settings.OPENEMR_MAX_AGE_S)


def patient_fetch(*, actor: Person, patient_id: str) -> None:
    """Take over the patient with exactly this MRN if OpenEMR has it and we do not.

    Only for a person who sees all patients. Says nothing when OpenEMR is down, or has nothing that
    can be taken over: the answer is then what is here.
    """
    mrn = patient_id.strip()
    if not openemr.is_configured() or scope_for(actor, Permission.VIEW_PATIENT) is not Scope.ALL:
        return
    key = f"openemr:absent:{_hash(mrn.encode())}"
    if not is_mrn(mrn) or selectors.patient_by_mrn(mrn) or cache.get(key):
        return
    try:
        theirs = openemr.patient_find(mrn)
    except ConflictError:
        theirs = None
    except ExternalError:
        return
    if theirs is None or reason_against(theirs):
        cache.set(key, True, ABSENT_S)
        return
    with transaction.atomic():
        imported = patient_import(theirs, actor=actor)
        if imported is not None:
            patient_announce(imported.pk)  # the record follows, and nobody waits for it


def is_mrn(text: str) -> bool:
    """As the API accepts it: printable ASCII of at most 64 characters, without ``\\ * ?``."""
    printable = text.isascii() and text.isprintable() and text == text.strip()
    return printable and 0 < len(text) <= 64 and not set(text) & set("\\*?")


def reason_against(theirs: PatientRecord) -> str:
    """Why the patient cannot be taken over; the name of the field, never its value."""
    if not is_mrn(theirs.mrn):
        return "patient_id"
    if not 0 < len(theirs.full_name) <= _LENGTHS["full_name"]:
        return "full_name"
    return "" if _is_birth_date(theirs.birth_date) else "birth_date"


def _is_birth_date(day: date | None) -> bool:
    return day is not None and EARLIEST_BIRTH <= day <= timezone.localdate()


def _fits(name: str, value: Any) -> bool:
    return len(str(value)) <= _LENGTHS.get(name, 300)


def _fitting(theirs: dict[str, Any]) -> dict[str, Any]:
    """The values that may stand here; what does not fit is left out, not cut."""
    fits = {name: value for name, value in theirs.items() if _fits(name, value)}
    if not fits.get("full_name"):
        fits.pop("full_name", None)
    if not _is_birth_date(fits["birth_date"]):
        del fits["birth_date"]
    return fits


def fields_of(patient: Patient) -> dict[str, Any]:
    return {name: getattr(patient, name) for name in PATIENT_FIELDS}


def patient_import(theirs: PatientRecord, *, actor: Person | None) -> Patient | None:
    """Make the patient here; None when somebody else just did, or their pid is taken."""
    try:
        with transaction.atomic():
            patient = Patient.objects.create(patient_id=theirs.mrn, **_fitting(theirs.fields))
            link = PatientLink(patient=patient, pid=theirs.pid)
            if theirs.uuid:
                link.uuid = theirs.uuid
            _settle(link, fields_of(patient), theirs)
            _record(patient.pk, "patient.import", actor)
    except IntegrityError:
        return None
    return patient


def _record(patient_id: int, action: str, actor: Person | None = None, **detail: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="patient",
        object_id=patient_id,
        patient_id=patient_id,
        detail=detail,
    )


def patient_sync(*, patient_id: int, kinds: Collection[str] | None = None) -> int | None:
    """Make the patient and the rows of the record alike here and there; the ``pid`` there.

    ``kinds``: only these kinds of rows. A row that both sides changed becomes a conflict. None when
    OpenEMR has another patient there, or none any more. Raises ExternalError.
    """
    patient = Patient.objects.filter(pk=patient_id, merged_into=None).first()
    if patient is None or not openemr.is_configured():
        return None
    link, _ = PatientLink.objects.get_or_create(patient=patient)
    if not _patient_alike(patient, link):
        return None
    link.refresh_from_db()
    records_sync([link], kinds and {LinkKind.ENCOUNTER, *kinds})  # other rows are of a visit
    return link.pid


def _patient_alike(patient: Patient, link: PatientLink) -> bool:
    """Whether the patient is in OpenEMR, after it was compared or made there."""
    theirs = openemr.patient_get(pid=link.pid, uuid=link.uuid)
    if theirs is None and link.pid is None:
        theirs = openemr.patient_find(patient.patient_id)
    if theirs is not None and (theirs.mrn != patient.patient_id or is_of_another(link, theirs)):
        logger.warning("OpenEMR has another patient there", extra={"patient": patient.pk})
        return False
    if theirs is None and link.pid is not None:
        logger.warning("a patient is not in OpenEMR any more", extra={"patient": patient.pk})
        return False
    if theirs is not None:
        compare(patient, link, theirs)
        return True
    ours = fields_of(patient)
    made = openemr_writes.patient_put(uuid=link.uuid, mrn=patient.patient_id, fields=ours)
    _settle(link, ours, made)
    return True


def is_of_another(link: PatientLink, theirs: PatientRecord) -> bool:
    return PatientLink.objects.filter(pid=theirs.pid).exclude(pk=link.pk).exists()


def compare(patient: Patient, link: PatientLink, theirs: PatientRecord) -> None:
    """One side changed since the last sync: it goes to the other. Raises ExternalError."""
    ours = fields_of(patient)
    ours_changed = digest(ours) != link.ours_digest
    theirs_changed = theirs.digest != link.theirs_digest
    if ours == theirs.fields or not (ours_changed or theirs_changed):
        _settle(link, ours, theirs)
    elif not theirs_changed:
        _push(patient, link, theirs)
    elif not ours_changed:
        _pull(patient, link, theirs)
    else:
        _keep_both(link, ours, theirs)


def _push(patient: Patient, link: PatientLink, theirs: PatientRecord) -> None:
    ours = fields_of(patient)
    too_long = {name: v for name, v in theirs.fields.items() if not _fits(name, v)}
    try:
        written = openemr_writes.patient_put(
            uuid=link.uuid,
            pid=theirs.pid,
            mrn=patient.patient_id,
            fields=ours | too_long,  # which we could not take over, and must not erase there
            expected=theirs.digest,
        )
    except openemr_writes.ChangedMeanwhile as changed:
        _keep_both(link, ours, changed.theirs)
    else:
        _settle(link, ours, written)


@transaction.atomic
def _pull(patient: Patient, link: PatientLink, theirs: PatientRecord) -> None:
    locked = Patient.objects.select_for_update().get(pk=patient.pk)
    if locked.version != patient.version:
        return  # its own event follows, and finds both changed
    take_over(locked, theirs.fields, None)
    _settle(link, fields_of(locked), theirs)
    _record(patient.pk, "patient.sync")


def take_over(patient: Patient, theirs: dict[str, Any], actor: Person | None) -> None:
    """Into the locked row. ``actor``: who resolved a conflict; None if OpenEMR changed alone."""
    name = patient.full_name
    was = snapshot(patient)
    taken = _fitting(theirs)
    for field, ours in fields_of(patient).items():
        if field in taken and is_alike(field, ours, taken[field]):
            del taken[field]  # they only write it differently
    patient.save_versioned(expected=patient.version, **taken)
    change_record(
        actor=actor,
        kind="patient",
        row=patient,
        patient_id=patient.pk,
        action=ChangeAction.UPDATE,
        before=was,
    )
    if patient.full_name != name:
        publish(
            PATIENT_RENAMED, aggregate=f"patient:{patient.pk}", payload={"patient_id": patient.pk}
        )


@transaction.atomic
def _settle(link: PatientLink, ours: dict[str, Any], theirs: PatientRecord) -> None:
    """They are alike now; a conflict that was open is none any more."""
    link.pid, link.synced_at = theirs.pid, timezone.now()
    link.ours_digest, link.theirs_digest = digest(ours), theirs.digest
    link.save()
    _open_conflicts(link).update(resolved_at=timezone.now())


def _open_conflicts(link: PatientLink) -> QuerySet[SyncConflict]:
    return SyncConflict.objects.filter(link=link, record=None, resolved_at=None)


@transaction.atomic
def _keep_both(link: PatientLink, ours: dict[str, Any], theirs: PatientRecord) -> None:
    """Open a conflict, or bring the one that is open up to date."""
    PatientLink.objects.select_for_update().get(pk=link.pk)
    values = {
        "ours": ours | {"birth_date": ours["birth_date"].isoformat()},
        "theirs": theirs.fields
        | {"birth_date": theirs.birth_date.isoformat() if theirs.birth_date else None},
        "ours_digest": digest(ours),
        "theirs_digest": theirs.digest,
    }
    PatientLink.objects.filter(pk=link.pk).update(pid=theirs.pid)
    if not _open_conflicts(link).update(**values):
        SyncConflict.objects.create(link=link, **values)
        _record(link.patient_id, "patient.conflict")


def sync_request(*, actor: Person, pk: int) -> Patient:
    """Ask for ``patient_sync``, however long OpenEMR is down. Raises NotFound, BusinessError."""
    patient = selectors.patient_get(actor, pk, Permission.EDIT_PATIENT)
    require_openemr()
    with transaction.atomic():
        patient_announce(pk)
        _record(pk, "patient.sync_request", actor)
    return patient


def require_openemr() -> None:
    """Raises BusinessError where there is none."""
    if not openemr.is_configured():
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "no OpenEMR is configured")
