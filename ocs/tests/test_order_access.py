"""An open order opens its patient to the department that does it, and for a week after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from ocs import services
from ocs.tests.factories import care_for, order_make
from rbac.models import OrderAccess

pytestmark = pytest.mark.django_db
STAFF = ("admin", "rib", "lab", "nurse")


@pytest.fixture
def patient(users, patient_factory):
    """Restricted, with one doctor in the care team."""
    patient = patient_factory(restricted=True)
    care_for(patient, users["doctor"])
    return patient


@pytest.fixture
def seeing(api, patient):
    """Which of the staff see the patient."""
    clients = {role: api(role) for role in STAFF}
    url = f"/api/emr/patients/{patient.pk}/"
    return lambda: [role for role in STAFF if clients[role].get(url).status_code == 200]


def _step(users, role, order, *steps):
    for to_status in steps:
        result = {"value": 1} if to_status == "RESULT_READY" else None
        services.order_transition(
            actor=users[role], order_id=order.pk, to_status=to_status, result=result
        )


@pytest.mark.parametrize(
    ("job_role", "department"),
    [("RIS", ["rib"]), ("LIS", ["lab"]), ("TREATMENT", []), ("CONSULT", [])],
)
def test_an_order_opens_its_patient_to_its_department_alone(
    users, patient, seeing, job_role, department
):
    assert seeing() == []
    order_make(users["doctor"], patient, job_role=job_role)
    assert seeing() == department


@pytest.mark.parametrize(("job_role", "role"), [("RIS", "rib"), ("LIS", "lab")])
def test_the_department_works_the_order_and_sees_the_patient_for_a_week_after(
    users, patient, seeing, job_role, role
):
    order = order_make(users["doctor"], patient, job_role=job_role)
    _step(users, role, order, "ACCEPTED", "IN_PROGRESS", "RESULT_READY")
    assert OrderAccess.objects.get().ends_at is None
    _step(users, "doctor", order, "CONFIRMED")
    assert seeing() == [role]
    left = OrderAccess.objects.get().ends_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    OrderAccess.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert seeing() == []


@pytest.mark.parametrize("accepted", [False, True])
def test_a_cancelled_order_that_nobody_accepted_closes_the_patient_at_once(
    users, patient, seeing, accepted
):
    order = order_make(users["doctor"], patient)
    if accepted:
        _step(users, "rib", order, "ACCEPTED")
    _step(users, "doctor", order, "CANCELLED")
    assert seeing() == (["rib"] if accepted else [])


def test_one_of_two_orders_still_opens_the_patient(users, patient, seeing):
    first, _ = order_make(users["doctor"], patient), order_make(users["doctor"], patient)
    _step(users, "doctor", first, "CANCELLED")
    assert seeing() == ["rib"]


def test_a_patient_restricted_after_the_order_stays_open_to_its_department(
    users, patient_factory, api
):
    patient = patient_factory()
    order_make(users["doctor"], patient)
    patient.restricted = True
    patient.save()
    assert api("rib").get(f"/api/emr/patients/{patient.pk}/").status_code == 200
    assert api("nurse").get(f"/api/emr/patients/{patient.pk}/").status_code == 404


def test_opening_and_ending_are_recorded_by_patient(users, patient):
    order = order_make(users["doctor"], patient)
    _step(users, "doctor", order, "CANCELLED")
    records = AuditLog.objects.filter(action__startswith="access.").order_by("pk")
    assert [(r.action, r.patient_id, r.object_id) for r in records] == [
        ("access.open", patient.pk, str(order.pk)),
        ("access.end", patient.pk, str(order.pk)),
    ]
    assert records[0].detail == {"role": "rib", "ends_at": None}
