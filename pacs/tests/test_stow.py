"""STOW-RS: what is stored, what is refused and how it is answered, part by part."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.utils import timezone
from pydicom import Dataset
from pydicom.uid import generate_uid

from audit.models import AuditLog
from pacs.index.change_feed import changes_poll
from pacs.models import QuarantinedStudy
from pacs.tests import index
from pacs.tests.dicom_files import bare, evidence, mr_image, part10, referring
from rbac import services as rights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eager")]
URL = "/api/ris/dicom-web/studies"
MULTIPART = 'multipart/related; type="application/dicom"; boundary=B'
NATIVE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"


def body_of(*files, part_type="application/dicom"):
    head = f"--B\r\nContent-Type: {part_type}\r\n\r\n".encode()
    return b"".join(head + file + b"\r\n" for file in files) + b"--B--\r\n"


def post(client, body, url=URL, content_type=MULTIPART, **headers):
    return client.generic("POST", url, body, content_type, **headers)


def send(client, *files, url=URL, **headers):
    """Answers (status, stored UIDs, {UID: failure reason}, reasons without a UID)."""
    response = post(client, body_of(*files), url, **headers)
    if response["Content-Type"] != "application/dicom+json":
        return response.status_code, response.json()["error"]["code"]
    answer = Dataset.from_json(response.content.decode())
    return (
        response.status_code,
        [item.ReferencedSOPInstanceUID for item in answer.get("ReferencedSOPSequence", [])],
        {
            item.ReferencedSOPInstanceUID: item.FailureReason
            for item in answer.get("FailedSOPSequence", [])
        },
        [item.FailureReason for item in answer.get("OtherFailuresSequence", [])],
    )


@pytest.fixture(autouse=True)
def nothing_is_left_on_disk(settings):
    yield
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_an_image_is_stored_and_answered_with_its_address(archive, api, settings):
    image = mr_image()
    response = post(api("rib"), body_of(part10(image)))
    assert (response.status_code, response["Content-Type"]) == (200, "application/dicom+json")
    answer = Dataset.from_json(response.content.decode())
    root = f"{settings.PUBLIC_BASE_URL}{URL}/{image.StudyInstanceUID}"
    assert answer.RetrieveURL == root
    (stored,) = answer.ReferencedSOPSequence
    assert stored.ReferencedSOPClassUID == image.SOPClassUID
    assert stored.ReferencedSOPInstanceUID == image.SOPInstanceUID
    series = f"series/{image.SeriesInstanceUID}"
    assert stored.RetrieveURL == f"{root}/{series}/instances/{image.SOPInstanceUID}"
    assert "FailedSOPSequence" not in answer
    assert list(archive.files.values()) == [part10(image)]


def test_the_answer_in_xml(archive, api):
    image = mr_image()
    response = post(api("rib"), body_of(part10(image), b"x"), HTTP_ACCEPT="application/dicom+xml")
    assert (response.status_code, response["Content-Type"]) == (202, "application/dicom+xml")
    root = ElementTree.fromstring(response.content)  # noqa: S314
    assert root.tag == f"{NATIVE}NativeDicomModel"
    found = {node.get("keyword"): node for node in root}
    assert list(found) == ["RetrieveURL", "ReferencedSOPSequence", "OtherFailuresSequence"]
    item = found["ReferencedSOPSequence"].find(f"{NATIVE}Item[@number='1']")
    values = {n.get("tag"): n.findtext(f"{NATIVE}Value[@number='1']") for n in item}
    assert values["00081155"] == image.SOPInstanceUID
    reason = found["OtherFailuresSequence"].find(f".//{NATIVE}DicomAttribute[@vr='US']")
    assert reason.findtext(f"{NATIVE}Value") == str(0xC000)


def test_good_instances_are_stored_among_bad_ones(archive, api):
    good, other = mr_image(), mr_image()
    lacking = part10(mr_image(SeriesInstanceUID="x"))
    assert send(
        api("rib"), part10(good), b"garbage", part10(mr_image())[:-100], part10(other), b"", lacking
    ) == (202, [good.SOPInstanceUID, other.SOPInstanceUID], {}, [0xC000] * 4)
    assert len(archive.files) == 2


def test_a_part_of_another_type_and_a_dicomdir_are_failures(archive, api):
    text = post(api("rib"), body_of(part10(mr_image()), part_type="text/plain"))
    assert text.status_code == 409
    directory = mr_image()
    directory.SOPClassUID = "1.2.840.10008.1.3.10"
    assert send(api("rib"), part10(directory)) == (409, [], {}, [0x0122])
    assert archive.files == {}


def test_the_same_bytes_again_are_a_success_and_others_a_conflict(archive, api):
    """Whatever it is: an image, a report, an approved SEG."""
    image, report = mr_image(), referring()
    client = api("rib")
    uids = [image.SOPInstanceUID, report.SOPInstanceUID]
    for _ in range(2):
        assert send(client, part10(image), part10(report)) == (200, uids, {}, [])
    before = dict(archive.files)
    report.SeriesDescription = "Nothing was found"
    image.PixelData = bytes(512)
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    expected = dict.fromkeys(uids, 0x0111)
    assert send(client, part10(image), part10(report)) == (409, [], expected, [])
    assert archive.files == before


def test_only_the_study_of_the_address(archive, api):
    image, other = mr_image(), mr_image()
    url = f"{URL}/{image.StudyInstanceUID}"
    assert send(api("rib"), part10(image), part10(other), url=url) == (
        202,
        [image.SOPInstanceUID],
        {other.SOPInstanceUID: 0xA900},
        [],
    )


def test_a_bare_data_set_is_stored_as_a_file_with_a_warning(archive, api):
    response = post(api("rib"), body_of(bare(mr_image())))
    (stored,) = Dataset.from_json(response.content.decode()).ReferencedSOPSequence
    assert (response.status_code, stored.WarningReason) == (202, 0xB000)
    (file,) = archive.files.values()
    assert file[128:132] == b"DICM"


def test_too_large_a_part_is_a_failure_of_its_own(archive, api, settings):
    settings.UPLOAD_MAX_FILE_BYTES = 100_000
    image = mr_image()
    huge = part10(mr_image()) + bytes(200_000)
    assert send(api("rib"), huge, part10(image)) == (202, [image.SOPInstanceUID], {}, [0xA700])


@pytest.mark.parametrize(
    ("role", "headers", "status"),
    [
        (None, {}, 401),
        ("lab", {}, 403),
        ("nurse", {}, 403),
        ("patient", {}, 403),
        ("rib", {"HTTP_ACCEPT": "text/html"}, 406),
        ("rib", {"HTTP_ACCEPT": "multipart/related"}, 406),
        ("rib", {"content_type": "application/dicom"}, 415),
        ("rib", {"content_type": "application/dicom+json"}, 415),
        ("rib", {"content_type": 'multipart/related; type="application/dicom+json"'}, 415),
        ("rib", {"HTTP_CONTENT_ENCODING": "gzip"}, 415),
        ("rib", {"content_type": "multipart/related"}, 400),
    ],
)
@pytest.mark.parametrize("url", [URL, f"{URL}/1.2.3"])
def test_what_a_header_tells_is_refused_before_the_body_is_read(
    archive, api, role, headers, status, url
):
    class Unread(BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    given = {"content_type": MULTIPART} | headers
    extra = {"wsgi.input": Unread(), "wsgi.input_terminated": True}
    response = post(api(role), b"", url, **given, **extra)
    assert response.status_code == status
    assert response.json()["error"]["code"].startswith("ERR_")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "ERR_102"),
        (b"--B--", "ERR_115"),
        (body_of(part10(mr_image()))[:-9], "ERR_102"),
        (body_of(part10(mr_image())).replace(b"--B--", b"--C--"), "ERR_102"),
    ],
)
def test_of_a_body_that_does_not_end_nothing_is_stored(archive, api, body, code):
    response = post(api("rib"), body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)
    assert archive.files == {}


def test_staff_bring_images_of_anybody_to_the_right_patient(archive, api, patient_factory):
    study = index.study(patient_factory())
    wrong = mr_image(StudyInstanceUID=study.study_instance_uid)
    right = mr_image(StudyInstanceUID=study.study_instance_uid, PatientID=study.dicom_patient_id)
    assert send(api("doctor"), part10(wrong), part10(right)) == (
        202,
        [right.SOPInstanceUID],
        {wrong.SOPInstanceUID: 0x0124},
        [],
    )
    assert QuarantinedStudy.objects.count() == 0


def test_external_people_bring_shared_patients_and_the_rest_is_held(
    archive, api, users, patient_factory
):
    shared, hidden = patient_factory(), patient_factory()
    rights.grant_share(
        actor=users["admin"],
        grantee_id=users["external"].pk,
        expires_at=timezone.now() + timedelta(days=1),
        patient_id=shared.pk,
    )
    ids = (shared.patient_id, hidden.patient_id, "T-NOBODY")
    images = [mr_image(PatientID=patient_id) for patient_id in ids]
    assert send(api("external"), *map(part10, images))[0] == 200
    held = QuarantinedStudy.objects.values_list("study_instance_uid", flat=True)
    assert set(held) == {image.StudyInstanceUID for image in images[1:]}
    known = index.study(hidden)
    foreign = mr_image(PatientID=hidden.patient_id, StudyInstanceUID=known.study_instance_uid)
    refused = {foreign.SOPInstanceUID: 0x0124}
    url = f"{URL}/{known.study_instance_uid}"
    assert send(api("external"), part10(foreign)) == (409, [], refused, [])
    assert send(api("external"), part10(foreign), url=url) == (409, [], refused, [])


def about(series, **attributes):
    """A report on the images of a series of the index."""
    study = series.study
    uids = series.instances.values_list("sop_instance_uid", flat=True)
    found = evidence(study.study_instance_uid, series.series_instance_uid, *uids)
    return referring(found, **attributes)


def test_a_report_refers_to_what_its_sender_sees(archive, api, mine, patient_factory):
    restricted = index.series(index.study(patient_factory(restricted=True)))
    unmatched = index.series(index.study(None))
    allowed = {"doctor": [mine.series, mine.other_series], "external": [mine.series]}
    allowed["rib"] = [mine.series, mine.other_series, unmatched]
    for role, series_seen in allowed.items():
        for series in (mine.series, mine.other_series, restricted, unmatched):
            report = about(series)
            status, stored, failed, _ = send(api(role), part10(report))
            seen = series in series_seen
            assert (role, series.pk, status) == (role, series.pk, 200 if seen else 409)
            assert stored == ([report.SOPInstanceUID] if seen else [])
            assert failed == ({} if seen else {report.SOPInstanceUID: 0x0112})


def test_hidden_and_unknown_are_refused_in_the_same_words(archive, api, mine):
    hidden = about(mine.other_series)
    unknown = referring(
        evidence("1.2.3", "1.2.3.4", "1.2.3.4.5"), SOPInstanceUID=hidden.SOPInstanceUID
    )
    answers = [post(api("external"), body_of(part10(report))) for report in (hidden, unknown)]
    assert answers[0].content == answers[1].content
    assert answers[0].status_code == answers[1].status_code == 409


@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_one_hidden_reference_is_enough(archive, api, mine, level):
    report = about(mine.series)
    hidden = mine.other_series
    item = report.CurrentRequestedProcedureEvidenceSequence[0]
    series = item.ReferencedSeriesSequence[0]
    if level == "study":
        item.StudyInstanceUID = hidden.study.study_instance_uid
    elif level == "series":
        series.SeriesInstanceUID = hidden.series_instance_uid
    else:
        last = series.ReferencedSOPSequence[-1]
        last.ReferencedSOPInstanceUID = hidden.instances.first().sop_instance_uid
    status, *_, failed, _ = send(api("external"), part10(report))
    assert (status, failed) == (409, {report.SOPInstanceUID: 0x0112})
    assert archive.files == {}
    assert QuarantinedStudy.objects.count() == 0


def test_images_and_what_refers_to_them_come_together_in_any_order(archive, api):
    image = mr_image()
    of_image = evidence(image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)
    common = {"StudyInstanceUID": image.StudyInstanceUID}
    report = referring(of_image, **common)
    summary = referring(
        evidence(image.StudyInstanceUID, report.SeriesInstanceUID, report.SOPInstanceUID), **common
    )
    files = [part10(thing) for thing in (summary, report, image)]
    assert send(api("external"), *files[:2])[0] == 409
    assert send(api("external"), *files)[0] == 200
    assert len(archive.files) == 3


def test_what_came_a_moment_ago_can_be_referred_to(archive, api, patient_factory):
    changes_poll()
    image = mr_image(PatientID=patient_factory().patient_id)
    assert send(api("doctor"), part10(image))[0] == 200
    report = referring(
        evidence(image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)
    )
    assert send(api("doctor"), part10(report))[0] == 200


def test_a_conflicting_image_lends_no_right_to_refer_to_the_stored_one(archive, api):
    original = mr_image()
    assert send(api("rib"), part10(original))[0] == 200
    forged = mr_image(SOPInstanceUID=original.SOPInstanceUID)
    report = referring(
        evidence(forged.StudyInstanceUID, forged.SeriesInstanceUID, original.SOPInstanceUID)
    )
    status, stored, failed, _ = send(api("external"), part10(forged), part10(report))
    assert (status, stored) == (409, [])
    assert failed == {forged.SOPInstanceUID: 0x0111, report.SOPInstanceUID: 0x0112}


def test_an_archive_that_is_down(archive, api):
    archive.down = True
    files = [part10(mr_image()) for _ in range(8)]
    assert send(api("rib"), *files, b"garbage") == (503, "ERR_502")
    receive, store = index.records()
    assert (receive["outcome"], store["outcome"]) == ("ok", "failed")
    assert store["detail"]["codes"] == {"ERR_502": 8, "ERR_110": 1}


def test_both_the_receipt_and_the_result_are_recorded(archive, api, users, patient_factory):
    patient = patient_factory()
    image = mr_image(PatientID=patient.patient_id, PatientName="Nemo^Captain")
    study = index.study(patient, study_instance_uid=image.StudyInstanceUID)
    url = f"{URL}/{study.study_instance_uid}"
    send(api("doctor"), part10(image), b"x", url=url)
    receive, store = index.records()
    assert (receive["action"], receive["detail"]["parts"]) == ("dicomweb.receive", 2)
    assert (store["action"], store["outcome"]) == ("dicomweb.store", "ok")
    for record in (receive, store):
        assert (record["object_id"], record["actor_id"]) == (
            study.study_instance_uid,
            users["doctor"].pk,
        )
        assert record["permission"] == "upload_dicom"
    assert store["patient_id"] == patient.pk
    assert store["detail"]["files"] == {"stored": 1, "rejected": 1}
    assert store["detail"]["studies"] == [study.study_instance_uid]
    assert "Nemo" not in json.dumps([receive, store])
    assert AuditLog.objects.filter(action__startswith="dicomweb").count() == 0


def test_refusals_are_recorded(archive, api):
    post(api("nurse"), b"")
    post(api(None), b"")
    post(api("rib"), b"nonsense")
    records = index.records()
    assert {r["action"] for r in records} == {"dicomweb.store"}
    assert [r["outcome"] for r in records] == ["denied", "denied", "failed"]


def test_without_a_record_nothing_is_stored(archive, api, audit_down):
    assert send(api("rib"), part10(mr_image())) == (503, "ERR_507")
    assert archive.files == {}


def test_mutated_bodies_never_break_anything(archive, api):
    chance = random.Random(20261121)
    client = api("rib")
    whole = body_of(part10(mr_image()), part10(referring(evidence("1.2", "1.3", "1.4"))))
    pieces = [b"\r\n", b"--B", b"\0", b"\xff\xff\xff\xff", b"SQ", b"\xfe\xff\x00\xe0", b""]
    statuses = set()
    for _ in range(300):
        body = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randint(0, len(body))
            body[at : at + chance.randint(0, 9)] = chance.choice(pieces)
        statuses.add(post(client, bytes(body)).status_code)
    assert statuses - {200} == {202, 400, 409}
