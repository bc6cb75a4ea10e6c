"""Imports and retires the hospital's own templates."""

from __future__ import annotations

from typing import Any

from django.apps import apps as registry
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max

from audit import services as audit
from common.errors import ConflictError, ErrorCode, NotFound
from common.person import Person
from rbac.permissions import Permission
from ris.models import ReportTemplate
from ris.reports.mrrt import template_read
from ris.reports.templating import built_in_templates, template_get

ATTEMPTS = 5


def template_import(*, actor: Person, data: bytes, code: str | None = None) -> dict[str, Any]:
    """Keep an MRRT file as the newest version of its code.

    Raises InvalidInput, ConflictError (too many imports of the code at once).
    """
    body = template_read(data, code)
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                version = _version_add(body, actor.pk)
                _record(actor, "template.import", body["code"], version)
        except (IntegrityError, OperationalError):  # another import had this number, or waited too
            continue
        return template_get(body["code"])
    raise ConflictError(ErrorCode.VERSION_CONFLICT, "imported by others at once", "code")


def _version_add(body: dict[str, Any], by: int | None) -> int:
    newest = ReportTemplate.objects.filter(code=body["code"]).aggregate(last=Max("version"))["last"]
    version: int = (newest or 0) + 1
    ReportTemplate.objects.create(
        code=body["code"], version=version, body=body | {"version": version}, imported_by_id=by
    )
    return version


def templates_keep(*, apps: Any = None, **_: Any) -> None:
    """After a migration: the product's own templates whose files changed, as versions.

    What was signed is read by the version of its time. One that the hospital replaced is left.
    """
    if (
        not (apps or registry)
        .get_model("ris", "ReportTemplate")
        ._meta.get_field("imported_by")
        .null
    ):
        return  # an earlier state of the database
    for code, body in built_in_templates().items():
        newest = ReportTemplate.objects.filter(code=code).order_by("version").last()
        own = {name: body[name] for name in body if name not in ("imported", "retired")}
        changed = newest is None or newest.body | {"version": 0} != own | {"version": 0}
        if changed and (newest is None or newest.imported_by_id is None):
            _version_add(own, None)


@transaction.atomic
def template_retire(*, actor: Person, code: str, retired: bool) -> dict[str, Any]:
    """An imported one: no report is begun with it, or again. Raises NotFound."""
    rows = ReportTemplate.objects.select_for_update().filter(code=code)
    newest = rows.order_by("-version").first()
    if newest is None or newest.imported_by_id is None:
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
