"""The PDF: what is in it, and its signature held against another implementation (poppler)."""

from __future__ import annotations

import subprocess

import pytest

from audit.models import AuditLog
from ris.reports.pdf import report_pdf
from ris.reports.signing import CERTIFICATE, KEY, certificate_make
from ris.tests.reports.factories import REPORTS, report_row

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script> <img src='file:///etc/passwd'> & 5 < 6"


@pytest.fixture
def certificate(settings, tmp_path):
    settings.REPORT_SIGNING_DIR = tmp_path / "signing"
    assert certificate_make()
    assert not certificate_make()
    return tmp_path / "signing"


def tool(name, path, *options):
    command = [name, *options, str(path), *(["-"] if name == "pdftotext" else [])]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    return run.stdout


def written(client, report, tmp_path):
    answer = client.get(f"{REPORTS}{report.pk}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    path = tmp_path / "report.pdf"
    path.write_bytes(answer.content)
    return path


def test_a_signed_report_is_signed_by_the_hospital(api, users, study, certificate, tmp_path):
    sections = {"findings": f"우측 전두엽 종괴.\n{HOSTILE}", "impression": "고등급 교종 의심."}
    report = report_row(
        study,
        users["rib"],
        "signed",
        template="brain_tumour",
        language="ko",
        sections=sections,
        fields={"midline_shift": 5},
    )
    path = written(api("patient"), report, tmp_path)
    said = tool("pdfsig", path, "-nocert")
    assert "Signature is Valid" in said
    assert "ETSI.CAdES.detached" in said
    assert "Total document signed" in said
    text = tool("pdftotext", path)
    for part in ("뇌종양 MRI", "최종 판독", "우측 전두엽 종괴.", "정중선 편위: 5 mm", "alert(1)"):
        assert part in text
    assert study.patient.patient_id in text
    assert "root:" not in text
    assert AuditLog.objects.get(action="report.pdf").patient_id == study.patient_id


def test_a_changed_pdf_has_no_valid_signature(api, users, study, certificate, tmp_path):
    path = written(api("rib"), report_row(study, users["rib"], "signed"), tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(b"/MediaBox")
    content[at + 12] ^= 1
    path.write_bytes(content)
    assert "Signature is Valid" not in tool("pdfsig", path, "-nocert")


def test_a_draft_is_marked_and_not_signed(api, users, study, certificate, tmp_path):
    report = report_row(study, users["rib"])
    path = written(api("rib"), report, tmp_path)
    assert "does not contain any signatures" in tool("pdfsig", path, "-nocert")
    assert "Draft" in tool("pdftotext", path)
    assert api("patient").get(f"{REPORTS}{report.pk}/pdf/").status_code == 404


def test_a_long_report_has_many_pages(users, study, certificate, tmp_path):
    lines = "\n\n".join(f"Lesion {number}: no change." for number in range(1800))
    report = report_row(study, users["rib"], "signed", sections={"findings": lines})
    _, pdf = report_pdf(users["rib"], report.pk)
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf)
    assert "Lesion 1799" in tool("pdftotext", path)


def test_only_the_processes_user_reads_the_key(certificate):
    assert (certificate / KEY).stat().st_mode & 0o777 == 0o600
    assert (certificate / CERTIFICATE).exists()
