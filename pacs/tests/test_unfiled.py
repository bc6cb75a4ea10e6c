"""What contradicts the index is on a list until a user decides about it; nothing is lost."""

from __future__ import annotations

import io

import pydicom
import pytest
from pydicom.uid import generate_uid

from alert.models import Notification
from audit.models import AuditLog
from common.errors import ErrorCode, ExternalError
from common.outbox.models import OutboxEvent
from pacs.dicom.correction import file_correct
from pacs.events import INSTANCES_SUPERSEDED, UNFILED_DECIDED
from pacs.index import change_feed, resolution
from pacs.models import Instance, Study, UnfiledInstance, UnfiledStudy
from pacs.tests.dicom_files import mr_image, part10

pytestmark = pytest.mark.django_db
LIST = "/api/ris/unmatched/"


@pytest.fixture
def patients(patient_factory):
    return patient_factory(full_name="First"), patient_factory(full_name="Second")


@pytest.fixture
def filed(archive, patients, users):
    """An image of the first patient, in the index."""
    image = mr_image(PatientID=patients[0].patient_id, PatientName="First^Of")
    archive.store(part10(image))
    change_feed.changes_poll()
    return image


def again(archive, filed, **changes):
    """Another image of the filed one's series, but for ``changes``."""
    same = {
        "PatientID": filed.PatientID,
        "StudyInstanceUID": filed.StudyInstanceUID,
        "SeriesInstanceUID": filed.SeriesInstanceUID,
    }
    image = mr_image(**(same | changes))
    orthanc_id = archive.store(part10(image))
    change_feed.changes_poll()
    return image, orthanc_id


def resolve(api, decision):
    unfiled = UnfiledStudy.objects.get()
    answer = api("rib").post(
        f"/api/ris/unfiled/{unfiled.pk}/resolve/", {"decision": decision}, "json"
    )
    assert answer.status_code == 202, answer.content
    carry_out()
    change_feed.changes_poll()


def carry_out():
    resolution.unfiled_resolve(
        **OutboxEvent.objects.filter(topic=UNFILED_DECIDED).latest("pk").payload
    )


def test_another_patients_image_is_on_the_list_beside_what_it_contradicts(
    api, archive, filed, patients
):
    image, _ = again(archive, filed, PatientID=patients[1].patient_id)
    assert not Instance.objects.filter(sop_instance_uid=image.SOPInstanceUID).exists()
    (row,) = api("rib").get(LIST).json()["results"]
    assert row["reason"] == "study_of_another_patient"
    assert row["study_instance_uid"] == filed.StudyInstanceUID
    assert (row["dicom_patient_id"], row["instances"]) == (patients[1].patient_id, 1)
    assert row["contradicts"]["patient"]["patient_id"] == patients[0].patient_id
    assert row["decisions"] == ["file", "correct", "reject"]
    assert AuditLog.objects.get(action="dicom.unfiled").patient_id == patients[0].pk
    alerted = Notification.objects.filter(kind="images_unfiled").values_list(
        "user__role", flat=True
    )
    assert set(alerted) == {"rib", "admin"}


def test_the_rest_of_such_a_study_is_one_row_and_one_alert(api, archive, filed, patients):
    for _ in range(3):
        again(archive, filed, PatientID=patients[1].patient_id)
    (row,) = api("rib").get(LIST, {"study_instance_uid": filed.StudyInstanceUID}).json()["results"]
    assert row["instances"] == 3
    assert Notification.objects.filter(kind="images_unfiled", user__role="rib").count() == 1
    assert api("rib").get(LIST, {"study_instance_uid": "1.2.3"}).json()["results"] == []


def test_only_who_matches_studies_sees_the_list_and_decides(api, archive, filed, patients):
    again(archive, filed, PatientID=patients[1].patient_id)
    pk = UnfiledStudy.objects.get().pk
    for role in ("doctor", "nurse", "patient", "external"):
        assert api(role).get(LIST).status_code == 403
        url = f"/api/ris/unfiled/{pk}/resolve/"
        assert api(role).post(url, {"decision": "reject"}, "json").status_code == 403
    assert UnfiledStudy.objects.get().decision == ""


