"""Records that are one here and two in OpenEMR, and prescriptions that one side stopped."""

from __future__ import annotations

import pytest
from django.utils import timezone

from emr import openemr_sync
from emr.models import Encounter, Patient, Prescription, RecordLink
from emr.tests.test_openemr import sql, there
from emr.tests.test_openemr_records import EMR, NEW, deliver, prescribed, visit
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])


@pytest.fixture
def two(openemr, api):
    """Two patients of OpenEMR, the first with a visit."""
    there()
    there(8, "M-8")
    visit(11, reason="headache")
    for number in ("M-7", "M-8"):
        api("doctor").get(f"{EMR}patients/", {"patient_id": number})
    deliver()
    return Patient.objects.get(patient_id="M-7"), Patient.objects.get(patient_id="M-8")


def test_rows_of_a_merged_record_stay_with_their_patient_in_openemr(two, api, merge):
    duplicate, stays = two
    moved = RecordLink.objects.get(kind="encounter")
    merge(duplicate, stays)
    body = NEW["encounters"] | {"patient": stays.pk, "reason": "fall"}
    assert api("doctor").post(f"{EMR}encounters/", body, format="json").status_code == 201
    deliver()
    openemr_sync.patient_sync(patient_id=stays.pk)
    found = RecordLink.objects.get(pk=moved.pk)
    assert (found.patient_id, found.faults, found.number) == (stays.pk, [], 11)
    assert Encounter.objects.filter(patient=stays).count() == 2
    rows = sql("SELECT pid, reason FROM form_encounter ORDER BY pid")
    assert rows == [(7, "headache"), (8, "fall")]


def test_a_prescription_without_an_end_is_stopped_here_and_there(two, api):
    patient, _ = two
    prescribed(drug="Warfarin", dosage="1", start_date="2026-01-05")
    openemr_sync.patient_sync(patient_id=patient.pk)
    row = Prescription.objects.get()
    assert (row.days, row.ends_at) == (None, None)
    stopped = api("doctor").post(
        f"{EMR}prescriptions/{row.pk}/stop/",
        {"reason": "bleeding"},
        format="json",
        HTTP_IF_MATCH=f'"{row.version}"',
    )
    assert stopped.status_code == 200, stopped.json()
    deliver()
    assert sql("SELECT end_date FROM prescriptions") == [(timezone.localdate(),)]
    openemr_sync.patient_sync(patient_id=patient.pk)
    row.refresh_from_db()
    assert row.days is None and row.stopped_at is not None


@pytest.mark.parametrize("changed", ["2026-01-01 08:00:00", None])
def test_what_was_stopped_there_is_not_taken_here(two, changed):
    patient, _ = two
    prescribed(drug="Warfarin", dosage="1", start_date="2026-01-05", date_modified=changed)
    sql("UPDATE prescriptions SET active = 0")
    openemr_sync.patient_sync(patient_id=patient.pk)
    assert Prescription.objects.get().days == 1
