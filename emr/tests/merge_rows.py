"""Two records of one person with rows of every kind, and merging them as two persons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from emr import services
from emr.models import Encounter
from emr.services import moved_rows
from rbac import services as grants
from rbac.models import OrderAccess

URL = "/api/emr/patients/"
MERGES = "/api/emr/merges/"
REASON = "registered twice on the day of admission"


def propose(client, duplicate, stays, **fields):
    body = {"survivor": stays.pk, "duplicate": duplicate.pk, "reason": REASON} | fields
    return client.post(MERGES, body, format="json")


def decide(client, merge_id, what):
    return client.post(f"{MERGES}{merge_id}/{what}/", format="json")


@pytest.fixture
def merge(api):
    """The id of the merge that the radiologist proposed and an administrator confirmed."""

    def make(duplicate, stays, **fields):
        pk = propose(api("rib"), duplicate, stays, **fields).json()["id"]
        answer = decide(api("admin"), pk, "confirm")
        assert answer.status_code == 200, answer.json()
        return pk

    return make


def order_of(patient, users, number="T0001"):
    return apps.get_model("ocs.Order").objects.create(
        patient=patient,
        ordered_by=users["doctor"],
        job_role="LIS",
        job_type="BLOOD",
        accession_number=number,
        ordered_at=timezone.now(),
    )


def lab_value(order, patient):
    return apps.get_model("lis.LabValue").objects.create(
        order=order, patient=patient, code="718-7", value=13.5, unit="g/dL", at=timezone.now()
    )


def study_of(patient, uid="1.2.3"):
    return apps.get_model("pacs.Study").objects.create(
        study_instance_uid=uid,
        orthanc_id=uid,
        patient=patient,
        dicom_patient_id=patient.patient_id,
        last_instance_at=timezone.now(),
    )


def visit_of(patient, users):
    return Encounter.objects.create(
        patient=patient,
        kind="outpatient",
        reason="headache",
        clinician=users["doctor"],
        started_at=timezone.now(),
    )


@pytest.fixture
def pair(users, patient_factory):
    """A duplicate with one of each and a login, and the record that stays, with a visit too."""
    duplicate = patient_factory(user=users["patient"], full_name="홍길동", phone="010-1234-5678")
    stays = patient_factory(full_name="Gildong Hong")
    visit_of(duplicate, users)
    visit_of(stays, users)
    study_of(duplicate)
    order = order_of(duplicate, users)
    lab_value(order, duplicate)
    grants.grant_share(
        actor=users["admin"],
        grantee_id=users["external"].pk,
        expires_at=timezone.now() + timedelta(days=1),
        patient_id=duplicate.pk,
    )
    OrderAccess.objects.create(
        order_id=order.pk, role="lab", patient_id=duplicate.pk, opened_by=users["doctor"]
    )
    for patient in (duplicate, stays):
        services.care_team_add(patient=patient, user_id=users["doctor"].pk)
    services.care_team_add(patient=duplicate, user_id=users["nurse"].pk)
    return duplicate, stays


def owners():
    """Of every row that belongs to a patient: its owner; without what says who merged whom."""
    rows = (
        (column.label, column.name, row["pk"], row[column.name])
        for column in moved_rows.moving_columns()
        for row in column.model._base_manager.values("pk", column.name)
    )
    return {(label, name, pk): owner for label, name, pk, owner in rows if label != CHANGES}


CHANGES = "emr.RecordChange"