@pytest.mark.parametrize("same", ["SeriesInstanceUID", "SOPInstanceUID"])
def test_uids_of_another_place_are_filed_under_new_ones(api, archive, filed, patients, same):
    changes = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    image, orthanc_id = again(archive, filed, **(changes | {same: filed[same].value}))
    resolve(api, "file")
    assert (UnfiledStudy.objects.count(), UnfiledInstance.objects.count()) == (0, 0)
    study = Study.objects.get(study_instance_uid=filed.StudyInstanceUID)
    (added,) = Instance.objects.filter(series__study=study).exclude(
        sop_instance_uid=filed.SOPInstanceUID
    )
    file = pydicom.dcmread(io.BytesIO(archive.files[added.orthanc_id]))
    former = file.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert former.StudyInstanceUID == image.StudyInstanceUID
    if same == "SOPInstanceUID":
        assert former.SOPInstanceUID == image.SOPInstanceUID != added.sop_instance_uid
    assert file.PixelData == image.PixelData
    assert orthanc_id not in archive.files


def test_filing_gives_the_patient_of_the_study(api, archive, filed, patients):
    image, orthanc_id = again(archive, filed, PatientID=patients[1].patient_id)
    resolve(api, "file")
    added = Instance.objects.get(sop_instance_uid=image.SOPInstanceUID)
    assert added.series.study.patient == patients[0]
    file = pydicom.dcmread(io.BytesIO(archive.files[added.orthanc_id]))
    assert (file.PatientID, str(file.PatientName)) == (patients[0].patient_id, "First^Of")
    assert orthanc_id not in archive.files


def test_a_correction_moves_the_study_to_the_other_patient(api, archive, filed, patients):
    image, _ = again(archive, filed, PatientID=patients[1].patient_id, PatientName="Second^Of")
    former = Instance.objects.get().orthanc_id
    resolve(api, "correct")
    study = Study.objects.get()
    assert (study.patient, study.dicom_patient_name) == (patients[1], "Second^Of")
    assert study.stable_at is None, "metadata and HTJ2K are made anew"
    uids = {filed.SOPInstanceUID, image.SOPInstanceUID}
    assert set(Instance.objects.values_list("sop_instance_uid", flat=True)) == uids
    for instance in Instance.objects.all():
        file = pydicom.dcmread(io.BytesIO(archive.files[instance.orthanc_id]))
        assert file.PatientID == patients[1].patient_id
    assert not UnfiledStudy.objects.exists()
    assert former in archive.files
    event = OutboxEvent.objects.get(topic=INSTANCES_SUPERSEDED)
    resolution.superseded_delete(event.payload["orthanc_ids"])
    assert former not in archive.files
    named = AuditLog.objects.filter(action="study.correct_patient")
    assert set(named.values_list("patient_id", flat=True)) == {p.pk for p in patients}


def test_a_correction_that_broke_off_is_finished(api, archive, filed, patients, monkeypatch):
    again(archive, filed, PatientID=patients[1].patient_id)
    unfiled = UnfiledStudy.objects.get()
    url = f"/api/ris/unfiled/{unfiled.pk}/resolve/"
    assert api("rib").post(url, {"decision": "correct"}, "json").status_code == 202
    with monkeypatch.context() as patch, pytest.raises(ExternalError):
        patch.setattr(change_feed, "instance_retry", lambda _: archive_down())
        carry_out()
    change_feed.changes_poll()
    carry_out()
    assert Instance.objects.count() == 2
    assert not UnfiledStudy.objects.exists()


def archive_down():
    raise ExternalError(ErrorCode.ARCHIVE_UNAVAILABLE)


def test_rejecting_deletes_from_the_archive_alone(api, archive, filed, patients):
    _, orthanc_id = again(archive, filed, PatientID=patients[1].patient_id)
    resolve(api, "reject")
    assert orthanc_id not in archive.files
    assert not UnfiledStudy.objects.exists()
    assert Instance.objects.get().sop_instance_uid == filed.SOPInstanceUID
    assert AuditLog.objects.get(action="dicom.unfiled_reject").patient_id == patients[0].pk


def test_one_decides_once_and_what_failed_again(api, archive, filed, patients):
    again(archive, filed, PatientID=patients[1].patient_id)
    pk = UnfiledStudy.objects.get().pk
    url = f"/api/ris/unfiled/{pk}/resolve/"
    rib = api("rib")
    assert rib.post(url, {"decision": "keep"}, "json").status_code == 400
    assert rib.post(url, {"decision": "file"}, "json").status_code == 202
    assert rib.post(url, {"decision": "reject"}, "json").status_code == 409
    resolution.decision_undo(pk)
    assert rib.post(url, {"decision": "reject"}, "json").status_code == 202
    assert (
        rib.post("/api/ris/unfiled/999999/resolve/", {"decision": "file"}, "json").status_code
        == 404
    )


