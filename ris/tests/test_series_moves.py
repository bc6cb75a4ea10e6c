"""A study is split, or two become one: files, rows and what names them; refused across patients."""

from __future__ import annotations

import io

import pydicom
import pytest

from ai.models import AIJob
from alert.models import Notification
from audit.models import AuditLog
from common.errors import BusinessError
from common.outbox.models import OutboxEvent, OutboxStatus
from common.outbox.services import settle_failed
from pacs.choices import QuarantineReason
from pacs.events import INSTANCES_SUPERSEDED, SERIES_MOVE_DECIDED
from pacs.index import change_feed, matching, resolution, series_moves
from pacs.models import Instance, QuarantinedStudy, SeriesMove, Study, UnfiledStudy
from pacs.tests.dicom_files import mr_image, part10
from ris.choices import ReadingStatus, ReportRank
from ris.models import Reading, ReadingEvent, Report, WorklistEntry
from ris.reading.services import reading_lock, study_assign
from ris.tests.registration.factories import registration_row
from ris.tests.reports.factories import report_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrive(archive):
    """``arrive(patient, of=image)``: an image of another series, of the same study as ``of``."""

    def send(patient, of=None, **attributes):
        same = {"StudyInstanceUID": of.StudyInstanceUID} if of else {}
        image = mr_image(PatientID=patient.patient_id, **(same | attributes))
        archive.store(part10(image))
        change_feed.changes_poll()
        return image

    return send


@pytest.fixture
def ask(api):
    def post(image, *series, into="", role="rib"):
        body = {"series": [each.SeriesInstanceUID for each in series], "into": into}
        url = f"/api/ris/studies/{image.StudyInstanceUID}/series-moves/"
        return api(role).post(url, body, format="json")

    return post


def carry_out():
    event = OutboxEvent.objects.filter(topic=SERIES_MOVE_DECIDED).latest("pk")
    series_moves.series_moves_carry_out(**event.payload)


def test_a_study_is_split_and_put_together_again(archive, arrive, ask, api, patient_factory, users):
    patient = patient_factory()
    kept = arrive(patient, StudyDescription="Brain")
    split = arrive(patient, of=kept)
    Study.objects.get().accepted_identities.create(dicom_patient_name="Smith^John")
    series = Instance.objects.get(sop_instance_uid=split.SOPInstanceUID).series
    job = AIJob.objects.create(
        patient=patient,
        study=series.study,
        series=series,
        requested_by=users["doctor"],
        model_id="m",
    )
    answer = ask(kept, split)
    assert answer.status_code == 202, answer.json()
    [move] = answer.json()
    assert ask(kept, split).status_code == 409  # it is being moved
    carry_out()
    change_feed.changes_poll()  # which finds the copies
    assert not UnfiledStudy.objects.exists()
    study = Study.objects.get(study_instance_uid=move["into_study_instance_uid"])
    moved = Instance.objects.get(sop_instance_uid=split.SOPInstanceUID)
    assert (moved.series.study, study.patient, study.stable_at) == (study, patient, None)
    assert moved.series.series_instance_uid == split.SeriesInstanceUID
    file = pydicom.dcmread(io.BytesIO(archive.files[moved.orthanc_id]))
    assert file.StudyInstanceUID == study.study_instance_uid
    former = file.OriginalAttributesSequence[0].ModifiedAttributesSequence[0]
    assert former.StudyInstanceUID == kept.StudyInstanceUID
    assert file.PixelData == split.PixelData
    job.refresh_from_db()
    assert job.study == study
    old = OutboxEvent.objects.get(topic=INSTANCES_SUPERSEDED).payload["orthanc_ids"]
    resolution.superseded_delete(old)
    assert not set(old) & archive.files.keys()
    rows = api("rib").get(f"/api/ris/studies/{study.study_instance_uid}/series-moves/").json()
    assert [row["from_study_instance_uid"] for row in rows["results"]] == [kept.StudyInstanceUID]
    named = AuditLog.objects.get(action="study.move_series")
    assert (named.patient_id, named.actor_role) == (patient.pk, "rib")

    split.StudyInstanceUID = study.study_instance_uid
    assert ask(split, split, into=kept.StudyInstanceUID).status_code == 202
    carry_out()
    change_feed.changes_poll()
    moved.refresh_from_db()
    [study] = Study.objects.all()
    assert study.study_instance_uid == kept.StudyInstanceUID
    assert set(study.series.values_list("pk", flat=True)) > {moved.series_id}
    file = pydicom.dcmread(io.BytesIO(archive.files[moved.orthanc_id]))
    assert file.StudyDescription == "Brain"
    assert len(file.OriginalAttributesSequence) == 2
    assert study.accepted_identities.count() == 1
    resolution.superseded_delete(old)  # late, or once more
    assert moved.orthanc_id in set(old) & archive.files.keys()


