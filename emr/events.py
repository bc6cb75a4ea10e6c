"""Topics that this app publishes."""

from __future__ import annotations

PATIENT_MERGED = "emr.patient.merged"
PATIENT_UNMERGED = "emr.patient.unmerged"
PATIENT_CHANGED = "emr.patient.changed"
PATIENT_RENAMED = "emr.patient.renamed"
PATIENT_SYNC = "emr.patient.sync"
SYNC_RUN = "emr.sync.run"
INCOMING_RUN = "emr.incoming.run"
