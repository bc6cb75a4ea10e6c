"""Who sent images by C-STORE is on record with the patient, and shown to staff."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditLog
from pacs.index import change_feed
from pacs.models import Study
from pacs.tests.dicom_files import mr_image, part10

pytestmark = pytest.mark.django_db


def received() -> list[tuple[Any, ...]]:
    rows = AuditLog.objects.filter(action="series.receive").order_by("id")
    return [(row.object_id, row.patient_id, row.source_ip, row.detail) for row in rows]


def test_each_sender_of_a_series_is_on_record_with_the_patient(archive, patient_factory):
    patient = patient_factory()
    image = mr_image(PatientID=patient.patient_id)
    archive.receive(part10(image), "MR1", "192.0.2.21")
    for number in (2, 3):
        image.SOPInstanceUID = f"1.2.3.{number}"
        archive.receive(part10(image), "ROUTER", "192.0.2.22")
    change_feed.changes_poll()
    series = image.SeriesInstanceUID
    assert received() == [
        (series, patient.pk, "192.0.2.21", {"calling_ae_title": "MR1", "instances": 1}),
        (series, patient.pk, "192.0.2.22", {"calling_ae_title": "ROUTER", "instances": 2}),
    ]
    senders = Study.objects.get().senders.values_list("ae_title", "address")
    assert list(senders) == [("MR1", "192.0.2.21"), ("ROUTER", "192.0.2.22")]


def test_what_comes_later_into_a_known_series_is_on_record_too(archive, patient_factory):
    image = mr_image(PatientID=patient_factory().patient_id)
    for number in (1, 2):
        image.SOPInstanceUID = f"1.2.3.{number}"
        archive.receive(part10(image), "MR1", "192.0.2.21")
        change_feed.changes_poll()
    assert len(received()) == 2
    sender = Study.objects.get().senders.get()
    assert sender.last_at > sender.first_at


def test_images_that_are_not_filed_name_their_sender_and_no_patient(archive, patient_factory):
    first = mr_image(PatientID=patient_factory().patient_id)
    archive.store(part10(first))
    other = mr_image(PatientID="OTHER", StudyInstanceUID=first.StudyInstanceUID)
    archive.receive(part10(other), "CT1", "192.0.2.30")
    change_feed.changes_poll()
    [(series, patient, address, _)] = received()
    assert (series, patient, address) == (other.SeriesInstanceUID, None, "192.0.2.30")


def test_what_was_uploaded_has_no_sender(archive, patient_factory):
    archive.store(part10(mr_image(PatientID=patient_factory().patient_id)))
    change_feed.changes_poll()
    assert received() == []
    assert not Study.objects.get().senders.exists()


def test_staff_see_the_senders_and_patients_do_not(archive, patient_factory, users, api):
    patient = patient_factory(user=users["patient"])
    image = mr_image(PatientID=patient.patient_id)
    archive.receive(part10(image), "MR1", "192.0.2.21")
    change_feed.changes_poll()
    path = f"/api/ris/studies/{image.StudyInstanceUID}/"

    def shown(name: str) -> list[tuple[str, str]]:
        senders = api(name).get(path).json()["senders"]
        return [(one["ae_title"], one["address"]) for one in senders]

    assert shown("doctor") == [("MR1", "192.0.2.21")]
    assert shown("patient") == []
