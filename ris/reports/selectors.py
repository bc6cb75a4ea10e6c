"""Reports that a person may read, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Value

from common.errors import ErrorCode, NotFound, PermissionDenied
from common.person import Person
from pacs.index.images import images_by_uid
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for
from ris.choices import OUT, ReportStatus
from ris.models import Report, ReportVersion
from ris.reports.templating import former_of, template_get, template_of

PEOPLE = ("author", "saved_by", "preliminary_by", "signed_by")


def reports_visible_to(
    user: Person, permission: Permission = Permission.VIEW_REPORT
) -> QuerySet[Report]:
    """``successor_seen``: the amendment that was begun, which is a draft, for who sees drafts."""
    rows = Report.objects.visible_to(user, permission)
    nothing = Value(None, output_field=BigIntegerField())
    kept = Report.objects.filter(predecessor=OuterRef("pk"), discarded=0).values("pk")
    seen = Subquery(kept) if sees_drafts(user) else nothing
    related = rows.select_related("study", "patient", "critical", *PEOPLE)
    return related.annotate(successor_seen=seen).prefetch_related("critical__attempts")


def report_get(
    user: Person, report_id: int, permission: Permission = Permission.VIEW_REPORT
) -> Report:
    """Raises NotFound if it does not exist or the person may not see it."""
    report = reports_visible_to(user, permission).filter(pk=report_id).first()
    if report is None:
        raise NotFound(ErrorCode.REPORT_NOT_FOUND, f"report {report_id}", "id")
    return report


def report_shown(user: Person, report_id: int) -> Report:
    """With its ``text``. Raises NotFound, PermissionDenied (only the summary is theirs)."""
    report = report_get(user, report_id)
    if reads_summaries_only(user):
        raise PermissionDenied("only the summary of a report")
    report.text = text = report_text(report)
    is_open = report.status in (ReportStatus.DRAFT, ReportStatus.PRELIMINARY)
    text.form = template_get(text.template) if is_open else template_of(text)
    text.former = former_of(text.form, text)
    text.images = _images(report, text)
    return report


def _images(report: Report, text: ReportVersion) -> list[dict[str, Any]]:
    """The key images with their series; empty of one that the study no longer has."""
    uids = [one["sop_instance_uid"] for one in text.key_images]
    found = images_by_uid(report.study, uids) if uids else {}
    series = {uid: image.series.series_instance_uid for uid, image in found.items()}
    return [
        one | {"series_instance_uid": series.get(one["sop_instance_uid"], "")}
        for one in text.key_images
    ]


def reads_summaries_only(user: Person) -> bool:
    return scope_for(user, Permission.VIEW_REPORT) is Scope.SUMMARY


def sees_drafts(user: Person) -> bool:
    return scope_for(user, Permission.VIEW_REPORT) is Scope.ALL


def report_text(report: Report) -> ReportVersion:
    """Its last version."""
    return ReportVersion.objects.get(report=report, number=report.version)


def versions_visible_to(user: Person, report: Report) -> QuerySet[ReportVersion]:
    rows = ReportVersion.objects.visible_to(user).filter(report=report)
    return rows.select_related("author")


def reports_of_study(user: Person, study_id: int) -> list[Report]:
    """Newest first, without discarded ones; none for whom the right to reports lacks."""
    return list(reports_visible_to(user).filter(study=study_id, discarded=0))


def studies_reported(user: Person, statuses: Iterable[str] = ()) -> QuerySet[Any, int]:
    """Ids of studies with a report that the person may read; in one of ``statuses`` if given.

    ``SIGNED`` means that it is in force and not amended.
    """
    rows = Report.objects.readable_by(user).order_by()
    wanted = set(statuses)
    if ReportStatus.DISCARDED not in wanted:
        rows = rows.filter(discarded=0)
    if wanted & set(OUT):
        rows = rows.exclude(status__in=OUT, in_force=False)
    if wanted:
        rows = rows.filter(status__in=wanted)
    return rows.values_list("study_id", flat=True)


def study_prior(user: Person, study: Any, template: str = "") -> Report | None:
    """The newest report in force of another, not later study of the patient.

    One of the same ``template`` goes before the others.
    """
    others = reports_visible_to(user).filter(patient=study.patient_id, in_force=True)
    others = others.exclude(study=study.pk).order_by("-study__study_date", "-signed_at")
    if study.study_date is not None:
        others = others.filter(study__study_date__lte=study.study_date)
    return others.filter(template=template).first() or others.first()


def report_for_handler(report_id: int) -> Report:
    """For a delivered event; not filtered by rights."""
    related = ("study__order", "patient", "moved_from", "predecessor", *PEOPLE)
    return Report.objects.select_related(*related).get(pk=report_id)


def first_edition(report: Report) -> int:
    """The number of the report that this one amends, directly or not; its own otherwise."""
    of = {"study": report.study_id, "template": report.template, "edition": 1}
    first = Report.objects.filter(**of, discarded=0)
    return first.values_list("pk", flat=True).get()


def leaves_the_house(report: Report) -> bool:
    """In force, or a first edition that waits for its signature: what the FHIR server has.

    An amendment leaves once it is signed; until then what it amends stands.
    """
    waits = report.status == ReportStatus.PRELIMINARY and not is_amendment(report)
    return report.in_force or waits


def reports_out(**of: int) -> list[Report]:
    """Those of a ``study`` or a ``patient`` that left the house; not filtered by rights."""
    return [report for report in Report.objects.filter(**of) if leaves_the_house(report)]


def study_status(study_id: int) -> str:
    """The status of the newest report of the study; empty if it has none. No rights asked."""
    kept = Report.objects.filter(study=study_id, discarded=0).order_by("-pk")
    return kept.values_list("status", flat=True).first() or ""


def is_critical(report: Report) -> bool:
    return report.critical_found is not None


def reports_released_to(user: Person) -> QuerySet[Report]:
    """Those that left the house, for who reads whole reports; none whose study was moved since.

    ``first_id``: of the first edition, which names all of them.
    """
    return _released(user).filter(Q(in_force=True) | _WAITS)


def editions_released_to(user: Person, report: Report) -> QuerySet[Report]:
    """All of a report that left the house, as far as the person may read them; newest first."""
    same = {"study": report.study_id, "template": report.template, "discarded": 0}
    rows = _released(user).filter(Q(status__in=OUT) | _WAITS, **same)
    return rows.order_by("-edition")


_WAITS = Q(status=ReportStatus.PRELIMINARY, edition=1)


def _released(user: Person) -> QuerySet[Report]:
    if reads_summaries_only(user):
        return Report.objects.none()
    same = {"study": OuterRef("study"), "template": OuterRef("template")}
    first = Report.objects.filter(**same, edition=1, discarded=0).values("pk")[:1]
    related = reports_visible_to(user).select_related("study__order__encounter", "moved_from")
    return related.filter(moved_at=None).annotate(first_id=Subquery(first))


def is_amendment(report: Report) -> bool:
    return report.edition > 1


def signed_status(report: Report) -> ReportStatus:
    return ReportStatus.AMENDED if is_amendment(report) else ReportStatus.SIGNED


def report_of_patient(user: Person, report_id: int, patient_id: int | None) -> Report:
    """Another report of the same patient. Raises NotFound."""
    report = report_get(user, report_id)
    if report.patient_id != patient_id:
        raise NotFound(ErrorCode.REPORT_NOT_FOUND, f"report {report_id} is another's", "with")
    return report
