"""The wards of the sample ward's hospital, and who lies in which bed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emr.choices import EncounterKind
from emr.models import Encounter, Ward
from emr.services.ward_stays import bed_take, ward_create

ROOMS = range(1, 7)
BEDS = (1, 2)
WARDS = (
    ("W71", "71병동 (신경외과)", "Ward 71 (neurosurgery)", 7100),
    ("W52", "52병동 (신경과)", "Ward 52 (neurology)", 5200),
)
_SURGICAL = ("C", "D")
"""First letters of KCD of those who lie in the first ward: tumours."""


def beds_fill(users: dict[str, Any], mrns: Iterable[str]) -> None:
    """A bed for each of these patients whose stay goes on, in the order of their numbers."""
    wards = [_ward(users, *told) for told in WARDS]
    free = {ward.pk: iter(ward.beds) for ward in wards}
    stays = Encounter.objects.filter(
        kind=EncounterKind.INPATIENT, ended_at=None, patient__patient_id__in=list(mrns)
    )
    for stay in stays.select_related("patient").order_by("patient__patient_id"):
        codes = stay.patient.problem_rows.filter(code_system="KCD").values_list("code", flat=True)
        tumour = any(code.startswith(_SURGICAL) for code in codes)
        ward = wards[0 if tumour else 1]
        bed_take(
            actor=users["nurse"],
            encounter=stay.pk,
            ward=ward.pk,
            bed=next(free[ward.pk]),
            started_at=stay.started_at,
        )


def _ward(users: dict[str, Any], code: str, name_ko: str, name_en: str, first: int) -> Ward:
    found = Ward.objects.filter(code=code).first()
    beds = [f"{first + room}-{bed}" for room in ROOMS for bed in BEDS]
    return found or ward_create(
        actor=users["admin"], code=code, name_ko=name_ko, name_en=name_en, beds=beds
    )