def test_nothing_goes_to_another_patient_or_away_from_its_report(
    arrive, ask, patient_factory, users
):
    patient, other = patient_factory(), patient_factory()
    hidden = patient_factory(restricted=True)
    image, second = arrive(patient), arrive(patient)
    theirs, restricted = arrive(other), arrive(hidden)
    assert ask(image, image).status_code == 409  # nothing would be left
    assert ask(image, second).status_code == 404
    assert ask(image, image, into=image.StudyInstanceUID).status_code == 409
    assert ask(image, image, into=theirs.StudyInstanceUID).status_code == 409
    assert ask(image, image, into=restricted.StudyInstanceUID).status_code == 404
    assert ask(restricted, restricted, into=image.StudyInstanceUID).status_code == 404
    assert ask(image, image, into="1.2.3").status_code == 404
    assert ask(image).status_code == 400
    assert ask(image, image, into=second.StudyInstanceUID, role="doctor").status_code == 403
    study = Study.objects.get(study_instance_uid=image.StudyInstanceUID)
    report_row(study, users["rib"], "signed")
    refused = ask(image, image, into=second.StudyInstanceUID).json()["error"]
    assert (refused["code"], refused["detail"]) == ("ERR_445", "report_signed")
    assert not SeriesMove.objects.exists()


def test_a_study_that_is_another_patients_by_then_is_not_put_together_and_says_so(
    archive, arrive, ask, api, patient_factory, users
):
    patient, other = patient_factory(), patient_factory()
    image, second = arrive(patient, StudyDescription="Brain"), arrive(patient)
    assert ask(image, image, into=second.StudyInstanceUID).status_code == 202
    Study.objects.filter(study_instance_uid=second.StudyInstanceUID).update(patient=other)
    with pytest.raises(BusinessError) as refused:
        carry_out()
    event = OutboxEvent.objects.filter(topic=SERIES_MOVE_DECIDED).latest("pk")
    OutboxEvent.objects.filter(pk=event.pk).update(status=OutboxStatus.PENDING)
    settle_failed(event, refused.value, retryable=False)
    place = f"/api/ris/studies/{image.StudyInstanceUID}/series-moves/"
    [row] = api("rib").get(place).json()["results"]
    assert (row["failure"], row["done_at"] is None) == ("other_patient", False)
    assert (row["from_description"], row["modality"]) == ("Brain", "MR")
    [alert] = Notification.objects.filter(kind="series_move_failed")
    assert (alert.user, alert.link) == (users["rib"], f"/studies/{image.StudyInstanceUID}?moves=1")
    assert Study.objects.filter(patient=patient, series__instances__isnull=False).count() == 1
    assert len(archive.files) == 2


