"""The index follows the archive's feed, whatever it finds there."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import generate_uid

from audit.models import AuditLog
from common.errors import ExternalError
from common.outbox import registry
from common.outbox.models import OutboxEvent
from ocs.models import Order
from pacs import tasks
from pacs.events import DERIVED_OBJECT_INDEXED, INSTANCE_UNREADABLE
from pacs.index import change_feed
from pacs.models import ChangeCursor, Instance, QuarantinedStudy, Series, Study
from pacs.tests.dicom_files import encapsulated, mr_image, part10

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.80"])
def test_the_index_knows_a_transfer_syntax_that_the_archive_does_not(archive, syntax):
    image = encapsulated(np.zeros((1, 4, 4), np.uint16), lambda _: b"codestream")
    orthanc_id = archive.store(part10(image, syntax))
    change_feed.changes_poll()
    assert Instance.objects.get().transfer_syntax_uid == syntax
    Instance.objects.all().delete()
    change_feed.instance_retry(orthanc_id)
    assert Instance.objects.get().transfer_syntax_uid == syntax


@pytest.fixture
def listener():
    """Something that wants to know of derived objects."""

    @registry.subscribe(DERIVED_OBJECT_INDEXED, queue="django_tasks")
    def heard(_):
        pass

    yield
    registry._by_name.pop(f"{heard.__module__}.{heard.__name__}")


def test_an_instance_becomes_rows(archive, patient_factory, users):
    patient = patient_factory()
    order = Order.objects.create(
        accession_number="RIS-1",
        patient=patient,
        job_role="RIS",
        job_type="MR",
        ordered_by=users["doctor"],
        ordered_at="2026-01-05T09:00:00Z",
    )
    image = mr_image(
        PatientID=patient.patient_id,
        AccessionNumber="RIS-1",
        StudyDescription="두부 MRI",
        SeriesDescription="T1",
        SliceThickness=1.5,
        FrameOfReferenceUID="1.2.3",
    )
    orthanc_id = archive.store(part10(image))
    archive.changes.append(("StableSeries", "x"))
    assert change_feed.changes_poll() == 2
    assert change_feed.changes_poll() == 0
    study = Study.objects.get()
    assert (study.study_instance_uid, study.patient, study.order) == (
        image.StudyInstanceUID,
        patient,
        order,
    )
    assert (str(study.study_date), study.description) == ("2026-01-05", "두부 MRI")
    assert study.stable_at is None
    series = Series.objects.get(study=study)
    assert (series.modality, series.number, series.frame_of_reference_uid) == ("MR", 1, "1.2.3")
    instance = Instance.objects.get(series=series)
    assert (instance.sop_instance_uid, instance.orthanc_id) == (image.SOPInstanceUID, orthanc_id)
    assert (instance.rows, instance.columns, instance.frames) == (16, 16, 1)
    assert instance.image_orientation == [1, 0, 0, 0, 1, 0]
    assert (instance.pixel_spacing, instance.slice_thickness) == ([1, 1], 1.5)
    assert instance.file_size == len(part10(image))
    assert AuditLog.objects.get(action="study.index").patient_id == patient.pk


def test_what_searches_ask_for_is_kept(archive, patient_factory):
    request = Dataset()
    request.ScheduledProcedureStepID, request.RequestedProcedureID = "SPS-1", "RP-1"
    image = mr_image(
        PatientID=patient_factory().patient_id,
        PatientName="Pérez^Ana=金^珉俊=김^민준",
        TimezoneOffsetFromUTC="+0900",
        SeriesDate="20260106",
        SeriesTime="101500.5",
        PerformedProcedureStepStartDate="20260107",
        PerformedProcedureStepStartTime="1016",
        RequestAttributesSequence=[request],
    )
    archive.store(part10(image))
    change_feed.changes_poll()
    study = Study.objects.get()
    assert study.timezone_offset_from_utc == "+0900"
    words = {"perez", "ana", "金", "珉俊", "김", "민준"}
    assert set(study.name_words.values_list("word", flat=True)) == words
    series = study.series.get()
    assert (str(series.series_date), series.series_time) == ("2026-01-06", "101500.5")
    assert str(series.performed_procedure_step_start_date) == "2026-01-07"
    assert series.performed_procedure_step_start_time == "1016"
    assert (series.scheduled_procedure_step_id, series.requested_procedure_id) == ("SPS-1", "RP-1")
    assert series.instances.get().bits_allocated == 16


@pytest.mark.parametrize(
    ("charset", "name", "expected"),
    [
        (
            b"ISO 2022 IR 13\\ISO 2022 IR 87",
            "ﾔﾏﾀﾞ^ﾀﾛｳ".encode("shift_jis") + b"=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J",
            "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎",
        ),
        (
            b"ISO 2022 IR 100\\ISO 2022 IR 144",
            b"M\xfcller^J\xfcrgen=\x1b-L" + "Мюллер".encode("iso8859_5"),
            "Müller^Jürgen=Мюллер",
        ),
        (b"\\ISO 2022 IR 149", b"Kim=\x1b$)C" + "김".encode("euc_kr"), "Kim=김"),
    ],
)
def test_texts_with_code_extensions_are_decoded_from_the_file(archive, charset, name, expected):
    image = mr_image()
    image.add_new("SpecificCharacterSet", "CS", charset.decode().split("\\"))
    image._dict[Tag("PatientName")] = RawDataElement(
        Tag("PatientName"), "PN", len(name), name.ljust(-(-len(name) // 2) * 2), 0, False, True
    )
    orthanc_id = archive.store(part10(image))
    archive.tags[orthanc_id]["SpecificCharacterSet"] = charset.decode()
    archive.tags[orthanc_id]["PatientName"] = "as the archive sees it"
    change_feed.changes_poll()
    assert Study.objects.get().dicom_patient_name == expected


@pytest.mark.parametrize(
    "sequence", [None, [], "text", [None], [{}], [{"RequestedProcedureID": 1}]]
)
def test_a_request_that_says_nothing_is_kept_empty(archive, sequence):
    orthanc_id = archive.store(part10(mr_image()))
    archive.tags[orthanc_id]["RequestAttributesSequence"] = sequence
    change_feed.changes_poll()
    assert Series.objects.get().requested_procedure_id == ""


def test_an_order_of_another_patient_is_not_taken(archive, patient_factory, users):
    Order.objects.create(
        accession_number="RIS-1",
        patient=patient_factory(),
        job_role="RIS",
        job_type="MR",
        ordered_by=users["doctor"],
        ordered_at="2026-01-05T09:00:00Z",
    )
    patient = patient_factory()
    archive.store(part10(mr_image(PatientID=patient.patient_id, AccessionNumber="RIS-1")))
    change_feed.changes_poll()
    study = Study.objects.get()
    assert (study.patient, study.order) == (patient, None)


def test_a_patient_id_matches_to_the_letter(archive, patient_factory):
    patient_factory(patient_id="T-case")
    archive.store(part10(mr_image(PatientID="T-CASE")))
    change_feed.changes_poll()
    assert Study.objects.get().patient is None


def test_a_held_study_is_not_matched(archive, patient_factory, users):
    image = mr_image(PatientID=patient_factory().patient_id)
    QuarantinedStudy.objects.create(
        study_instance_uid=image.StudyInstanceUID, uploaded_by=users["external"]
    )
    archive.store(part10(image))
    change_feed.changes_poll()
    assert Study.objects.get().patient is None


def test_more_instances_than_a_page(archive, monkeypatch):
    monkeypatch.setattr(change_feed, "PAGE_SIZE", 3)
    study, series = generate_uid(), generate_uid()
    for number in range(10):
        archive.store(
            part10(
                mr_image(
                    StudyInstanceUID=study, SeriesInstanceUID=series, InstanceNumber=number + 1
                )
            )
        )
    assert change_feed.changes_poll() == 10
    assert (Study.objects.count(), Series.objects.count(), Instance.objects.count()) == (1, 1, 10)


def test_garbage_values_become_empty(archive):
    image = mr_image()
    orthanc_id = archive.store(part10(image))
    archive.tags[orthanc_id] |= {
        "PatientName": "N" * 999,
        "PatientID": "P" * 99,
        "PatientSex": None,
        "StudyDate": "20261399",
        "StudyID": "\ud800\x00" + "7" * 40,
        "SeriesNumber": "99999999999999",
        "InstanceNumber": "first",
        "Rows": "-3",
        "NumberOfFrames": "0",
        "ImagePositionPatient": "1\\2",
        "ImageOrientationPatient": "1\\0\\0\\0\\nan\\0",
        "PixelSpacing": "1\\x",
        "SliceThickness": "1e999",
        "Modality": ["a", "list"],
        "FrameOfReferenceUID": "1." * 60 + "1",
    }
    change_feed.changes_poll()
    study, series, instance = Study.objects.get(), Series.objects.get(), Instance.objects.get()
    assert (study.study_date, study.study_id, study.dicom_patient_name) == (None, "7" * 40, "")
    assert study.dicom_patient_id == "P" * 99
    assert (series.number, series.modality, series.frame_of_reference_uid) == (None, "", "")
    assert (instance.number, instance.rows, instance.frames) == (None, None, 1)
    assert instance.image_position is instance.image_orientation is instance.pixel_spacing is None
    assert instance.slice_thickness is None


def test_the_first_in_the_feed_is_the_first(archive):
    series = generate_uid()
    images = [mr_image(SeriesInstanceUID=series, PatientID=f"T-{n}") for n in range(8)]
    for image in images:
        archive.store(part10(image))
    change_feed.changes_poll()
    assert Instance.objects.get().sop_instance_uid == images[0].SOPInstanceUID


@pytest.mark.parametrize(
    "reused",
    [
        ("StudyInstanceUID",),
        ("SeriesInstanceUID",),
        ("SOPInstanceUID",),
        ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"),
    ],
)
def test_a_uid_used_twice_keeps_its_first_meaning(archive, caplog, reused):
    first = mr_image(PatientID="T-ONE")
    second = mr_image(PatientID="T-TWO", **{keyword: first[keyword].value for keyword in reused})
    third = mr_image()
    archive.store(part10(first))
    orthanc_id = archive.store(part10(second))
    archive.store(part10(third))
    with caplog.at_level(logging.WARNING):
        assert change_feed.changes_poll() == 3
    assert set(Instance.objects.values_list("sop_instance_uid", flat=True)) == {
        first.SOPInstanceUID,
        third.SOPInstanceUID,
    }
    assert Study.objects.filter(dicom_patient_id="T-TWO").count() == 0
    assert [r.orthanc_id for r in caplog.records if hasattr(r, "orthanc_id")] == [orthanc_id]
    assert ChangeCursor.objects.get().last_seq == 3


def test_an_instance_that_cannot_be_read_is_left_to_the_outbox(archive):
    sick, well = mr_image(), mr_image()
    sick_id = archive.store(part10(sick))
    archive.store(part10(well))
    archive.broken.add(sick_id)
    assert change_feed.changes_poll() == 2
    assert Instance.objects.get().sop_instance_uid == well.SOPInstanceUID
    event = OutboxEvent.objects.get(topic=INSTANCE_UNREADABLE)
    assert event.payload == {"orthanc_id": sick_id}
    archive.broken.clear()
    registry.by_name(event.handler).handler(event)
    registry.by_name(event.handler).handler(event)
    assert Instance.objects.filter(sop_instance_uid=sick.SOPInstanceUID).count() == 1


def test_an_instance_that_cannot_be_written_is_left_to_the_outbox(archive, monkeypatch):
    monkeypatch.setattr(change_feed.instances.dicom, "MAX_INTEGER", 2**63)
    sick, well = mr_image(), mr_image()
    sick_id = archive.store(part10(sick))
    archive.tags[sick_id]["InstanceNumber"] = "99999999999999"
    archive.store(part10(well))
    change_feed.changes_poll()
    assert Instance.objects.get().sop_instance_uid == well.SOPInstanceUID
    assert Study.objects.count() == 1
    assert OutboxEvent.objects.get(topic=INSTANCE_UNREADABLE).payload == {"orthanc_id": sick_id}


def test_an_instance_deleted_meanwhile_is_passed_over(archive):
    gone = archive.store(part10(mr_image()))
    archive.store(part10(mr_image()))
    del archive.files[gone]
    assert change_feed.changes_poll() == 2
    assert Instance.objects.count() == 1
    assert OutboxEvent.objects.count() == 0


def test_an_archive_that_is_down_moves_nothing(archive):
    archive.store(part10(mr_image()))
    archive.down = True
    with pytest.raises(ExternalError):
        change_feed.changes_poll()
    tasks.poll_changes()
    archive.down = False
    assert change_feed.changes_poll() == 1


def test_a_reset_archive_is_read_from_its_beginning(archive):
    first = mr_image()
    for image in (first, mr_image(), mr_image()):
        archive.store(part10(image))
    change_feed.changes_poll()
    archive.files.clear()
    archive.changes.clear()
    archive.born = "later"
    archive.store(part10(first))
    new = mr_image()
    archive.store(part10(new))
    assert change_feed.changes_poll() == 2
    assert Instance.objects.filter(sop_instance_uid=new.SOPInstanceUID).exists()
    assert Instance.objects.count() == 4


@pytest.mark.parametrize("deleted", [1, 3, 40])
def test_the_newest_being_deleted_replays_little(archive, monkeypatch, deleted):
    monkeypatch.setattr(change_feed, "PAGE_SIZE", 2)
    ids = [archive.store(part10(mr_image())) for _ in range(60)]
    change_feed.changes_poll()
    for orthanc_id in ids[-deleted:]:
        archive.cascade(orthanc_id)
    change_feed.changes_poll()
    new = mr_image()
    archive.store(part10(new))
    assert change_feed.changes_poll() < deleted + 4
    assert Instance.objects.filter(sop_instance_uid=new.SOPInstanceUID).exists()


def test_anchors_are_few_and_denser_towards_the_end(archive, monkeypatch):
    monkeypatch.setattr(change_feed, "PAGE_SIZE", 1)
    monkeypatch.setattr(change_feed, "MAX_PAGES", 200)
    for _ in range(100):
        archive.changes.append(("StableSeries", "x"))
    change_feed.changes_poll(200)
    anchors = [seq for seq, *_ in ChangeCursor.objects.get().anchors]
    assert anchors[0] == 1
    assert anchors[-2:] == [99, 100]
    assert len(anchors) < 12


def test_two_pollers_take_a_page_once(archive, monkeypatch):
    archive.store(part10(mr_image()))
    original = change_feed._describe

    def slow(orthanc_ids):
        """While this poller reads, another one does all the work."""
        monkeypatch.setattr(change_feed, "_describe", original)
        assert change_feed.changes_poll() == 1
        return original(orthanc_ids)

    monkeypatch.setattr(change_feed, "_describe", slow)
    assert change_feed.changes_poll() == 0
    assert (Instance.objects.count(), ChangeCursor.objects.get().last_seq) == (1, 1)


@pytest.mark.parametrize(("modality", "announced"), [("SEG", 1), ("SR", 1), ("KO", 1), ("MR", 0)])
def test_derived_objects_are_announced_once(archive, listener, modality, announced):
    image = mr_image(Modality=modality)
    archive.store(part10(image))
    change_feed.changes_poll()
    ChangeCursor.objects.update(last_seq=0)
    change_feed.changes_poll()
    events = OutboxEvent.objects.filter(topic=DERIVED_OBJECT_INDEXED)
    mine = [e for e in events if e.handler.endswith("test_change_feed.heard")]
    assert len(mine) == announced
    for event in mine:
        assert event.payload == {
            "sop_instance_uid": image.SOPInstanceUID,
            "series_instance_uid": image.SeriesInstanceUID,
            "study_instance_uid": image.StudyInstanceUID,
        }


def test_the_cost_of_an_instance(archive, django_assert_max_num_queries):
    study, series = generate_uid(), generate_uid()
    for _ in range(50):
        archive.store(part10(mr_image(StudyInstanceUID=study, SeriesInstanceUID=series)))
    with django_assert_max_num_queries(50 * 7 + 30):
        change_feed.changes_poll()
