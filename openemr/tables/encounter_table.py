"""Visits: ``form_encounter``, each with its row in ``forms``."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from openemr import conventions as written
from openemr.models import FormEncounter
from openemr.tables import ClinicalTable, column

CARRIER = "Vital signs"
"""The reason of an encounter that is made for vital signs which were taken outside of one."""
_CARRIERS = UUID("6f1f8f0c-9d43-4a8e-8f0e-0f6a5c1e7d11")
_KINDS = {"AMB": "outpatient", "HH": "outpatient", "VR": "outpatient", "FLD": "outpatient"}
_KINDS |= {"IMP": "inpatient", "ACUTE": "inpatient", "NONAC": "inpatient", "SS": "inpatient"}
_KINDS |= {"EMER": "emergency"}
_CLASSES = {"outpatient": "AMB", "inpatient": "IMP", "emergency": "EMER"}


def _kind(code: object) -> str:
    """Ours, or the code itself where none of ours is meant (observation, pre-admission)."""
    return _KINDS.get(written.line(code), written.line(code))


def carrier_uuid(pid: int, day: date) -> UUID:
    """The same for the same patient and day, so that a day has one."""
    return uuid5(_CARRIERS, f"{pid} {day.isoformat()}")


ENCOUNTERS = ClinicalTable(
    kind="encounter",
    model=FormEncounter,
    number="encounter",
    form=("newpatient", "New Patient Encounter"),
    author="provider_id",
    fields=(
        column("kind", "class_code", read=_kind, write=lambda kind: _CLASSES.get(kind, kind)),
        column("reason", "reason"),
        column("started_at", "date", read=written.moment, write=written.second),
        column("ended_at", "date_end", read=written.moment, write=written.second),
    ),
)
