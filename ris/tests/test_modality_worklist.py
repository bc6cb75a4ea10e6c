"""The modality worklist: which orders are on it, what an item says, and that it repairs itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.signals import post_init
from django.utils import timezone
from pydicom.dataset import Dataset

from emr.models import Allergy
from ocs.choices import modality_of
from ocs.models import Order
from ocs.tests.factories import order_at, order_make
from pacs.index.matching import order_assign
from pacs.index.order_images import arrivals_of
from pacs.models import Instance, Study
from pacs.tests import index
from ris.modality import scheduling
from ris.modality.query_answers import keys_of
from ris.modality.worklist_answers import worklist_answers
from ris.modality.worklist_items import dataset_of, item_of
from ris.models import DicomNode, ScheduledStudy

pytestmark = pytest.mark.django_db
LIST = "/api/ris/mwl/"


@pytest.fixture(autouse=True)
def idle_minutes(settings):
    settings.WORKLIST_IDLE_MINUTES = 15


@pytest.fixture
def order(users, patient_factory):
    patient = patient_factory(full_name="김민준", gender="M")
    return order_make(users["doctor"], patient, job_type="MR_BRAIN_CONTRAST", priority="stat")


def sync(order):
    scheduling.orders_sync([order.pk])
    return ScheduledStudy.objects.get(order=order)


def item(order):
    """What is shown of it."""
    question = Dataset()
    question.AccessionNumber = order.accession_number
    question.PatientName = ""
    step = Dataset()
    step.ScheduledStationAETitle = ""
    question.ScheduledProcedureStepSequence = [step]
    found = worklist_answers(question, keys_of(question), DicomNode(ae_title="ANY"))
    return next((answer for answer, _ in found), None)


def images_came(order, ago=timedelta(0), **fields):
    study = index.study(order.patient, order=order)
    index.series(study, slices=1, **fields)
    Instance.objects.filter(series__study=study).update(indexed_at=timezone.now() - ago)
    return study


def test_an_item_says_what_is_known_and_leaves_out_the_rest(order):
    Allergy.objects.create(patient=order.patient, substance="요오드 조영제")
    Allergy.objects.create(patient=order.patient, substance="x" * 65)
    entry = sync(order)
    item = dataset_of(scheduling.Facts([order]).item(order, entry.study_instance_uid))
    assert str(item.PatientName) == "김민준"
    assert item.PatientID == order.patient.patient_id
    assert (item.PatientSex, item.SpecificCharacterSet) == ("M", "ISO_IR 192")
    assert item.AccessionNumber == item.RequestedProcedureID == order.accession_number
    assert item.StudyInstanceUID == entry.study_instance_uid
    assert item.RequestedProcedurePriority == "STAT"
    assert item.Allergies == "요오드 조영제"
    assert "AdditionalPatientHistory" not in item
    [step] = item.ScheduledProcedureStepSequence
    assert (step.Modality, step.RequestedContrastAgent) == ("MR", "CONTRAST")
    assert step.ScheduledProcedureStepStartDate == f"{timezone.localtime(order.ordered_at):%Y%m%d}"
    assert "ScheduledStationAETitle" not in step


def test_text_with_control_characters_does_not_break_an_attribute(order):
    order.patient.full_name = "Kim^Min=jun\\x\x00"
    order.clinical_info = "seizure\\fall\r\nsince Monday"
    item = dataset_of(item_of(order, "1.2.3", (), ""))
    assert str(item.PatientName) == "Kim Min jun x "
    assert item.AdditionalPatientHistory == "seizure fall  since Monday"


@pytest.mark.parametrize(
    ("job_type", "modality"), [("MR_BRAIN", "MR"), ("ct_head", "CT"), ("BRAIN", ""), ("", "")]
)
def test_the_modality_is_what_the_examination_says(job_type, modality):
    assert modality_of(job_type) == modality


def test_the_station_is_the_one_node_that_makes_the_modality(order):
    nodes = [
        DicomNode.objects.create(
            name=title, ae_title=title, address="192.0.2.1", modalities=["MR"], may_worklist=True
        )
        for title in ("MR1", "MR2")
    ]
    sync(order)
    assert item(order).ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "ANY"
    nodes[1].delete()
    assert scheduling.worklist_reconcile() == 1
    assert item(order).ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "MR1"


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("ORDERED", "listed", "waiting"),
        ("ACCEPTED", "listed", "waiting"),
        ("IN_PROGRESS", "listed", "waiting"),
        ("RESULT_READY", "removed", "completed"),
        ("CONFIRMED", "removed", "completed"),
        ("CANCELLED", "removed", "cancelled"),
    ],
)
def test_an_order_is_on_the_list_until_it_is_done(users, patient_factory, status, state, reason):
    order = order_at(users["doctor"], patient_factory(), status)
    entry = sync(order)
    assert (entry.state, entry.reason) == (state, reason)
    assert (item(order) is not None) == (state == "listed")


def test_it_stays_through_the_pauses_between_series_and_goes_when_no_more_come(order):
    sync(order)
    study = images_came(order)
    Study.objects.filter(pk=study.pk).update(stable_at=timezone.now())
    assert (sync(order).state, sync(order).reason) == ("listed", "arriving")
    came = Instance.objects.filter(series__study=study)
    came.update(indexed_at=timezone.now() - timedelta(minutes=14))
    assert scheduling.worklist_reconcile() == 0
    came.update(indexed_at=timezone.now() - timedelta(minutes=16))
    assert scheduling.worklist_reconcile() == 1
    entry = ScheduledStudy.objects.get(order=order)
    assert (entry.state, entry.reason, item(order)) == ("removed", "arrived", None)
    assert entry.removed_at is not None
    index.series(study, slices=1, modality="SEG")
    assert scheduling.worklist_reconcile() == 0
    index.series(study, slices=1)
    assert (sync(order).state, sync(order).removed_at) == ("listed", None)


def test_a_document_about_images_is_no_image(order):
    images_came(order, modality="SR")
    assert sync(order).reason == "waiting"


@pytest.mark.parametrize("whose", ["nobody", "another"])
def test_images_under_its_number_of_somebody_else_leave_it_on_the_list_and_are_counted(
    api, order, patient_factory, whose
):
    for _ in range(5):
        study = index.study(patient_factory() if whose == "another" else None)
        Study.objects.filter(pk=study.pk).update(accession_number=order.accession_number)
    entry = sync(order)
    assert (entry.state, entry.reason) == ("listed", "mismatch")
    [row] = api("rib").get(LIST).json()["results"]
    assert (row["studies"], row["elsewhere"], row["last_image_at"]) == (0, 5, None)


def test_five_studies_of_one_accession_number_are_all_its_own_and_the_last_image_counts(order):
    for minutes in (60, 50, 40, 30, 1):
        images_came(order, ago=timedelta(minutes=minutes))
    assert sync(order).reason == "arriving"
    arrived = arrivals_of([order])[order.pk]
    assert (arrived.studies, arrived.elsewhere) == (5, 0)


def test_an_order_that_dicom_cannot_say_stops_no_other_and_is_tried_again(
    order, users, patient_factory, monkeypatch
):
    bad = order_make(users["doctor"], patient_factory(), job_type="CT_HEAD")
    Order.objects.filter(pk=bad.pk).update(priority="whenever")
    assert scheduling.worklist_reconcile() == 2
    assert scheduling.worklist_reconcile() == 0
    entry = ScheduledStudy.objects.get(order=bad)
    assert (entry.state, entry.reason) == ("removed", "not_written")
    assert item(order) is not None
    Order.objects.filter(pk=bad.pk).update(priority="stat")
    assert scheduling.worklist_reconcile() == 1
    assert item(bad) is not None


def test_the_study_instance_uid_stays_the_same(order):
    assert sync(order).study_instance_uid == sync(order).study_instance_uid


def test_reconciling_repairs_what_an_event_missed_and_then_has_nothing_to_do(order):
    assert scheduling.worklist_reconcile() == 1
    assert scheduling.worklist_reconcile() == 0
    order.patient.full_name = "김민서"
    order.patient.save()
    assert scheduling.worklist_reconcile() == 1
    assert str(item(order).PatientName) == "김민서"
    order.status = "CANCELLED"
    order.save()
    assert scheduling.worklist_reconcile() == 1
    assert item(order) is None


def test_reconciling_does_not_read_what_ended_long_ago(order):
    sync(order)
    Order.objects.filter(pk=order.pk).update(status="CONFIRMED")
    assert scheduling.worklist_reconcile() == 1
    read_again = []

    def note(instance, **_):
        read_again.append(instance.order_id)

    post_init.connect(note, sender=ScheduledStudy)
    try:
        assert scheduling.worklist_reconcile() == 0
    finally:
        post_init.disconnect(note, sender=ScheduledStudy)
    assert read_again == []


def test_a_laboratory_order_is_on_no_list(users, patient_factory):
    order = order_make(users["doctor"], patient_factory(), job_role="LIS", job_type="BLOOD")
    scheduling.orders_sync([order.pk])
    assert scheduling.worklist_reconcile() == 0


def test_images_under_the_assigned_uid_are_the_orders_if_they_are_of_its_patient(
    order, patient_factory
):
    entry = sync(order)
    study = index.study(order.patient)
    study.study_instance_uid = entry.study_instance_uid
    order_assign(study)
    assert study.order == order
    study.patient = patient_factory()
    order_assign(study)
    assert study.order is None


def test_images_are_matched_again_when_order_or_patient_change(order, patient_factory):
    study = index.study(order.patient)
    loose = Study.objects.filter(pk=study.pk)
    loose.update(accession_number=order.accession_number, order=None)
    scheduling.orders_sync([order.pk])
    assert loose.get().order_id == order.pk
    loose.update(order=None)
    assert scheduling.worklist_reconcile() == 1
    assert loose.get().order_id == order.pk
    loose.update(patient=patient_factory())
    assert scheduling.worklist_reconcile() == 1
    assert loose.get().order_id is None
    assert ScheduledStudy.objects.get(order=order).reason == "mismatch"


def test_radiology_sees_the_list_with_its_reasons(api, order):
    sync(order)
    [row] = api("rib").get(LIST).json()["results"]
    assert (row["order"], row["state"], row["reason"]) == (order.pk, "listed", "waiting")
    assert (row["modality"], row["patient"]["full_name"]) == ("MR", "김민준")
    assert api("rib").get(LIST, {"state": "removed"}).json()["count"] == 0
    assert api("rib").get(LIST, {"state": "nonsense"}).status_code == 400
