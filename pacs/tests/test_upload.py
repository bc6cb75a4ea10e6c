"""Uploads: what is stored, what is refused, and that nothing is left behind."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from django.utils import timezone
from pydicom.uid import generate_uid
from urllib3 import encode_multipart_formdata

from audit.models import AuditLog
from common.errors import ErrorCode
from pacs.ingest.views import DicomUpload
from pacs.models import QuarantinedStudy
from pacs.tests import index
from pacs.tests.dicom_files import bare, mr_image, part10, zipped
from rbac import services as rights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eager")]
URL = "/api/ris/upload/dicom/"


def send(client, files, **fields):
    """``files``: (name, bytes) pairs. Answers (status, {name: code or status}, body)."""
    response = post(client, files, fields, HTTP_ACCEPT_LANGUAGE="en")
    body = response.json()
    results = {f["name"]: f["code"] or f["status"] for f in body.get("files", [])}
    return response.status_code, results, body


def post(client, files, fields=None, **headers):
    """Django's own test client would drop the folders of the names."""
    parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
    body, content_type = encode_multipart_formdata([*parts, *(fields or {}).items()])
    return client.generic("POST", URL, body, content_type, **headers)


@pytest.fixture(autouse=True)
def nothing_is_left_on_disk(settings):
    yield
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_good_files_are_stored_among_bad_ones(archive, api):
    good, other = mr_image(), mr_image()
    whole = part10(mr_image())
    status, results, body = send(
        api("rib"),
        [
            ("series/0001.dcm", part10(good)),
            ("notes.txt", b"These are not the images you are looking for." * 9),
            ("cut.dcm", whole[:-100]),
            ("empty.dcm", b""),
            ("series/0002.dcm", part10(other)),
            (".DS_Store", b"noise"),
        ],
    )
    assert status == 207
    assert results == {
        "series/0001.dcm": "stored",
        "notes.txt": "ERR_110",
        "cut.dcm": "ERR_110",
        "empty.dcm": "ERR_110",
        "series/0002.dcm": "stored",
    }
    assert {s["study_instance_uid"] for s in body["studies"]} == {
        good.StudyInstanceUID,
        other.StudyInstanceUID,
    }
    assert body["files"][1]["message"] == ErrorCode.DICOM_UNREADABLE.value.en
    assert len(archive.files) == 2


def test_messages_are_in_the_callers_language(archive, api):
    response = post(api("rib"), [("a", b"garbage")], HTTP_ACCEPT_LANGUAGE="ko")
    assert response.status_code == 400
    assert response.json()["files"][0]["message"] == ErrorCode.DICOM_UNREADABLE.value.ko


def test_the_same_file_again_is_a_duplicate(archive, api):
    file = part10(mr_image())
    client = api("rib")
    assert send(client, [("a.dcm", file)])[0] == 201
    status, results, body = send(client, [("a.dcm", file), ("b.dcm", file)])
    assert (status, results) == (201, {"a.dcm": "duplicate", "b.dcm": "duplicate"})
    assert body["studies"][0]["instances"] == 2
    assert len(archive.files) == 1


@pytest.mark.parametrize("elsewhere", [False, True])
def test_other_pixels_under_a_known_sop_instance_uid_are_refused(archive, api, elsewhere):
    first = mr_image()
    other = mr_image(
        SOPInstanceUID=first.SOPInstanceUID,
        StudyInstanceUID=generate_uid() if elsewhere else first.StudyInstanceUID,
        SeriesInstanceUID=generate_uid() if elsewhere else first.SeriesInstanceUID,
        PixelData=bytes(512),
    )
    status, results, _ = send(api("rib"), [("a", part10(first)), ("b", part10(other))])
    assert (status, results) == (207, {"a": "stored", "b": "ERR_305"})
    assert list(archive.files.values()) == [part10(first)]


@pytest.mark.parametrize(
    ("implicit", "little_endian"), [(True, True), (False, True), (False, False)]
)
def test_a_file_without_preamble_is_stored_with_one_and_known_again(
    archive, api, implicit, little_endian
):
    image = mr_image()
    file = bare(image, implicit=implicit, little_endian=little_endian)
    client = api("rib")
    assert send(client, [("a", file)])[:2] == (201, {"a": "stored"})
    assert send(client, [("a", file)])[:2] == (201, {"a": "duplicate"})
    (stored,) = archive.files.values()
    assert stored[128:132] == b"DICM"
    assert stored.endswith(file)


def test_patients(archive, api, patient_factory):
    patient = patient_factory()
    mine = mr_image(PatientID=patient.patient_id)
    files = [
        ("mine", part10(mine)),
        ("other", part10(mr_image(PatientID=patient.patient_id.lower()))),
        ("unknown", part10(mr_image(PatientID="T-NOBODY"))),
        ("none", part10(mr_image(PatientID=None))),
    ]
    status, results, _ = send(api("rib"), files, patient_id=patient.patient_id)
    assert status == 207
    assert results == {"mine": "stored", "other": "ERR_112", "unknown": "ERR_112", "none": "stored"}
    assert set(send(api("rib"), files)[1].values()) == {"stored", "duplicate"}
    assert QuarantinedStudy.objects.count() == 0


