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
from emr.models.contact_requests import ContactRequest
from emr.models.duplicate_pairs import DuplicatePair, ScanCursor
from emr.models.incoming_rows import IncomingPatient, IncomingRun
from emr.models.merge_records import MovedRows, PatientMerge
from emr.models.name_index import NameSuffix
from emr.models.openemr_links import PatientLink, RecordLink, SyncConflict, SyncRun
from emr.models.patient import (
    CareTeamMember,
    Patient,
    PatientQuerySet,
    grants_that_open,
    rights_read_once,
)
from emr.models.wards import BedStay, Ward

__all__ = [
    "Allergy",
    "BedStay",
    "CareTeamMember",
    "ClinicalRow",
    "ContactRequest",
    "DuplicatePair",
    "Encounter",
    "IncomingPatient",
    "IncomingRun",
    "MovedRows",
    "NameSuffix",
    "Note",
    "Patient",
    "PatientLink",
    "PatientMerge",
    "PatientQuerySet",
    "Prescription",
    "Problem",
    "RecordChange",
    "RecordLink",
    "ScanCursor",
    "SyncConflict",
    "SyncRun",
    "Vitals",
    "Ward",
    "grants_that_open",
    "rights_read_once",
]