def test_what_was_begun_on_a_study_goes_along_when_it_is_put_together_with_another(
    arrive, ask, api, patient_factory, users
):
    patient = patient_factory()
    image, second = arrive(patient), arrive(patient)
    source, target = (
        Study.objects.get(study_instance_uid=each.StudyInstanceUID) for each in (image, second)
    )
    reader, rib = api("rib"), users["rib"]
    reading = f"/api/ris/studies/{target.study_instance_uid}/reading/"
    assert reader.post(reading, {"status": "READ"}, format="json").status_code == 200
    reading_lock(actor=users["doctor"], study_instance_uid=source.study_instance_uid)
    study_assign(actor=rib, study_instance_uid=source.study_instance_uid, assignee=rib.pk)
    draft = report_row(source, users["doctor"])
    clash = report_row(target, rib)
    assert ask(image, image, into=second.StudyInstanceUID).json()["error"]["detail"] == (
        "reports_clash"
    )
    Report.objects.filter(pk=clash.pk).update(discarded=clash.pk)
    assert ask(image, image, into=second.StudyInstanceUID).status_code == 202
    carry_out()
    assert not Study.objects.filter(pk=source.pk).exists()
    draft.refresh_from_db()
    assert draft.study == target
    lock = Reading.objects.get(study=target)
    assert (lock.status, lock.reader, lock.read_at) == ("READING", users["doctor"], None)
    entry = WorklistEntry.objects.get(study=target)
    assert (entry.assignee, entry.reader, entry.report) == (rib, users["doctor"], ReportRank.DRAFT)
    steps = ReadingEvent.objects.filter(study=target).values_list("step", flat=True)
    assert {*steps} == {"locked", "assigned", "read", "merged"}


def test_series_that_nobody_has_read_make_the_study_unread_to_which_they_go(
    arrive, ask, api, patient_factory
):
    patient = patient_factory()
    image, read = arrive(patient), arrive(patient)
    moved = arrive(patient, of=image)
    place = f"/api/ris/studies/{read.StudyInstanceUID}/reading/"
    assert api("rib").post(place, {"status": "READ"}, format="json").status_code == 200
    assert ask(image, moved, into=read.StudyInstanceUID).status_code == 202
    carry_out()
    study = Study.objects.get(study_instance_uid=read.StudyInstanceUID)
    assert not Reading.objects.filter(study=study).exists()
    assert study.list_reading == ReadingStatus.values.index("UNREAD")


def test_two_splits_do_not_empty_a_study(arrive, ask, patient_factory, users):
    patient = patient_factory()
    image = arrive(patient)
    second = arrive(patient, of=image)
    reading_lock(actor=users["rib"], study_instance_uid=image.StudyInstanceUID)
    assert [ask(image, one).status_code for one in (image, second)] == [202, 202]
    first, last = OutboxEvent.objects.filter(topic=SERIES_MOVE_DECIDED).order_by("pk")
    series_moves.series_moves_carry_out(**first.payload)
    with pytest.raises(BusinessError) as refused:
        series_moves.series_moves_carry_out(**last.payload)
    assert refused.value.detail == "nothing_left"
    assert Reading.objects.get().study.study_instance_uid == image.StudyInstanceUID


def test_images_without_a_patient_id_are_not_of_one_person(archive, ask):
    images = [mr_image(PatientID="") for _ in range(2)]
    for image in images:
        archive.store(part10(image))
    change_feed.changes_poll()
    first, second = images
    assert ask(first, first, into=second.StudyInstanceUID).status_code == 409


def test_a_registration_follows_its_series(arrive, ask, patient_factory, users):
    patient = patient_factory()
    image, second = arrive(patient), arrive(patient)
    row = registration_row(image, second, patient, users["rib"])
    assert ask(second, second, into=image.StudyInstanceUID).status_code == 202
    carry_out()
    row.refresh_from_db()
    [study] = Study.objects.all()
    assert (row.fixed_study, row.moving_study) == (study, study)


def test_what_is_split_from_a_quarantined_study_stays_quarantined(
    arrive, ask, patient_factory, api
):
    patient = patient_factory()
    image = arrive(patient)
    second = arrive(patient, of=image)
    api("rib").post(f"/api/ris/studies/{image.StudyInstanceUID}/quarantine/")
    assert ask(image, second).status_code == 202
    carry_out()
    assert matching.studies_rematch() == 0
    assert set(Study.objects.values_list("patient", flat=True)) == {None}
    reasons = QuarantinedStudy.objects.values_list("reason", flat=True)
    assert [*reasons] == [QuarantineReason.WRONG_PATIENT] * 2
