"""The only place that changes reports. Each save appends a version; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from acct import services as accounts
from audit import services as audit
from common.errors import (
    BusinessError,
    ConflictError,
    ErrorCode,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from common.outbox.services import publish
from common.person import Person
from pacs.index.images import image_frames
from pacs.index.studies import study_get
from rbac.permissions import Permission
from ris.choices import OUT, REPORT_STEPS, ReportStatus
from ris.events import REPORT_AMENDED, REPORT_PRELIMINARY, REPORT_SIGNED
from ris.models import CriticalReport, Report, ReportVersion
from ris.reading.entries import report_note
from ris.reports import selectors
from ris.reports.content import complete_check, fields_checked, first_texts, sections_checked
from ris.reports.offered_values import taken_over_checked, taken_over_joined
from ris.reports.templating import template_get

MOST_KEY_IMAGES = 20
_TOPICS = {
    ReportStatus.PRELIMINARY: REPORT_PRELIMINARY,
    ReportStatus.SIGNED: REPORT_SIGNED,
    ReportStatus.AMENDED: REPORT_AMENDED,
}


@dataclass(frozen=True, slots=True)
class Text:
    """What a version holds."""

    template: str
    language: str
    sections: dict[str, str]
    fields: dict[str, Any]
    taken_over: list[dict[str, Any]]
    key_images: list[dict[str, Any]]


def report_create(
    *,
    actor: Person,
    study_instance_uid: str,
    template: str,
    language: str,
    sections: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
    taken_over: list[dict[str, Any]] | None = None,
    key_images: list[dict[str, Any]] | None = None,
) -> Report:
    """Begin the report of a study. Raises NotFound, InvalidInput, ConflictError (there is one)."""
    study = study_get(actor, study_instance_uid, Permission.WRITE_REPORT)
    known = template_get(template)
    if known["retired"]:
        raise InvalidInput(ErrorCode.VALIDATION, "this template is not used any more", "template")
    begun = Text(template, language, first_texts(known, language), {}, [], [])
    added = taken_over_checked(actor, study, language, taken_over or [])
    text = _changed(study, begun, sections, fields, added, key_images)
    report = Report(study=study, patient_id=cast(int, study.patient_id))  # seen: it is matched
    return _begin(actor, report, text)


def report_amend(
    *,
    actor: Person,
    report_id: int,
    reason: str,
    sections: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
) -> Report:
    """Begin the amendment of a signed report: a draft of its own that begins with its text.

    Raises NotFound, InvalidInput, BusinessError (not signed), ConflictError (begun already).
    """
    signed = selectors.report_get(actor, report_id, Permission.WRITE_REPORT)
    if signed.status not in OUT:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"amend when {signed.status}", "status")
    begun = _text_of(selectors.report_text(signed))
    text = _changed(signed.study, begun, sections, fields, [], None)
    report = Report(
        study=signed.study,
        patient_id=signed.patient_id,
        predecessor=signed,
        edition=signed.edition + 1,
        reason=reason,
    )
    return _begin(actor, report, text)


def report_save(
    *,
    actor: Person,
    report_id: int,
    expected: int,
    template: str | None = None,
    language: str | None = None,
    sections: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
    taken_over: list[dict[str, Any]] | None = None,
    key_images: list[dict[str, Any]] | None = None,
) -> Report:
    """Append a version with the changes; none if nothing changes.

    Raises NotFound, ConflictError (saved meanwhile), BusinessError (signed), InvalidInput.
    """
    seen = selectors.report_get(actor, report_id, Permission.WRITE_REPORT)
    added = taken_over_checked(actor, seen.study, language or seen.language, taken_over or [])
    with transaction.atomic():
        report = _locked(actor, report_id, Permission.WRITE_REPORT)
        if report.status in OUT:
            raise BusinessError(ErrorCode.REPORT_SIGNED, f"report {report.pk}", "status")
        _expect(report, expected)
        before = _text_of(selectors.report_text(report))
        if template not in (None, report.template) and selectors.is_amendment(report):
            raise InvalidInput(ErrorCode.VALIDATION, "an amendment keeps its template", "template")
        begun = _retemplated(before, template or report.template, language or report.language)
        text = _changed(report.study, begun, sections, fields, added, key_images)
        if text != before:
            _append(actor, report, text, template=text.template, language=text.language)
            _record(actor, report, "report.save", Permission.WRITE_REPORT)
    return report


@transaction.atomic
def report_preliminary(*, actor: Person, report_id: int, expected: int | None = None) -> Report:
    """Hand a draft over to be signed. Raises NotFound, BusinessError (empty), ConflictError."""
    report = _locked(actor, report_id, Permission.WRITE_REPORT)
    now = timezone.now()
    changes = {"preliminary_by_id": actor.pk, "preliminary_at": now}
    _move(actor, report, ReportStatus.PRELIMINARY, expected, changes, Permission.WRITE_REPORT)
    return report


def report_sign(
    *, actor: Person, report_id: int, password: str, expected: int | None = None
) -> Report:
    """Sign what is written, which nobody changes any more; of an amendment: put it in force.

    The password is asked again. Raises NotFound, PermissionDenied, TooManyAttempts, BusinessError
    (wrong password, empty, incomplete, signed already), ConflictError (saved meanwhile).
    """
    selectors.report_get(actor, report_id, Permission.VIEW_REPORT)
    if not actor.has_permission(Permission.SIGN_REPORT):
        raise PermissionDenied(f"needs {Permission.SIGN_REPORT}")
    if not accounts.password_confirmed(user_id=actor.pk, password=password, action="report.sign"):
        raise BusinessError(ErrorCode.PASSWORD_WRONG, "", "password")
    with transaction.atomic():
        report = _locked(actor, report_id, Permission.SIGN_REPORT)
        status = selectors.signed_status(report)
        changes = {"signed_by_id": actor.pk, "signed_at": timezone.now(), "in_force": True}
        if report.predecessor_id is not None:
            Report.objects.filter(pk=report.predecessor_id).update(in_force=False)
        _move(actor, report, status, expected, changes, Permission.SIGN_REPORT)
        if not CriticalReport.objects.filter(report=report).exists():
            CriticalReport.objects.filter(report=report.predecessor_id).update(report=report)
    return report


def _locked(actor: Person, report_id: int, permission: Permission) -> Report:
    selectors.report_get(actor, report_id, permission)
    return Report.objects.select_for_update().get(pk=report_id)


def _expect(report: Report, expected: int) -> None:
    if report.version != expected:
        raise ConflictError(
            ErrorCode.VERSION_CONFLICT, f"current version is {report.version}", "version"
        )


def _move(
    actor: Person,
    report: Report,
    to_status: ReportStatus,
    expected: int | None,
    changes: dict[str, Any],
    permission: Permission,
) -> None:
    """One step of a locked report, as a version of its own."""
    before = ReportStatus(report.status)
    if before in OUT:
        raise BusinessError(ErrorCode.REPORT_SIGNED, f"report {report.pk}", "status")
    if to_status not in REPORT_STEPS[before]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{before} to {to_status}", "status")
    if expected is not None:
        _expect(report, expected)
    text = _text_of(selectors.report_text(report))
    template = template_get(text.template)
    complete_check(template, text.language, text.sections, text.fields)
    _append(actor, report, text, status=to_status, **changes)
    _record(actor, report, f"report.{to_status}", permission, {"from": before, "to": to_status})
    _worklist_note(report)
    first = selectors.first_edition(report)
    publish(_TOPICS[to_status], aggregate=f"report:{first}", payload={"report_id": report.pk})


def _worklist_note(report: Report) -> None:
    """Until an amendment is signed, the report that it amends is the study's."""
    if report.status in OUT or not selectors.is_amendment(report):
        report_note(report.study_id, report.status)


