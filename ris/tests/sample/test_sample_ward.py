"""init_sample_data: the ward that it makes, that it makes it once, and that nothing is flooded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.forms.models import model_to_dict
from django.utils import timezone

from acct.models import User
from common.outbox.models import OutboxEvent
from emr import selectors as patients
from emr.models import (
    Allergy,
    BedStay,
    Encounter,
    Patient,
    Prescription,
    Problem,
    RecordChange,
    Vitals,
)
from emr.selectors.patient_search import possible_duplicates
from lis.models import CriticalValue, LabValue, ResultVersion, Specimen
from ocs.choices import JobRole, OrderStatus
from ocs.models import Order, OrderHistory
from rbac.models import Grant
from ris.management.commands.init_sample_data import NEEDED
from ris.management.sample.sample_ward import story_tell
from ris.management.sample.story_rows import StoryRows
from ris.management.sample.telling import Telling, people, stories
from treatment.models import AdverseEvent, CourseEvent, LifeStatus, Plan, Revision, Visit
from treatment.selectors import overall_survival

TABLES = (
    *(Patient, Encounter, Vitals, Allergy, Problem, Prescription, RecordChange),
    *(Order, OrderHistory, Specimen, ResultVersion, LabValue, CriticalValue, Grant),
    *(Plan, CourseEvent, AdverseEvent, Visit, LifeStatus, Revision, OutboxEvent, BedStay),
)
CPU_S = 10
"""Of the 20 seconds that it may take; the database needs the others."""


def _rows() -> list[Any]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def _told(today: date) -> list[Any]:
    """What the stories say on a day, of people who are in no database."""
    users = {name: User(pk=at, username=name) for at, name in enumerate(sorted(NEEDED), 1)}
    rows = StoryRows()
    for pk, person in enumerate(people(), 1):
        patient = Patient(
            pk=pk, patient_id=person.mrn, birth_date=person.birth_date, gender=person.sex
        )
        story_tell(Telling(person, today), patient, users, rows)
    return [model_to_dict(row) for row in rows]


def test_sixty_patients_of_every_story_in_two_languages(ward):
    assert Patient.objects.count() == len(people()) == 60
    assert {person.story for person in people()} == set(stories())
    assert {person.language for person in people()} == {"ko", "en"}
    for table in TABLES:
        assert table.objects.exists(), table
    assert ward < CPU_S


def test_every_job_role_is_in_every_state(ward):
    seen = set(Order.objects.values_list("job_role", "status").distinct())
    assert {role for role, _ in seen} == set(JobRole)
    assert {status for _, status in seen} == set(OrderStatus)


def test_running_it_again_changes_nothing(ward):
    before = _rows()
    call_command("init_sample_data")
    assert _rows() == before


def test_the_same_day_gives_the_same_ward():
    today = timezone.localdate()
    assert _told(today) == _told(today) != _told(today + timedelta(days=1))


def test_the_past_publishes_nothing(ward):
    """Only what is done today is told: the orders of today, and the critical value."""
    today = set(Order.objects.filter(accession_number__contains="-T").values_list("pk", flat=True))
    about = {
        event.payload["order_id"]
        for event in OutboxEvent.objects.all()
        if "order_id" in event.payload
    }
    assert about == today
    assert OutboxEvent.objects.count() < 150


def test_one_critical_value_is_open(ward):
    opened = list(CriticalValue.objects.open())
    assert [one.patient.patient_id for one in opened] == ["P2026-0047"]
    assert CriticalValue.objects.count() > len(opened) + 1


def test_those_who_are_admitted_lie_in_the_beds_of_two_wards(ward):
    admitted = Encounter.objects.filter(kind="inpatient", ended_at=None)
    stays = BedStay.objects.occupying()
    assert set(stays.values_list("encounter", flat=True)) == set(
        admitted.values_list("pk", flat=True)
    )
    assert stays.count() == 20
    assert {stay.ward.code for stay in stays} == {"W71", "W52"}


def test_survival_has_a_curve(ward):
    found = overall_survival(User.objects.get(username="doctor"))
    assert len(found.patients) >= 25
    assert 7 <= sum(step.deaths for step in found.steps) <= LifeStatus.objects.count()
    assert found.median_days is not None or found.steps[-1].survival < 0.9


def test_a_visit_is_near_enough_to_be_reminded_of(ward):
    soon = timezone.now() + timedelta(days=2)
    near = Visit.objects.filter(status="PLANNED", planned_at__lt=soon)
    assert near.filter(patient__user__username="patient").exists()


def test_two_records_are_likely_one_person(ward):
    doctor = User.objects.get(username="doctor")
    one = Patient.objects.get(patient_id="P2026-0031")
    assert [other.patient_id for other in possible_duplicates(doctor, one)] == ["P2026-0058"]


def test_the_patients_of_the_sample_images(ward):
    minjun, emily = (patients.patient_by_mrn(mrn) for mrn in ("P2026-0001", "P2026-0002"))
    said = [(one.full_name, one.gender, one.birth_date) for one in (minjun, emily)]
    assert said == [
        ("김민준", "M", date(1974, 3, 2)),
        ("Emily Carter", "F", date(1968, 9, 14)),
    ]
    assert minjun.user.username == "patient"
    for number, patient in (("RIS2026-0001", minjun), ("RIS2026-0002", emily)):
        order = Order.objects.get(accession_number=number)
        assert (order.patient, order.job_role) == (patient, JobRole.RIS)
    external = User.objects.get(username="external")
    assert list(patients.patients_visible_to(external)) == [emily]


def test_the_restricted_patient_is_for_the_care_team(ward):
    restricted = Patient.objects.get(restricted=True)
    seen_by = {
        user.username
        for user in User.objects.all()
        if patients.patients_visible_to(user).filter(pk=restricted.pk).exists()
    }
    assert seen_by == {"doctor", "nurse", "labtech"}, "the laboratory by the order"


@pytest.mark.django_db
def test_it_needs_the_test_users():
    with pytest.raises(CommandError, match="create_test_users"):
        call_command("init_sample_data")


@pytest.mark.django_db
def test_production_refuses_it(settings):
    settings.TEST_USERS_ALLOWED = False
    with pytest.raises(CommandError, match="development only"):
        call_command("init_sample_data")
    assert not Patient.objects.exists()