@pytest.mark.parametrize("patient_id", ["T-NOBODY", "restricted"])
def test_a_given_patient_must_be_visible(archive, api, patient_factory, patient_id):
    restricted = patient_factory(restricted=True).patient_id
    given = restricted if patient_id == "restricted" else patient_id
    response = post(api("rib"), [("a", part10(mr_image()))], {"patient_id": given})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "ERR_201")
    assert archive.files == {}


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
    images = {
        name: mr_image(PatientID=patient_id)
        for name, patient_id in {
            "shared": shared.patient_id,
            "hidden": hidden.patient_id,
            "unknown": "T-NOBODY",
        }.items()
    }
    files = [(name, part10(image)) for name, image in images.items()]
    status, results, _ = send(api("external"), files)
    assert (status, set(results.values())) == (201, {"stored"})
    assert set(QuarantinedStudy.objects.values_list("study_instance_uid", flat=True)) == {
        images["hidden"].StudyInstanceUID,
        images["unknown"].StudyInstanceUID,
    }
    more = mr_image(
        PatientID="T-NOBODY",
        StudyInstanceUID=images["unknown"].StudyInstanceUID,
        SeriesInstanceUID=images["unknown"].SeriesInstanceUID,
    )
    assert send(api("external"), [("more", part10(more))])[1] == {"more": "stored"}


def test_external_people_add_to_no_study_they_did_not_begin(archive, api, patient_factory):
    hidden = patient_factory()
    study = index.study(hidden)
    unmatched = index.study(None)
    for known in (study, unmatched):
        image = mr_image(
            PatientID=known.dicom_patient_id, StudyInstanceUID=known.study_instance_uid
        )
        assert send(api("external"), [("a", part10(image))])[:2] == (400, {"a": "ERR_112"})
    assert archive.files == {}


@pytest.mark.parametrize("keyword", ["PatientID", "StudyInstanceUID", "SeriesInstanceUID"])
def test_what_the_archive_files_under_another_name_is_taken_out(archive, api, keyword):
    """Only what we read was checked: a sender could write into anybody's record."""
    archive.misread = {keyword: "1.2.3.4"}
    _, results, _ = send(api("external"), [("a", part10(mr_image()))])
    assert results == {"a": "ERR_110"}
    assert archive.files == {}


def test_a_study_or_series_uid_is_not_used_twice(archive, api, patient_factory):
    study = index.study(patient_factory())
    series = index.series(study)
    files = [
        ("study", part10(mr_image(StudyInstanceUID=study.study_instance_uid))),
        ("series", part10(mr_image(SeriesInstanceUID=series.series_instance_uid))),
    ]
    status, results, _ = send(api("rib"), files)
    assert (status, results) == (400, {"study": "ERR_112", "series": "ERR_305"})


def test_a_file_past_the_limit_is_refused_and_its_neighbours_are_stored(archive, api, settings):
    settings.UPLOAD_MAX_FILE_BYTES = 100_000
    files = [
        ("a", part10(mr_image())),
        ("huge", part10(mr_image()) + bytes(200_000)),
        ("b", part10(mr_image())),
    ]
    status, results, body = send(api("rib"), files)
    assert (status, results) == (207, {"a": "stored", "huge": "ERR_116", "b": "stored"})
    assert body["files"][1]["message"] == ErrorCode.FILE_TOO_LARGE.value.en


def test_zips_are_known_by_content_and_refused_entry_by_entry(archive, api):
    inside, outside = mr_image(), mr_image()
    bundle = zipped(
        {
            "study/0001": part10(inside),
            "study/notes.txt": b"no image",
            "../escape.dcm": part10(mr_image()),
            "/etc/absolute.dcm": part10(mr_image()),
            "nested.zip": zipped({"a": part10(mr_image())}),
            "__MACOSX/._0001": b"noise",
            "DICOMDIR": b"noise",
        }
    )
    status, results, _ = send(api("rib"), [("images.bin", bundle), ("b", part10(outside))])
    assert status == 207
    assert results == {
        "images.bin/study/0001": "stored",
        "images.bin/study/notes.txt": "ERR_110",
        "images.bin/../escape.dcm": "ERR_113",
        "images.bin//etc/absolute.dcm": "ERR_113",
        "images.bin/nested.zip": "ERR_113",
        "b": "stored",
    }
    assert len(archive.files) == 2


def test_a_zip_bomb_is_refused_without_being_unpacked(archive, api):
    bomb = zipped({"zeros": bytes(80 << 20)})
    assert len(bomb) < 100_000
    files = [("bomb.zip", bomb), ("good", part10(mr_image()))]
    status, results, _ = send(api("rib"), files)
    assert (status, results) == (207, {"bomb.zip": "ERR_114", "good": "stored"})


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (zipped({}), "ERR_115"),
        (zipped({"a": b"b" * 5000})[:60], "ERR_113"),
        (b"PK\x03\x04", "ERR_113"),
    ],
)
def test_empty_and_broken_zips(archive, api, file, code):
    assert send(api("rib"), [("a.zip", file)])[:2] == (400, {"a.zip": code})