def _begin(actor: Person, report: Report, text: Text) -> Report:
    now = timezone.now()
    report.template, report.language = text.template, text.language
    report.author_id = report.saved_by_id = actor.pk
    report.saved_at = now
    try:
        with transaction.atomic():
            report.save(force_insert=True)
            _version_write(actor, report, text)
            _worklist_note(report)
            action = "report.amend" if report.predecessor_id else "report.create"
            _record(actor, report, action, Permission.WRITE_REPORT)
    except IntegrityError:
        raise _exists(report.study_id, text.template, report.edition) from None
    return report


def _exists(study_id: int, template: str, edition: int) -> ConflictError:
    there = Report.objects.filter(study=study_id, template=template, edition=edition).first()
    return ConflictError(ErrorCode.REPORT_EXISTS, f"report {there.pk}" if there else "", "template")


def _append(actor: Person, report: Report, text: Text, **changes: Any) -> None:
    """Raises ConflictError: there is another report of the study by the template it now has."""
    saved = {"saved_by_id": actor.pk, "saved_at": timezone.now()}
    try:
        with transaction.atomic():
            report.save_versioned(expected=report.version, **saved, **changes)
    except IntegrityError:
        raise _exists(report.study_id, text.template, report.edition) from None
    _version_write(actor, report, text)


