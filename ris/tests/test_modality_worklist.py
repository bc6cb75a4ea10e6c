"""The modality worklist: which orders are on it, what an item says, and that it repairs itself."""

from __future__ import annotations

import pydicom
import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from emr.models import Allergy
from ocs.choices import modality_of
from ocs.models import Order
from ocs.tests.factories import order_at, order_make
from pacs.index.matching import order_assign
from pacs.models import Study
from pacs.tests import index
from ris.modality import scheduling
from ris.modality.worklist_items import dataset_of, item_of
from ris.models import DicomNode, ScheduledStudy

pytestmark = pytest.mark.django_db
LIST = "/api/ris/mwl/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.WORKLISTS_DIR = tmp_path / "worklists"
    return settings.WORKLISTS_DIR


@pytest.fixture
def order(users, patient_factory):
    patient = patient_factory(full_name="김민준", gender="M")
    return order_make(users["doctor"], patient, job_type="MR_BRAIN_CONTRAST", priority="stat")


def sync(order):
    scheduling.orders_sync([order.pk])
    return ScheduledStudy.objects.get(order=order)


def on_list(folder):
    return sorted(path.name for path in folder.glob("*")) if folder.exists() else []


def read(folder, order):
    return pydicom.dcmread(folder / f"{order.pk}.wl")


def test_an_item_says_what_is_known_and_leaves_out_the_rest(folder, order):
    Allergy.objects.create(patient=order.patient, substance="요오드 조영제")
    Allergy.objects.create(patient=order.patient, substance="x" * 65)
    entry = sync(order)
    item = read(folder, order)
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


def test_the_station_is_the_one_node_that_makes_the_modality(folder, order):
    nodes = [
        DicomNode.objects.create(
            name=title, ae_title=title, address="192.0.2.1", modalities=["MR"], may_worklist=True
        )
        for title in ("MR1", "MR2")
    ]
    sync(order)
    assert "ScheduledStationAETitle" not in read(folder, order).ScheduledProcedureStepSequence[0]
    nodes[1].delete()
    assert scheduling.worklist_reconcile() == 1
    assert read(folder, order).ScheduledProcedureStepSequence[0].ScheduledStationAETitle == "MR1"


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
def test_an_order_is_on_the_list_until_it_is_done(
    folder, users, patient_factory, status, state, reason
):
    order = order_at(users["doctor"], patient_factory(), status)
    entry = sync(order)
    assert (entry.state, entry.reason) == (state, reason)
    assert on_list(folder) == ([f"{order.pk}.wl"] if state == "listed" else [])


def test_it_stays_while_images_arrive_and_goes_when_no_more_come(folder, order):
    sync(order)
    study = index.study(order.patient)
    Study.objects.filter(pk=study.pk).update(order=order, stable_at=None)
    entry = sync(order)
    assert (entry.state, entry.reason) == ("listed", "arriving")
    Study.objects.filter(pk=study.pk).update(stable_at=timezone.now())
    entry = sync(order)
    assert (entry.state, entry.reason) == ("removed", "arrived")
    assert on_list(folder) == []
    assert entry.removed_at is not None


def test_images_of_another_patient_under_its_number_leave_it_on_the_list(
    folder, order, patient_factory
):
    study = index.study(patient_factory())
    Study.objects.filter(pk=study.pk).update(accession_number=order.accession_number)
    entry = sync(order)
    assert (entry.state, entry.reason) == ("listed", "mismatch")


def test_the_study_instance_uid_stays_the_same(order):
    assert sync(order).study_instance_uid == sync(order).study_instance_uid


def test_reconciling_repairs_what_an_event_missed_and_then_has_nothing_to_do(folder, order, users):
    assert scheduling.worklist_reconcile() == 1
    assert scheduling.worklist_reconcile() == 0
    (folder / f"{order.pk}.wl").unlink()
    (folder / "999999.wl").write_bytes(b"")
    assert scheduling.worklist_reconcile() == 2
    assert on_list(folder) == [f"{order.pk}.wl"]
    order.patient.full_name = "김민서"
    order.patient.save()
    assert scheduling.worklist_reconcile() == 1
    assert str(read(folder, order).PatientName) == "김민서"
    order.status = "CANCELLED"
    order.save()
    assert scheduling.worklist_reconcile() == 1
    assert on_list(folder) == []


def test_reconciling_does_not_read_what_ended_long_ago(folder, order):
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


def test_a_folder_that_cannot_be_written_is_the_reason_and_the_next_run_tries_again(
    settings, tmp_path, order
):
    (tmp_path / "file").touch()
    settings.WORKLISTS_DIR = tmp_path / "file" / "below"
    entry = sync(order)
    assert (entry.state, entry.reason) == ("removed", "not_written")
    settings.WORKLISTS_DIR = tmp_path / "again"
    assert scheduling.worklist_reconcile() == 1
    entry.refresh_from_db()
    assert entry.state == "listed"


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


def test_images_that_came_before_their_order_become_its_own(order):
    study = index.study(order.patient)
    Study.objects.filter(pk=study.pk).update(
        accession_number=order.accession_number, order=None, stable_at=timezone.now()
    )
    scheduling.order_changed(order.pk)
    study.refresh_from_db()
    assert study.order_id == order.pk
    assert ScheduledStudy.objects.get(order=order).reason == "arrived"


def test_radiology_sees_the_list_with_its_reasons(api, order):
    sync(order)
    [row] = api("rib").get(LIST).json()["results"]
    assert (row["order"], row["state"], row["reason"]) == (order.pk, "listed", "waiting")
    assert (row["modality"], row["patient"]["full_name"]) == ("MR", "김민준")
    assert api("rib").get(LIST, {"state": "removed"}).json()["count"] == 0
    assert api("rib").get(LIST, {"state": "nonsense"}).status_code == 400