def test_an_archive_that_is_down(archive, api):
    client = api("rib")
    files = [(str(n), part10(mr_image())) for n in range(8)]
    archive.down = True
    status, results, _ = send(client, [*files, ("garbage", b"x")])
    assert status == 503
    assert [results[name] for name, _ in files] == ["ERR_502"] * 8
    assert results["garbage"] == "ERR_110"


@pytest.mark.parametrize("fields", [{}, {"other": "x"}])
def test_nothing_to_store(archive, api, fields):
    response = post(api("rib"), [], fields)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "ERR_115")


def test_noise_alone_is_nothing(archive, api):
    status, _, body = send(api("rib"), [("a/Thumbs.db", b"x"), ("__MACOSX/a", b"x")])
    assert (status, body["error"]["code"]) == (400, "ERR_115")


def test_the_upload_is_recorded_without_names(archive, api):
    image = mr_image()
    send(api("doctor"), [("Nemo Captain.dcm", part10(image)), ("bad", b"x")])
    record = AuditLog.objects.get(action="dicom.upload")
    assert record.actor_role == "doctor"
    assert record.detail == {
        "files": {"stored": 1, "rejected": 1},
        "codes": {"ERR_110": 1},
        "studies": [image.StudyInstanceUID],
    }


def test_an_idempotency_key_answers_the_first_answer(archive, api):
    client = api("rib")
    file = part10(mr_image())
    answers = [post(client, [("a", file)], HTTP_X_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["X-Idempotent-Replay"] == "true"
    third = post(client, [("a", part10(mr_image()))], HTTP_X_IDEMPOTENCY_KEY="k1")
    assert third.status_code == 422


class Form(BytesIO):
    """A multipart body of one file of ``size`` zeros, made while it is read."""

    def __init__(self, size):
        super().__init__()
        head = b'--B\r\nContent-Disposition: form-data; name="files"; filename="big"\r\n\r\n'
        self._parts = [head, size, b"\r\n--B--\r\n"]
        self.length = len(head) + size + 9

    def read(self, size=-1):
        while self._parts and self._parts[0] in (b"", 0):
            self._parts.pop(0)
        if not self._parts:
            return b""
        part = self._parts[0]
        if isinstance(part, int):
            taken = min(part, size)
            self._parts[0] = part - taken
            return bytes(taken)
        self._parts[0] = part[size:]
        return part[:size]


@pytest.mark.parametrize("limit", [1 << 30, 8 << 20])
def test_a_large_file_never_lies_in_memory(archive, api, settings, limit):
    settings.UPLOAD_MAX_FILE_BYTES = limit
    form = Form(200 << 20)
    environ = RequestFactory()._base_environ(
        REQUEST_METHOD="POST",
        PATH_INFO=URL,
        CONTENT_TYPE="multipart/form-data; boundary=B",
        CONTENT_LENGTH=str(form.length),
        HTTP_AUTHORIZATION=api("rib")._credentials["HTTP_AUTHORIZATION"],
    )
    request = WSGIRequest({**environ, "wsgi.input": form})
    tracemalloc.start()
    response = DicomUpload.as_view()(request)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    code = "ERR_110" if limit > form.length else "ERR_116"
    assert [f["code"] for f in response.data["files"]] == [code]
    assert peak < 16 << 20


@pytest.mark.parametrize("form", [part10, bare])
def test_a_blank_before_the_patient_id_makes_no_other_patient(archive, api, form):
    first = mr_image(PatientID="T-77")
    second = mr_image(
        PatientID=" T-77", StudyInstanceUID=first.StudyInstanceUID, SpecificCharacterSet="ISO_IR 6"
    )
    files = [("1.dcm", part10(first)), ("2.dcm", form(second))]
    status, results, _ = send(api("rib"), files)
    assert (status, set(results.values())) == (201, {"stored"})
    stored = [pydicom.dcmread(BytesIO(file)) for file in archive.files.values()]
    assert [image.PatientID for image in stored] == ["T-77"] * 2
    assert stored[1].PixelData == second.PixelData
    assert send(api("rib"), files)[1] == {"1.dcm": "duplicate", "2.dcm": "duplicate"}


def test_files_of_one_upload_are_held_against_each_other(archive, api):
    first = mr_image(PatientID="T-1")
    same = {"StudyInstanceUID": first.StudyInstanceUID}
    series = mr_image(PatientID="T-1", SeriesInstanceUID=first.SeriesInstanceUID)
    patient = mr_image(PatientID="T-2", **same)
    files = {"1": first, "2": patient, "3": series, "4": mr_image(PatientID="T-1", **same)}
    status, results, _ = send(api("rib"), [(name, part10(file)) for name, file in files.items()])
    assert status == 207
    assert results == {
        "1": "stored",
        "2": ErrorCode.DICOM_PATIENT_MISMATCH.value.code,
        "3": ErrorCode.SOP_INSTANCE_CONFLICT.value.code,
        "4": "stored",
    }