def _version_write(actor: Person, report: Report, text: Text) -> None:
    ReportVersion.objects.create(
        report=report,
        number=report.version,
        status=report.status,
        reason=report.reason,
        author_id=actor.pk,
        at=report.saved_at,
        template=text.template,
        language=text.language,
        sections=text.sections,
        fields=text.fields,
        taken_over=text.taken_over,
        key_images=text.key_images,
    )


def _text_of(version: ReportVersion) -> Text:
    return Text(**{name: getattr(version, name) for name in Text.__dataclass_fields__})


def _retemplated(text: Text, template: str, language: str) -> Text:
    """The text under another template or in another language, whose first texts replace the old.

    Raises InvalidInput if written text has no section there.
    """
    if (template, language) == (text.template, text.language):
        return text
    was, known = template_get(text.template), template_get(template)
    begun = first_texts(was, text.language)
    written = {key: one for key, one in text.sections.items() if one and one != begun.get(key)}
    fields = {one["key"] for one in known["fields"]}
    kept = {key: value for key, value in text.fields.items() if key in fields}
    sections = first_texts(known, language) | sections_checked(known, written)
    return Text(
        template, language, sections, fields_checked(known, kept), text.taken_over, text.key_images
    )


def _changed(
    study: Any,
    text: Text,
    sections: dict[str, Any] | None,
    fields: dict[str, Any] | None,
    added: list[dict[str, Any]],
    key_images: list[dict[str, Any]] | None,
) -> Text:
    template = template_get(text.template)
    said = text.sections | sections_checked(template, sections or {})
    chosen = text.fields | fields_checked(template, fields or {})
    return Text(
        template=text.template,
        language=text.language,
        sections=said,
        fields={key: value for key, value in chosen.items() if value is not None},
        taken_over=taken_over_joined(text.taken_over, added, said),
        key_images=text.key_images if key_images is None else _images_checked(study, key_images),
    )


def _images_checked(study: Any, images: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Images of the study itself, each once. Raises InvalidInput, NotFound."""
    if len(images) > MOST_KEY_IMAGES:
        raise InvalidInput(ErrorCode.VALIDATION, f"at most {MOST_KEY_IMAGES}", "key_images")
    frames = image_frames(study, {one["sop_instance_uid"] for one in images})
    for one in images:
        if not 1 <= one["frame"] <= frames.get(one["sop_instance_uid"], 0):
            raise NotFound(ErrorCode.INSTANCE_NOT_FOUND, one["sop_instance_uid"], "key_images")
    return [dict(one) for one in {tuple(sorted(each.items())): each for each in images}.values()]


def _record(
    actor: Person,
    report: Report,
    action: str,
    permission: Permission,
    detail: dict[str, Any] | None = None,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="report",
        object_id=report.pk,
        patient_id=report.patient_id,
        permission=permission,
        detail={"version": report.version, **(detail or {})},
    )
