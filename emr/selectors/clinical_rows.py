"""The rows of a record by their kinds, for other apps: what a person may see, nothing deleted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from common.person import Person
from emr.models import Allergy, ClinicalRow, Encounter, Prescription, Problem, Vitals
from emr.selectors import rows_visible_to
from rbac.permissions import Permission as P

_READ: dict[str, tuple[type[ClinicalRow], P]] = {
    "encounter": (Encounter, P.VIEW_ENCOUNTER),
    "vitals": (Vitals, P.VIEW_ENCOUNTER),
    "allergy": (Allergy, P.VIEW_ENCOUNTER),
    "problem": (Problem, P.VIEW_ENCOUNTER),
    "prescription": (Prescription, P.VIEW_PRESCRIPTION),
}


def clinical_rows(user: Person, kind: str) -> QuerySet[Any]:
    """``kind``: encounter, vitals, allergy, problem, prescription."""
    return rows_visible_to(user, *_READ[kind])
