"""A report as a PDF: letterhead, text, key images, and the hospital's signature once it is signed.

WeasyPrint lays it out; it gets text that is escaped, and fetches nothing: pictures are in the page.
"""

from __future__ import annotations

import base64
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from common.errors import NotFound
from common.person import Person
from pacs.delivery.key_images import pictures_of
from pacs.index.studies import study_get
from rbac.permissions import Permission
from ris.choices import OUT, ReportStatus
from ris.models import Report, ReportVersion
from ris.reports import selectors
from ris.reports.presentation import sections_labelled
from ris.reports.signing import pdf_signed
from ris.reports.templating import template_of

_NAMES: dict[str, dict[str, str]] = {
    "ko": {
        "title": "영상 검사 판독문",
        "patient": "환자",
        "mrn": "등록번호",
        "birth": "생년월일",
        "sex": "성별",
        "study": "영상 검사",
        "date": "검사일",
        "accession": "검사 번호",
        "written": "작성",
        "preliminary_by": "예비 판독",
        "signed": "서명",
        "amends": "수정 판독 사유",
        "images": "주요 영상",
        "page": "쪽",
        "replaced": "이후 수정 판독이 서명되었습니다",
        "moved": "작성 후 검사가 다른 환자에게 이동되었으며 내용이 아직 확인되지 않았습니다",
        ReportStatus.DISCARDED: "폐기된 판독문",
        ReportStatus.DRAFT: "작성 중인 판독문",
        ReportStatus.PRELIMINARY: "예비 판독",
        ReportStatus.SIGNED: "최종 판독",
        ReportStatus.AMENDED: "수정 판독",
        "M": "남",
        "F": "여",
    },
    "en": {
        "title": "Radiology report",
        "patient": "Patient",
        "mrn": "MRN",
        "birth": "Birth date",
        "sex": "Sex",
        "study": "Study",
        "date": "Study date",
        "accession": "Accession number",
        "written": "Written by",
        "preliminary_by": "Preliminary by",
        "signed": "Signed by",
        "amends": "Reason of the amendment",
        "images": "Key images",
        "page": "Page",
        "replaced": "A later amendment of this report is signed",
        "moved": "The study was moved to another patient after this text was written; "
        "nobody has checked it since",
        ReportStatus.DISCARDED: "Discarded draft",
        ReportStatus.DRAFT: "Draft",
        ReportStatus.PRELIMINARY: "Preliminary report",
        ReportStatus.SIGNED: "Final report",
        ReportStatus.AMENDED: "Amended report",
        "M": "Male",
        "F": "Female",
    },
}
_STYLE = """
@page { size: A4; margin: 20mm 18mm 22mm;
  font-family: "Noto Sans CJK KR", sans-serif; @bottom-right { content: "PAGE " counter(page) " / "
  counter(pages); font-size: 8pt; color: #555 } @bottom-left { content: "FOOT"; font-size: 8pt;
  color: #555 } }
body { font-family: "Noto Sans CJK KR", "Noto Sans", sans-serif; font-size: 10pt; line-height: 1.5;
  color: #111 }
header { border-bottom: 1.5pt solid #1f4e79; padding-bottom: 3mm; margin-bottom: 5mm }
.hospital { font-size: 11pt; color: #1f4e79; font-weight: bold }
h1 { font-size: 16pt; margin: 1mm 0 }
.status { font-weight: bold } .open { color: #b00020 }
table { width: 100%; border-collapse: collapse; margin-bottom: 4mm }
td { padding: .6mm 2mm .6mm 0 }
td.name { color: #555; white-space: nowrap; width: 24mm } h2 { font-size: 11pt; color: #1f4e79;
  margin: 4mm 0 1mm; break-after: avoid } p { margin: 0 0 1.5mm; overflow-wrap: anywhere }
figure { display: inline-block; width: 48%; margin: 0 1% 3mm 0; break-inside: avoid }
img { width: 100% } .people { border-top: .5pt solid #999; margin-top: 6mm; padding-top: 2mm }
.mark { position: fixed; top: 110mm; left: 0; right: 0; text-align: center; font-size: 44pt;
  color: rgba(176, 0, 32, .12); transform: rotate(-30deg) }
"""


def report_pdf(user: Person, report_id: int) -> tuple[Report, bytes]:
    """Signed by the hospital if the report is signed; else marked over each page.

    Key images are in it if the reader may see the study's pixels. Raises NotFound,
    PermissionDenied, ExternalError (the archive).
    """
    report = selectors.report_shown(user, report_id)
    text = selectors.report_text(report)
    return report, document(report, text, _pictures(user, report, text))


