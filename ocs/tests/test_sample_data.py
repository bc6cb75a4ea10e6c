"""init_sample_data: what it makes, that it is idempotent, that production refuses it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from acct.models import User
from emr import selectors as patients
from emr.models import Encounter, Patient, Prescription
from ocs.management import sample_data as sample
from ocs.models import Order, OrderHistory
from ocs.selectors import order_by_accession
from rbac.models import Grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    call_command("create_test_users")
    call_command("init_sample_data")


def _rows() -> list[object]:
    tables = (Patient, Encounter, Prescription, Order, OrderHistory, Grant)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_the_rows_are_complete(seeded):
    assert Patient.objects.count() == len(sample.PATIENTS) == 12
    assert Encounter.objects.count() == len(sample.VISITS)
    assert Prescription.objects.count() == len(sample.DRUGS)
    states = dict(Order.objects.values_list("accession_number", "status"))
    assert states == {order.accession_number: order.status for order in sample.ORDERS}


def test_running_it_again_changes_nothing(seeded):
    before = _rows()
    call_command("init_sample_data")
    assert _rows() == before


def test_a_lost_order_comes_back(seeded):
    Order.objects.filter(accession_number="RIS2026-0001").delete()
    call_command("init_sample_data")
    assert order_by_accession("RIS2026-0001").patient.patient_id == "P2026-0001"


def test_the_patients_of_the_sample_images(seeded):
    minjun, emily = (patients.patient_by_mrn(mrn) for mrn in ("P2026-0001", "P2026-0002"))
    assert (minjun.full_name, minjun.gender, minjun.birth_date) == (
        "김민준",
        "M",
        date(1974, 3, 2),
    )
    assert minjun.user.username == "patient"
    assert (emily.full_name, emily.gender, emily.birth_date) == (
        "Emily Carter",
        "F",
        date(1968, 9, 14),
    )
    for number, patient in (("RIS2026-0001", minjun), ("RIS2026-0002", emily)):
        order = order_by_accession(number)
        assert (order.patient, order.job_role) == (patient, "RIS")
    external = User.objects.get(username="external")
    assert list(patients.patients_visible_to(external)) == [emily]


def test_the_restricted_patient_is_for_the_care_team(seeded):
    restricted = Patient.objects.get(restricted=True)
    seen_by = {
        user.username
        for user in User.objects.all()
        if patients.patients_visible_to(user).filter(pk=restricted.pk).exists()
    }
    assert seen_by == {"doctor", "nurse", "labtech"}, "the laboratory by the order"


def test_it_needs_the_test_users():
    with pytest.raises(CommandError, match="create_test_users"):
        call_command("init_sample_data")


def test_production_refuses_it(settings):
    settings.TEST_USERS_ALLOWED = False
    with pytest.raises(CommandError, match="development only"):
        call_command("init_sample_data")
    assert not Patient.objects.exists()
