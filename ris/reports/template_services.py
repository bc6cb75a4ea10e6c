"""Imports and retires the hospital's own templates."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from audit import services as audit
from common.errors import ErrorCode, NotFound
from common.person import Person
from rbac.permissions import Permission
from ris.models import ReportTemplate
from ris.reports.mrrt import template_read
from ris.reports.templating import template_get


@transaction.atomic
def template_import(*, actor: Person, data: bytes, code: str | None = None) -> dict[str, Any]:
    """Keep an MRRT file as the newest version of its code. Raises InvalidInput."""
    body = template_read(data, code)
    rows = ReportTemplate.objects.select_for_update().filter(code=body["code"])
    newest = rows.order_by("-version").first()
    body["version"] = newest.version + 1 if newest else 1
    ReportTemplate.objects.create(
        code=body["code"], version=body["version"], body=body, imported_by_id=actor.pk
    )
    _record(actor, "template.import", body["code"], body["version"])
    return template_get(body["code"])


@transaction.atomic
def template_retire(*, actor: Person, code: str, retired: bool) -> dict[str, Any]:
    """An imported one: no report is begun with it, or again. Raises NotFound."""
    rows = ReportTemplate.objects.select_for_update().filter(code=code)
    newest = rows.order_by("-version").first()
    if newest is None:
        raise NotFound(ErrorCode.TEMPLATE_NOT_FOUND, "no imported template", "code")
    newest.retired = retired
    newest.save(update_fields=["retired"])
    _record(actor, "template.retire" if retired else "template.restore", code, newest.version)
    return template_get(code)


def _record(actor: Person, action: str, code: str, version: int) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="report_template",
        object_id=code,
        permission=Permission.MANAGE_TEMPLATES,
        detail={"version": version},
    )
