"""Patients and their records here and in OpenEMR: found there, kept alike, never guessed.

Nobody waits for OpenEMR: what is here is shown as it is, and what changes travels by the outbox.
"""

from __future__ import annotations

from emr.openemr_sync.conflict_choice import conflict_resolve
from emr.openemr_sync.patient_links import (
    compare,
    is_of_another,
    patient_fetch,
    patient_import,
    patient_source,
    patient_sync,
    reason_against,
    refresh_is_due,
    require_openemr,
    sync_request,
)
from emr.openemr_sync.record_sync import records_sync

__all__ = [
    "compare",
    "conflict_resolve",
    "is_of_another",
    "patient_fetch",
    "patient_import",
    "patient_source",
    "patient_sync",
    "reason_against",
    "records_sync",
    "refresh_is_due",
    "require_openemr",
    "sync_request",
]