def document(report: Report, text: ReportVersion, pictures: list[bytes]) -> bytes:
    """The PDF with these pictures (JPEG), signed if the report is."""
    pdf = _laid_out(_page(report, text, pictures))
    if report.status not in OUT or report.signed_by is None:
        return pdf
    names = _NAMES[text.language]
    return pdf_signed(
        pdf, signer=_name(report.signed_by), report=f"{names[report.status]} {report.pk}"
    )


def _laid_out(page: str) -> bytes:
    """WeasyPrint parses its style sheets when it is imported, which few processes need."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=["data"])
    pdf: bytes = HTML(string=page, url_fetcher=fetcher).write_pdf()
    return pdf


def _pictures(user: Person, report: Report, text: ReportVersion) -> list[bytes]:
    if not text.key_images:
        return []
    try:
        study = study_get(user, report.study.study_instance_uid, Permission.VIEW_DICOM)
    except NotFound:
        return []
    named = [(one["sop_instance_uid"], one["frame"]) for one in text.key_images]
    return pictures_of(study, named)


def _page(report: Report, text: ReportVersion, pictures: list[bytes]) -> str:
    names = _NAMES[text.language]
    open_one = report.status not in OUT
    template = template_of(text)
    style = _STYLE.replace("PAGE", names["page"]).replace("FOOT", f"{names['mrn']} {_mrn(report)}")
    return format_html(
        '<!DOCTYPE html><html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        "<style>{}</style></head><body>{}<header><div class='hospital'>{}</div><h1>{}</h1>"
        "<div class='status {}'>{}</div>{}</header>{}{}{}{}</body></html>",
        text.language,
        f"{names['title']} {report.pk}",
        mark_safe(style),  # noqa: S308  (ours, and an MRN without quotes)
        _marked(names[report.status]) if open_one else "",
        settings.HOSPITAL_NAME,
        template["name"][text.language],
        "open" if open_one else "",
        names[report.status],
        _notes(report, names),
        _facts(report, names),
        _sections(template, text),
        _figures(pictures, names),
        _people(report, names),
    )


def _mrn(report: Report) -> str:
    """As it may stand in a string of CSS."""
    return "".join(one for one in report.whose.patient_id if one not in '"\\<>')


def _marked(status: str) -> SafeString:
    return format_html("<div class='mark'>{}</div>", status)


def _notes(report: Report, names: dict[str, str]) -> SafeString:
    notes = [f"{names['amends']}: {report.reason}"] if report.reason else []
    if report.status in OUT and not report.in_force:
        notes.append(names["replaced"])
    if report.moved_at is not None:
        notes.append(names["moved"])
    return format_html_join("", "<div>{}</div>", ((note,) for note in notes))


def _facts(report: Report, names: dict[str, str]) -> SafeString:
    patient, study = report.whose, report.study
    facts = [
        (names["patient"], patient.full_name, names["study"], study.description),
        (names["mrn"], patient.patient_id, names["date"], study.study_date or ""),
        (names["birth"], patient.birth_date, names["accession"], study.accession_number),
        (names["sex"], names.get(patient.gender, ""), "", ""),
    ]
    row = "<tr><td class='name'>{}</td><td>{}</td><td class='name'>{}</td><td>{}</td></tr>"
    return format_html("<table>{}</table>", format_html_join("", row, facts))


def _sections(template: dict[str, Any], text: ReportVersion) -> SafeString:
    found = sections_labelled(template, text)
    lines = ((one["label"], mark_safe(linebreaks(one["text"], autoescape=True))) for one in found)  # noqa: S308
    return format_html_join("", "<h2>{}</h2>{}", lines)


def _figures(pictures: list[bytes], names: dict[str, str]) -> SafeString:
    if not pictures:
        return SafeString()
    sources = ((f"data:image/jpeg;base64,{base64.b64encode(one).decode()}",) for one in pictures)
    images = format_html_join("", "<figure><img src='{}'></figure>", sources)
    return format_html("<h2>{}</h2><div>{}</div>", names["images"], images)


def _people(report: Report, names: dict[str, str]) -> SafeString:
    people = [
        (names["written"], report.author, report.created_at),
        (names["preliminary_by"], report.preliminary_by, report.preliminary_at),
        (names["signed"], report.signed_by, report.signed_at),
    ]
    lines = (
        (name, _name(person), f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}")
        for name, person, at in people
        if person is not None and at is not None
    )
    return format_html(
        "<div class='people'>{}</div>", format_html_join("", "<div>{}: {} ({})</div>", lines)
    )


def _name(person: Any) -> str:
    return str(person.full_name or person.username)
