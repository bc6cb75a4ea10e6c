"""What an upload may not bring: programs, hidden references, images into a hidden record."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest

from pacs.models import QuarantinedStudy
from pacs.tests.dicom_files import evidence, mr_image, part10, referring, zipped
from pacs.tests.test_stow import about
from pacs.tests.test_upload import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eager")]
PROGRAMS = {
    "Windows": b"MZ\x90\0" + bytes(56) + b"\x80\0\0\0" + bytes(64),
    "Linux": b"\x7fELF\2\1\1" + bytes(121),
    "macOS": b"\xcf\xfa\xed\xfe" + bytes(124),
    "script": b"#!/bin/sh\nid\nexit\n".ljust(128, b"#"),
    "page": b"<html><script>".ljust(128),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_preamble_that_is_a_program_is_stored_as_zeros(archive, api, program):
    image = mr_image(PatientID=" T-1")
    file = [("a.dcm", program + part10(image)[128:])]
    assert send(api("rib"), file)[1] == {"a.dcm": "stored"}
    (stored,) = archive.files.values()
    assert stored[:132] == bytes(128) + b"DICM"
    found = pydicom.dcmread(BytesIO(stored))
    assert (found.PatientID, found.PixelData) == ("T-1", image.PixelData)
    assert send(api("rib"), file)[1] == {"a.dcm": "duplicate"}


def test_a_tiff_header_stays(archive, api):
    head = b"II*\0" + bytes(range(124))
    assert send(api("rib"), [("a", head + part10(mr_image())[128:])])[0] == 201
    (stored,) = archive.files.values()
    assert stored[:128] == head


def test_an_upload_refers_to_what_its_sender_sees(archive, api, mine):
    for series, status in ((mine.series, 201), (mine.other_series, 400)):
        assert send(api("external"), [("a", part10(about(series)))])[0] == status
    assert len(archive.files) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_what_refers_may_come_before_its_images(archive, api, packed):
    image = mr_image()
    uids = (image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)
    report = referring(evidence(*uids), StudyInstanceUID=image.StudyInstanceUID)
    hidden = referring(evidence("1.2.3", "1.2.3.4", "1.2.3.4.5"))
    files = {"1": part10(hidden), "2": part10(report), "3": part10(image)}
    sent = [("z", zipped(files))] if packed else list(files.items())
    status, results, _ = send(api("external"), sent)
    assert status == 207
    assert list(results.values()) == [results[next(iter(results))], "stored", "stored"]
    assert len(archive.files) == 2


def test_nobody_files_into_a_restricted_record_that_they_do_not_see(archive, api, patient_factory):
    restricted = patient_factory(restricted=True).patient_id
    images = {name: mr_image(PatientID=name) for name in (restricted, "T-NOBODY")}
    files = [(name, part10(image)) for name, image in images.items()]
    status, results, body = send(api("rib"), files)
    assert (status, set(results.values())) == (201, {"stored"})
    held = QuarantinedStudy.objects.values_list("study_instance_uid", flat=True)
    assert set(held) == {images[restricted].StudyInstanceUID}
    answers = [{**file, "name": "", "sop_instance_uid": "", "study_instance_uid": ""}
               for file in body["files"]]  # fmt: skip
    assert answers[0] == answers[1], "the answer tells nothing about the patient"
