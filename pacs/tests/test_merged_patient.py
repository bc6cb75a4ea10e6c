"""Images of a record that was merged: they belong to the patient, and go back with an undo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from common.errors import InvalidInput
from common.outbox.registry import Event
from emr.events import PATIENT_UNMERGED
from emr.services import patient_merging
from pacs.handlers import studies_give_back
from pacs.index import matching
from pacs.ingest.inspection import Candidate
from pacs.ingest.patient_gate import PatientGate
from pacs.models import QuarantinedStudy, Study
from pacs.tests import index

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(users, patient_factory):
    """A duplicate and the record into which it was merged; and the merge."""
    duplicate, stays = patient_factory(), patient_factory()
    merge = patient_merging.merge_propose(
        actor=users["rib"], survivor=stays.pk, duplicate=duplicate.pk, reason="twice", fields={}
    )
    return duplicate, stays, patient_merging.merge_confirm(actor=users["admin"], pk=merge.pk)


def candidate(patient_id):
    uid = f"1.2.3.{patient_id.removeprefix('T-')}"
    return Candidate(Path("x"), "1.2", f"{uid}.3", uid, f"{uid}.2", patient_id, "1.2", True, True)


def test_a_file_with_the_former_number_is_filed_at_once(users, merged, patient_factory):
    duplicate, stays, _ = merged
    doctor = users["doctor"]
    for named in ("", duplicate.patient_id, stays.patient_id):
        gate = PatientGate(doctor, named)
        for patient in (duplicate, stays):
            gate.check(candidate(patient.patient_id))
    assert not QuarantinedStudy.objects.exists()
    with pytest.raises(InvalidInput):
        PatientGate(doctor, stays.patient_id).check(candidate(patient_factory().patient_id))


def test_an_unmatched_study_is_matched_by_the_former_number_too(users, merged):
    duplicate, stays, _ = merged
    study = index.study(None)
    found = matching.study_match(
        actor=users["rib"],
        study_instance_uid=study.study_instance_uid,
        patient_id=duplicate.patient_id,
    )
    assert found.patient == stays


def test_images_that_came_since_under_the_former_number_go_back(users, merged):
    duplicate, stays, merge = merged
    came = index.study(stays, dicom_patient_id=duplicate.patient_id)
    before = index.study(stays, dicom_patient_id=duplicate.patient_id)
    Study.objects.filter(pk=before.pk).update(created_at=merge.decided_at - timedelta(days=1))
    own = index.study(stays)
    patient_merging.merge_undo(actor=users["admin"], pk=merge.pk)
    payload = {
        "patient_id": stays.pk,
        "duplicate_id": duplicate.pk,
        "since": merge.decided_at.isoformat(),
    }
    for _ in range(2):
        studies_give_back(Event(1, PATIENT_UNMERGED, "patient:1", payload, 1))
    owners = {study.pk: study.patient for study in Study.objects.select_related("patient")}
    assert owners == {came.pk: duplicate, before.pk: stays, own.pk: stays}
    came.refresh_from_db()
    assert (came.version, came.list_patient_name) == (2, duplicate.full_name)
    assert timezone.now() > merge.decided_at
