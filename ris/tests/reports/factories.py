"""Reports as rows, and as a radiologist writes them through the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from conftest import PASSWORD
from ris.models import Report, ReportVersion

REPORTS = "/api/ris/reports/"
TEXT = {"findings": "A mass in the right frontal lobe.", "impression": "High-grade glioma."}


def write(client: Any, study: Any, **fields: Any) -> Any:
    body = {
        "study_instance_uid": study.study_instance_uid,
        "template": "general",
        "language": "en",
        "sections": TEXT,
    }
    return client.post(REPORTS, body | fields, format="json")


def save(client: Any, report: dict[str, Any], **changes: Any) -> Any:
    tag = {"HTTP_IF_MATCH": f'"{report["version"]}"'}
    return client.patch(f"{REPORTS}{report['id']}/", changes, format="json", **tag)


def step(client: Any, report: dict[str, Any], name: str, **body: Any) -> Any:
    """Of the newest version unless ``report`` says which was read."""
    newest = Report.objects.get(pk=report["id"]).version
    tag = {"HTTP_IF_MATCH": f'"{report.get("seen", newest)}"'}
    return client.post(f"{REPORTS}{report['id']}/{name}/", body, format="json", **tag)


def sign(client: Any, report: dict[str, Any], password: str = PASSWORD) -> Any:
    return step(client, report, "sign", password=password)


def amend(client: Any, report: dict[str, Any], **fields: Any) -> Any:
    body = {"reason": "the side was wrong"} | fields
    return client.post(f"{REPORTS}{report['id']}/amend/", body, format="json")


def report_row(study: Any, author: Any, status: str = "draft", **fields: Any) -> Report:
    """A report with one version; ``signed`` a week ago if it is."""
    now = timezone.now()
    at: datetime = now - timedelta(days=7)
    out = {"in_force": True, "signed_by": author, "signed_at": at} if status == "signed" else {}
    text = {"sections": TEXT, "fields": {}, "taken_over": [], "key_images": []}
    text |= {name: fields.pop(name) for name in text.keys() & fields.keys()}
    named = {"template": "general", "language": "en", "status": status}
    report = Report.objects.create(
        study=study,
        patient=study.patient,
        author=author,
        saved_by=author,
        saved_at=now,
        **(named | out | fields),
    )
    ReportVersion.objects.create(
        report=report,
        number=1,
        author=author,
        at=now,
        status=report.status,
        template=report.template,
        language=report.language,
        **text,
    )
    return report
