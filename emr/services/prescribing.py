"""Prescribe: what speaks against it is said first, and kept with the reason to do it anyway."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.person import Person
from emr import selectors
from emr.choices import PrescriptionWarning, RecordStatus
from emr.models import Allergy, Patient, Prescription
from emr.models.name_index import folded
from emr.selectors import formulary
from emr.selectors.patient_summary import NO_KNOWN_ALLERGY
from emr.services.charting import row_create, row_update
from rbac.permissions import Permission


@dataclass(frozen=True, slots=True)
class Warned:
    """``code`` is what an acknowledgement names; ``about`` the other drug or the allergen."""

    code: str
    kind: str
    about: str
    severity: str = ""
    effect: str = ""
    source: str = ""
    effect_ko: str = ""


def prescription_create(*, actor: Person, patient: int, **fields: Any) -> Prescription:
    """``_created``; warnings that it answers with are on record, as the check's are."""
    try:
        return _created(actor=actor, patient=patient, **fields)
    except BusinessError:
        audit.record(
            actor=actor,
            action="prescription.check",
            object_type="patient",
            object_id=patient,
            patient_id=patient,
            permission=Permission.CREATE_PRESCRIPTION,
        )
        raise


@transaction.atomic
def _created(
    *,
    actor: Person,
    patient: int,
    prescribed_at: datetime | None = None,
    acknowledged: Collection[str] = (),
    reason: str = "",
    **fields: Any,
) -> Prescription:
    """Prescribe for a patient the actor sees.

    ``acknowledged``: the codes of the warnings that the prescriber has read, with ``reason``.
    Raises NotFound, InvalidInput (encounter, unknown drug, no reason), BusinessError (warnings
    that nobody acknowledged; ``detail`` names their codes).
    """
    seen = selectors.patient_get(actor, patient, Permission.CREATE_PRESCRIPTION)
    Patient.objects.select_for_update().get(pk=seen.pk)
    when = prescribed_at or timezone.now()
    warned = _warnings(seen, fields, when)
    if open_codes := sorted({warning.code for warning in warned} - set(acknowledged)):
        detail = ", ".join(open_codes)
        raise BusinessError(ErrorCode.PRESCRIPTION_WARNED, detail, "acknowledged")
    if warned and not reason:
        raise InvalidInput(ErrorCode.VALIDATION, "why in spite of the warnings", "reason")
    prescription: Prescription = row_create(
        actor=actor,
        model=Prescription,
        patient=patient,
        prescribed_at=when,
        warnings=[asdict(warning) for warning in warned],
        warnings_reason=reason if warned else "",
        **fields,
    )
    return prescription


@transaction.atomic
def prescription_stop(*, actor: Person, pk: int, expected: int, reason: str) -> Prescription:
    """End a prescription now. Raises NotFound, ConflictError, BusinessError (it has ended)."""
    now = timezone.now()
    row = selectors.row_get(actor, Prescription, pk, Permission.CREATE_PRESCRIPTION)
    if row.ends_at is not None and row.ends_at <= now:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "the prescription has ended", "status")
    stopped: Prescription = row_update(
        actor=actor,
        model=Prescription,
        pk=pk,
        expected=expected,
        stopped_at=now,
        stopped_by_id=actor.pk,
        stop_reason=reason,
    )
    return stopped


def prescription_warnings(*, actor: Person, patient: int, **fields: Any) -> list[Warned]:
    """What speaks against a prescription. Raises NotFound, InvalidInput (unknown drug)."""
    seen = selectors.patient_get(actor, patient, Permission.CREATE_PRESCRIPTION)
    return _warnings(seen, fields, timezone.now())


def _warnings(patient: Patient, fields: dict[str, Any], when: datetime) -> list[Warned]:
    code, text = fields.get("drug_code", ""), fields["drug"]
    drug = formulary.drugs().get(code) if code else formulary.drug_named(text)
    if code and drug is None:
        raise InvalidInput(ErrorCode.VALIDATION, "not a drug of the formulary", "drug_code")
    if code and (named := formulary.drug_named(text)) and named != drug:
        raise InvalidInput(ErrorCode.VALIDATION, "the code is of another drug", "drug_code")
    taken = Prescription.objects.filter(patient=patient, deleted_at=None, prescribed_at__lte=when)
    active = list(taken.active(when))
    return [
        *_allergies(patient, drug, text),
        *_duplicates(active, drug, text),
        *(_interactions(active, drug) if drug else ()),
        *(_dose(drug, fields.get("daily_mg")) if drug else ()),
    ]


def _allergies(patient: Patient, drug: formulary.Drug | None, text: str) -> Iterator[Warned]:
    names = {folded(name) for name in (text, *((drug.name, drug.name_ko) if drug else ()))}
    active = Allergy.objects.filter(patient=patient, deleted_at=None, status=RecordStatus.ACTIVE)
    for row in active.exclude(code=NO_KNOWN_ALLERGY):
        by_code = drug and row.code_system == "ATC" and drug.atc.startswith(row.code)
        substance = folded(row.substance)
        if by_code or any(substance in name or name in substance for name in names):
            yield Warned(
                f"allergy:{row.pk}", PrescriptionWarning.ALLERGY, row.substance, row.severity
            )


def _duplicates(
    active: list[Prescription], drug: formulary.Drug | None, text: str
) -> Iterator[Warned]:
    for row in active:
        same = _drug_of(row)
        if (drug and same == drug) or folded(row.drug) == folded(text):
            yield Warned(f"duplicate:{row.pk}", PrescriptionWarning.DUPLICATE, row.drug)


def _interactions(active: list[Prescription], drug: formulary.Drug) -> Iterator[Warned]:
    others = {other.atc: other for row in active if (other := _drug_of(row)) and other != drug}
    for atc, other in sorted(others.items()):
        if known := formulary.interactions().get(frozenset({drug.atc, atc})):
            yield Warned(
                f"interaction:{atc}",
                PrescriptionWarning.INTERACTION,
                other.name,
                known.severity,
                known.effect,
                known.source,
                known.effect_ko,
            )


def _dose(drug: formulary.Drug, daily_mg: Decimal | None) -> Iterator[Warned]:
    if daily_mg is not None and drug.max_daily_mg and daily_mg > Decimal(str(drug.max_daily_mg)):
        most = f"{drug.name} {drug.max_daily_mg:g} mg"
        yield Warned("dose", PrescriptionWarning.DOSE, most, source=drug.source)


def _drug_of(row: Prescription) -> formulary.Drug | None:
    return formulary.drugs().get(row.drug_code) or formulary.drug_named(row.drug)