def test_what_is_not_contradicted_any_more_is_filed(archive, filed, patients):
    _, orthanc_id = again(archive, filed, PatientID=patients[1].patient_id)
    Study.objects.all().delete()
    change_feed.instance_retry(orthanc_id)
    assert Instance.objects.get().orthanc_id == orthanc_id
    assert not UnfiledStudy.objects.exists()


def decide(api, decision):
    url = f"/api/ris/unfiled/{UnfiledStudy.objects.get().pk}/resolve/"
    assert api("rib").post(url, {"decision": decision}, "json").status_code == 202


@pytest.mark.parametrize("decision", ["file", "correct"])
def test_what_contradicts_nothing_any_more_is_filed_and_never_deleted(
    api, archive, filed, patients, decision
):
    _, orthanc_id = again(archive, filed, PatientID=patients[1].patient_id)
    decide(api, decision)
    Study.objects.all().delete()
    carry_out()
    assert orthanc_id in archive.files
    assert Instance.objects.get().orthanc_id == orthanc_id
    assert not UnfiledStudy.objects.exists()


def test_a_decision_that_was_taken_back_is_not_carried_out(api, archive, filed, patients):
    _, orthanc_id = again(archive, filed, PatientID=patients[1].patient_id)
    decide(api, "reject")
    resolution.decision_undo(UnfiledStudy.objects.get().pk)
    carry_out()
    assert orthanc_id in archive.files
    assert UnfiledInstance.objects.filter(orthanc_id=orthanc_id).exists()


def test_nothing_is_rejected_that_nobody_saw(api, archive, filed, patients):
    _, seen = again(archive, filed, PatientID=patients[1].patient_id)
    decide(api, "reject")
    _, unseen = again(archive, filed, PatientID=patients[1].patient_id)
    carry_out()
    assert seen not in archive.files
    assert unseen in archive.files
    assert UnfiledInstance.objects.get().orthanc_id == unseen
    assert UnfiledStudy.objects.get().decision == "", "it can be decided about"


def test_a_former_copy_that_was_heard_of_late_leaves_the_list_when_it_is_deleted(archive, filed):
    _, copy = again(archive, filed, StudyInstanceUID="2.25.77")
    assert UnfiledStudy.objects.get().reason == "series_of_another_study"
    resolution.superseded_delete([copy])
    assert copy not in archive.files
    assert not UnfiledStudy.objects.exists()


def test_filing_that_broke_off_makes_no_second_copy(api, archive, filed, patients, monkeypatch):
    image, _ = again(archive, filed, PatientID=patients[1].patient_id)
    decide(api, "file")
    with monkeypatch.context() as patch, pytest.raises(ExternalError):
        patch.setattr(resolution, "_delete", lambda _: archive_down())
        carry_out()
    change_feed.changes_poll()
    carry_out()
    change_feed.changes_poll()
    uids = {filed.SOPInstanceUID, image.SOPInstanceUID}
    assert set(Instance.objects.values_list("sop_instance_uid", flat=True)) == uids
    assert len(archive.files) == 2


def test_a_file_whose_correction_would_be_itself_is_not_deleted(api, archive, filed, monkeypatch):
    _, orthanc_id = again(archive, filed, PatientID="T-other")
    monkeypatch.setattr(resolution, "_patient_of", lambda _: {"PatientID": "T-other"})
    with pytest.raises(ExternalError):
        resolve(api, "file")
    assert orthanc_id in archive.files
    assert UnfiledInstance.objects.filter(orthanc_id=orthanc_id).exists()


def test_a_name_that_the_file_cannot_write_makes_it_utf_8():
    image = mr_image(PatientName="Müller", StudyDescription="Schädel")
    image.SpecificCharacterSet = "ISO_IR 100"
    file = pydicom.dcmread(io.BytesIO(file_correct(part10(image), {"PatientName": "김^민준"})))
    assert (str(file.PatientName), file.StudyDescription) == ("김^민준", "Schädel")
    former = file.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert str(former.PatientName) == "Müller"
