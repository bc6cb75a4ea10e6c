"""The only place that changes reports. Each save appends a version; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import replace
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
    PermissionDenied,
)
from common.outbox.services import publish
from common.person import Person
from pacs.index.studies import study_get
from rbac.permissions import Permission
from ris.choices import OUT, REPORT_STEPS, ReportStatus
from ris.events import REPORT_AMENDED, REPORT_PRELIMINARY, REPORT_SIGNED
from ris.models import CriticalReport, Report, ReportVersion
from ris.reading.entries import report_note
from ris.reports import selectors
from ris.reports.content import complete_check, first_texts
from ris.reports.offered_values import (
    OfferedValue,
    offers_awaited,
    taken_over_checked,
    taken_over_confirmed,
)
from ris.reports.templating import template_get
from ris.reports.written_text import Text, changed, retemplated, text_of

_TOPICS = {
    ReportStatus.PRELIMINARY: REPORT_PRELIMINARY,
    ReportStatus.SIGNED: REPORT_SIGNED,
    ReportStatus.AMENDED: REPORT_AMENDED,
}


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
    text = changed(study, begun, sections, fields, added, key_images)
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
    begun = text_of(selectors.report_text(signed))
    text = changed(signed.study, begun, sections, fields, [], None)
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
    patient_checked: bool = False,
) -> Report:
    """Append a version with the changes; none if nothing changes.

    ``patient_checked``: the text is right for the patient to whom the study was moved meanwhile.
    Raises NotFound, ConflictError (saved meanwhile), BusinessError (closed), InvalidInput.
    """
    seen = selectors.report_get(actor, report_id, Permission.WRITE_REPORT)
    added = taken_over_checked(actor, seen.study, language or seen.language, taken_over or [])
    with transaction.atomic():
        report = _locked(actor, report_id, Permission.WRITE_REPORT)
        _expect_open(report)
        _expect(report, expected)
        before = text_of(selectors.report_text(report))
        if template not in (None, report.template) and selectors.is_amendment(report):
            raise InvalidInput(ErrorCode.VALIDATION, "an amendment keeps its template", "template")
        begun = retemplated(before, template or report.template, language or report.language)
        text = changed(report.study, begun, sections, fields, added, key_images)
        checks = patient_checked and report.moved_at is not None
        if text != before or checks:
            here: dict[str, Any] = {"moved_at": None, "moved_from": None} if checks else {}
            _append(actor, report, text, template=text.template, language=text.language, **here)
            detail = {"patient_checked": True} if checks else {}
            _record(actor, report, "report.save", Permission.WRITE_REPORT, detail)
        if checks and report.status == ReportStatus.PRELIMINARY:
            _publish(report, ReportStatus.PRELIMINARY)  # it was withdrawn meanwhile
    return report


def report_preliminary(*, actor: Person, report_id: int, expected: int) -> Report:
    """Hand a draft over to be signed.

    Raises NotFound, BusinessError (empty, its study was moved), ConflictError.
    """
    seen = selectors.report_get(actor, report_id, Permission.WRITE_REPORT)
    offers = offers_awaited(actor, seen)
    with transaction.atomic():
        report = _locked(actor, report_id, Permission.WRITE_REPORT)
        changes = {"preliminary_by_id": actor.pk, "preliminary_at": timezone.now()}
        step = ReportStatus.PRELIMINARY
        _move(actor, report, step, expected, changes, offers, Permission.WRITE_REPORT)
    return report


def report_sign(*, actor: Person, report_id: int, password: str, expected: int) -> Report:
    """Sign what is written, which nobody changes any more; of an amendment: put it in force.

    The password is asked again. Raises NotFound, PermissionDenied, TooManyAttempts, BusinessError
    (wrong password, empty, incomplete, its study was moved, signed already), ConflictError (saved
    meanwhile).
    """
    seen = selectors.report_get(actor, report_id, Permission.VIEW_REPORT)
    if not actor.has_permission(Permission.SIGN_REPORT):
        raise PermissionDenied(f"needs {Permission.SIGN_REPORT}")
    if not accounts.password_confirmed(user_id=actor.pk, password=password, action="report.sign"):
        raise BusinessError(ErrorCode.PASSWORD_WRONG, "", "password")
    offers = offers_awaited(actor, seen)
    with transaction.atomic():
        report = _locked(actor, report_id, Permission.SIGN_REPORT)
        status = selectors.signed_status(report)
        changes = {"signed_by_id": actor.pk, "signed_at": timezone.now(), "in_force": True}
        if report.predecessor_id is not None:
            Report.objects.filter(pk=report.predecessor_id).update(in_force=False)
        _move(actor, report, status, expected, changes, offers, Permission.SIGN_REPORT)
        if not CriticalReport.objects.filter(report=report).exists():
            CriticalReport.objects.filter(report=report.predecessor_id).update(report=report)
    return report


@transaction.atomic
def report_discard(*, actor: Person, report_id: int, expected: int, reason: str) -> Report:
    """Give a draft up: it is kept with its versions, and another one may be begun.

    Raises NotFound, BusinessError (no draft, or flagged as critical), ConflictError.
    """
    report = _locked(actor, report_id, Permission.WRITE_REPORT)
    _expect_open(report)
    if report.status != ReportStatus.DRAFT or selectors.is_critical(report):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"discard when {report.status}", "status")
    _expect(report, expected)
    text = text_of(selectors.report_text(report))
    given_up = {"status": ReportStatus.DISCARDED, "discarded": report.pk}
    _append(actor, report, text, reason, **given_up)
    _record(actor, report, "report.discard", Permission.WRITE_REPORT)
    report_note(report.study_id, selectors.study_status(report.study_id))
    return report


def _locked(actor: Person, report_id: int, permission: Permission) -> Report:
    selectors.report_get(actor, report_id, permission)
    return Report.objects.select_for_update().get(pk=report_id)


def _expect_open(report: Report) -> None:
    if report.status in OUT:
        raise BusinessError(ErrorCode.REPORT_SIGNED, f"report {report.pk}", "status")
    if report.status == ReportStatus.DISCARDED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "the draft is discarded", "status")


def _expect(report: Report, expected: int) -> None:
    if report.version != expected:
        raise ConflictError(
            ErrorCode.VERSION_CONFLICT, f"current version is {report.version}", "version"
        )


def _move(
    actor: Person,
    report: Report,
    to_status: ReportStatus,
    expected: int,
    changes: dict[str, Any],
    offers: dict[str, OfferedValue],
    permission: Permission,
) -> None:
    """One step of a locked report, as a version of its own."""
    _expect_open(report)
    before = ReportStatus(report.status)
    if to_status not in REPORT_STEPS[before]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{before} to {to_status}", "status")
    _expect(report, expected)
    if report.moved_at is not None:
        raise BusinessError(ErrorCode.REPORT_MOVED, f"report {report.pk}", "patient")
    text = text_of(selectors.report_text(report))
    text = replace(text, taken_over=taken_over_confirmed(text.taken_over, offers))
    template = template_get(text.template)
    complete_check(template, text.language, text.sections, text.fields)
    _append(actor, report, text, status=to_status, **changes)
    _record(actor, report, f"report.{to_status}", permission, {"from": before, "to": to_status})
    _worklist_note(report)
    _publish(report, to_status)


def _publish(report: Report, status: ReportStatus) -> None:
    first = selectors.first_edition(report)
    publish(_TOPICS[status], aggregate=f"report:{first}", payload={"report_id": report.pk})


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
    of = {"study": study_id, "template": template, "edition": edition}
    there = Report.objects.filter(**of, discarded=0).first()
    return ConflictError(ErrorCode.REPORT_EXISTS, f"report {there.pk}" if there else "", "template")


def _append(actor: Person, report: Report, text: Text, reason: str = "", **changes: Any) -> None:
    """Raises ConflictError: there is another report of the study by the template it now has."""
    saved = {"saved_by_id": actor.pk, "saved_at": timezone.now()}
    try:
        with transaction.atomic():
            report.save_versioned(expected=report.version, **saved, **changes)
    except IntegrityError:
        raise _exists(report.study_id, text.template, report.edition) from None
    _version_write(actor, report, text, reason)


def _version_write(actor: Person, report: Report, text: Text, reason: str = "") -> None:
    ReportVersion.objects.create(
        report=report,
        number=report.version,
        status=report.status,
        reason=reason or report.reason,
        author_id=actor.pk,
        at=report.saved_at,
        template=text.template,
        language=text.language,
        sections=text.sections,
        fields=text.fields,
        taken_over=text.taken_over,
        key_images=text.key_images,
    )


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
