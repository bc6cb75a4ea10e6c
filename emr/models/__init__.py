"""Patients and what happens to them outside imaging. ``visible_to`` defaults to nothing."""

from __future__ import annotations

from emr.models.changes import RecordChange
from emr.models.clinical import (
    Allergy,
    ClinicalRow,
    Encounter,
    Note,
    Prescription,
    Problem,
    Vitals,
)
from emr.models.name_index import NameSuffix
from emr.models.openemr_links import PatientLink, RecordLink, SyncConflict, SyncRun
from emr.models.patient import CareTeamMember, Patient, PatientQuerySet, grants_that_open

__all__ = [
    "Allergy",
    "CareTeamMember",
    "ClinicalRow",
    "Encounter",
    "NameSuffix",
    "Note",
    "Patient",
    "PatientLink",
    "PatientQuerySet",
    "Prescription",
    "Problem",
    "RecordChange",
    "RecordLink",
    "SyncConflict",
    "SyncRun",
    "Vitals",
    "grants_that_open",
]
