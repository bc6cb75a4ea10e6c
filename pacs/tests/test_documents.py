"""Pictures and PDFs that a patient brought: encoded anew, stored whole or not at all."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pydicom
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pydicom.uid import EncapsulatedPDFStorage, SecondaryCaptureImageStorage

from audit.models import AuditLog
from pacs.index import change_feed
from pacs.models import QuarantinedStudy, Study

pytestmark = pytest.mark.django_db
URL = "/api/ris/upload/documents/"


def picture(form="PNG", size=(30, 20), **saved):
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, form, **saved)
    return buffer.getvalue()


def pdf(pages=1, change=lambda pdf: None, **saved):
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    change(made)
    buffer = io.BytesIO()
    made.save(buffer, **saved)
    return buffer.getvalue()


def armed(made):
    """A PDF that acts, with a file inside and a name in its metadata."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('own')")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    made.Root.OpenAction = script
    made.Root.AA = pikepdf.Dictionary(WC=launch)
    made.pages[0].obj.AA = pikepdf.Dictionary(O=script)
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch
    )
    made.pages[0].obj.Annots = made.make_indirect(pikepdf.Array([link]))
    made.attachments["evil.exe"] = b"MZ evil"
    made.docinfo["/Author"] = "Somebody Secret"


def deflated_pages(made):
    made.pages[0].Contents = made.make_stream(zlib.compress(bytes(300 << 20), 9))
    made.pages[0].Contents.Filter = pikepdf.Name.FlateDecode


@pytest.fixture
def patient(patient_factory):
    return patient_factory(full_name="김민준", gender="M")


@pytest.fixture
def send(api, archive, patient, settings):
    settings.UPLOAD_INDEX_WAIT_S = 0

    def make(*files, role="doctor", **fields):
        body = {"patient_id": patient.patient_id, "description": "외부 소견서", **fields}
        named = [SimpleUploadedFile(f"brought-{at}", file) for at, file in enumerate(files)]
        answer = api(role).post(URL, {**body, "files": named}, format="multipart")
        change_feed.changes_poll()
        return answer

    return make


def stored(archive):
    files = [pydicom.dcmread(io.BytesIO(each)) for each in archive.files.values()]
    return sorted(files, key=lambda file: int(file.InstanceNumber))


def test_pictures_are_the_pages_of_one_series(send, archive, patient):
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Somebody Secret"  # turned, and who took it
    answer = send(picture(), picture("JPEG", exif=exif))
    assert answer.status_code == 201, answer.json()
    first, second = stored(archive)
    assert first.SOPClassUID == second.SOPClassUID == SecondaryCaptureImageStorage
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert (first.Rows, first.Columns, second.Rows, second.Columns) == (20, 30, 30, 20)
    assert (str(first.PatientName), first.PatientID) == ("김민준", patient.patient_id)
    assert (first.PatientBirthDate, first.PatientSex) == ("19800101", "M")
    assert (first.ConversionType, first.StudyDate) == ("WSD", "")
    assert (first.StudyDescription, first.SamplesPerPixel) == ("외부 소견서", 3)
    assert first.get("LossyImageCompression") is None
    assert second.LossyImageCompression == "01"
    assert first.pixel_array.shape == (20, 30, 3)
    assert all(b"Secret" not in each for each in archive.files.values())
    study = Study.objects.get()
    assert (study.patient, study.study_date, study.list_modality) == (patient, None, "OT")
    assert not QuarantinedStudy.objects.exists()
    record = AuditLog.objects.get(action="document.upload")
    assert (record.patient_id, record.object_id) == (patient.pk, study.study_instance_uid)
    assert {
        each["status"] for each in send(picture(), picture("JPEG", exif=exif)).json()["files"]
    } == {"duplicate"}


def test_a_pdf_loses_what_acts_and_is_read_again(send, archive, api):
    answer = send(pdf(200, armed), date="2026-01-05")
    assert answer.status_code == 201, answer.json()
    [file] = stored(archive)
    assert (file.SOPClassUID, file.Modality) == (EncapsulatedPDFStorage, "DOC")
    assert (file.StudyDate, file.MIMETypeOfEncapsulatedDocument) == ("20260105", "application/pdf")
    path = f"/api/ris/series/{file.SeriesInstanceUID}/document/"
    answer = api("doctor").get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    clean = pikepdf.open(io.BytesIO(answer.content))
    assert len(clean.pages) == 200
    assert set(clean.Root.keys()) == {"/Type", "/Pages"}
    assert set(clean.pages[0].obj.keys()) <= {
        "/Type",
        "/Parent",
        "/MediaBox",
        "/Contents",
        "/Resources",
    }
    everything = clean_text(clean)
    for word in ("JavaScript", "Launch", "calc", "evil", "Secret"):
        assert word not in everything, word
    assert api("patient").get(path).status_code == 404
    assert api("lab").get(path).status_code == 403


def clean_text(made):
    buffer = io.BytesIO()
    made.save(buffer, qdf=True)
    return buffer.getvalue().decode("latin-1")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"", "ERR_141"),
        (b"MZ no document", "ERR_141"),
        (picture(size=(300, 200))[:300], "ERR_141"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "ERR_141"),
        (b"%PDF-1.7\nnothing", "ERR_141"),
        (picture("GIF"), "ERR_141"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "ERR_142"),
        (pdf(change=deflated_pages), "ERR_143"),
        (picture("PNG", (9000, 9000)), "ERR_143"),
    ],
    ids=["empty", "program", "cut", "zeros", "no-pdf", "gif", "locked", "pdf-bomb", "huge"],
)
def test_one_bad_file_and_nothing_is_stored(send, archive, bad, code):
    answer = send(picture(), bad)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.json()["error"]["field"] == "files.1"
    assert not archive.files
    assert not Study.objects.exists()


def test_if_the_archive_fails_in_between_the_first_is_taken_back(send, archive, monkeypatch):
    from common.errors import ErrorCode, ExternalError
    from pacs.archive.orthanc import OrthancClient

    add, added = OrthancClient.instance_add, []

    def second_fails(self, stream):
        if added:
            raise ExternalError(ErrorCode.ARCHIVE_UNAVAILABLE)
        added.append(add(self, stream))
        return added[0]

    monkeypatch.setattr(OrthancClient, "instance_add", second_fails)
    answer = send(picture(), pdf())
    assert answer.status_code == 503, answer.json()
    assert added
    assert not archive.files
    assert not Study.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"patient_id": "T-NOBODY"}, "ERR_201"),
        ({"description": ""}, "ERR_101"),
        ({"description": "a\\b"}, "ERR_101"),
        ({"description": "x" * 65}, "ERR_101"),
        ({"date": "yesterday"}, "ERR_101"),
    ],
)
def test_what_is_said_of_them_is_checked(send, archive, fields, code):
    answer = send(picture(), **fields)
    assert answer.json()["error"]["code"] == code
    assert not archive.files


def test_only_for_patients_whom_the_sender_sees(send, archive, patient):
    assert send(picture(), role="nurse").status_code == 403
    assert send(picture(), role="external").status_code == 404
    patient.restricted = True
    patient.save()
    assert send(picture()).status_code == 404
    assert not archive.files
