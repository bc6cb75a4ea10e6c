"""What waits for a patient on the ward: open orders and critical values."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from emr.models import Ward
from emr.tests.factories import in_bed
from lis.models import CriticalAttempt, CriticalValue
from ocs.models import Order


def tasks_of(client, ward):
    beds = client.get(f"/api/emr/wards/{ward.pk}/board/").json()["beds"]
    return {task["kind"]: task for task in beds[0]["bedside"]["tasks"]}


def test_a_ward_shows_open_orders_and_critical_values_until_they_are_done(
    api, users, patient_factory
):
    ward = Ward.objects.create(code="5W", name_ko="병동", name_en="Ward", beds=["501-1"])
    doctor, patient, now = users["doctor"], patient_factory(), timezone.now()
    in_bed(ward, "501-1", patient, doctor)
    order = Order.objects.create(
        patient=patient,
        ordered_by=doctor,
        job_role="LIS",
        job_type="BLOOD",
        accession_number="T1",
        ordered_at=now - timedelta(days=1),
        due_at=now - timedelta(hours=1),
    )
    critical = CriticalValue.objects.create(
        order=order,
        patient=patient,
        code="2823-3",
        name={"ko": "칼륨", "en": "Potassium"},
        value="6.9",
        unit="mmol/L",
        flag="HH",
        limit=6.2,
    )
    nurse = api("nurse")
    tasks = tasks_of(nurse, ward)
    assert (tasks["order"]["overdue"], tasks["order"]["label"]["en"]) == (True, "Blood test")
    assert tasks["critical"]["label"]["ko"] == "칼륨 6.9 mmol/L"
    CriticalAttempt.objects.create(
        critical=critical, told="Dr Lee", how="phone", outcome="confirmed", by=users["lab"]
    )
    Order.objects.filter(pk=order.pk).update(status="CONFIRMED")
    assert tasks_of(nurse, ward) == {}
