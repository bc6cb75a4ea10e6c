"""Routing rules at work: which studies go to which model, when they arrive or as a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ai.choices import DryOutcome, Origin, RoutingRefusal
from ai.manifest import ModelManifest
from ai.models import AIJob, RoutingDecision, RoutingRule
from ai.selectors.usage import expected_seconds
from ai.services import catalogue, suitability
from ai.services.jobs import series_key
from ai.services.mr_kinds import kind_of
from ai.services.run_requests import job_add
from ai.services.sequences import chosen, sequence_facts
from audit import services as audit
from common.errors import ConflictError, NotFound
from common.person import Person
from emr import selectors as patients
from ocs.choices import PRIORITY_RANKS
from pacs.index import studies
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series, Study

DRY_RUN_PAGE = 20


@dataclass(frozen=True, slots=True)
class RoutingChoice:
    """The series that goes to the model; without one, ``refusal`` says why, ``detail`` of what.

    ``sequences``: of a model of several, the series of each; ``series`` is the reference.
    """

    series: Series | None
    refusal: str = ""
    detail: str = ""
    sequences: Mapping[str, Series] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DryLine:
    """``job``: the one that exists already for the same input (KNOWN)."""

    study: Study
    outcome: DryOutcome
    choice: RoutingChoice
    job: AIJob | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    """``count`` studies match by what the index holds; ``lines`` are those of one page.

    ``seconds``: of one run by the runs of before; ``expected_seconds``: if all are run.
    """

    count: int
    page: int
    pages: int
    seconds: float | None
    expected_seconds: float | None
    lines: list[DryLine]


def study_route(study_id: int) -> None:
    """Apply the rules that are on; called again for the same study it asks for nothing twice.

    Raises ExternalError (the inference service does not list its models).
    """
    for rule in RoutingRule.objects.filter(enabled=True):
        _apply(rule, study_id)


def dry_run(*, actor: Person, rule: RoutingRule, days: int, page: int) -> DryRun:
    """What a rule, stored or not, would have done with the studies of the last ``days``.

    As far as ``actor`` sees them; the newest first. Raises NotFound (model), ExternalError.
    """
    manifest = catalogue.model_get(rule.model_id, rule.model_version or None)
    since = timezone.now() - timedelta(days=days)
    seen = studies.studies_visible_to(actor).filter(created_at__gte=since, stable_at__isnull=False)
    found = _matching(rule, seen).order_by("-pk")
    count, first = found.count(), (page - 1) * DRY_RUN_PAGE
    rows = list(found.select_related("patient", "order")[first : first + DRY_RUN_PAGE])
    audit.record(
        actor=actor,
        action="ai_rule.dry_run",
        object_type="ai_rule",
        object_id=rule.pk or "",
        permission=Permission.MANAGE_MODELS,
        patients=[study.patient_id for study in rows],
        detail={"model": manifest.id, "days": days, "studies": count},
    )
    seconds = expected_seconds(manifest.id, manifest.version)
    return DryRun(
        count=count,
        page=page,
        pages=max(1, -(-count // DRY_RUN_PAGE)),
        seconds=seconds,
        expected_seconds=None if seconds is None else round(seconds * count, 1),
        lines=[line for study in rows if (line := _line(rule, study, manifest))],
    )


def _matching(rule: RoutingRule, found: QuerySet[Study]) -> QuerySet[Study]:
    """Those that the rule names, but for the sequence, which the database cannot tell."""
    if rule.job_type:
        found = found.filter(order__job_type=rule.job_type)
    if rule.priority:
        least = PRIORITY_RANKS[rule.priority]
        urgent = [name for name, rank in PRIORITY_RANKS.items() if rank <= least]
        found = found.filter(order__priority__in=urgent)
    return studies.studies_with_series(found, _named(rule))


def _named(rule: RoutingRule) -> Q:
    """Of series."""
    named = Q(modality=rule.modality)
    if rule.body_part:
        named &= Q(body_part__icontains=rule.body_part)
    for word in rule.words:
        named &= Q(description__icontains=word)
    return named


def _choice(rule: RoutingRule, study: Study, manifest: ModelManifest) -> RoutingChoice | None:
    """None: the rule names no series of the study after all (its sequence)."""
    named = [
        series
        for series in study.series.filter(_named(rule)).prefetch_related("instances")
        if not rule.sequence or kind_of(series.acquired, series.description) == rule.sequence
    ]
    if not named:
        return None
    if study.patient is not None and study.patient.restricted:
        return RoutingChoice(None, RoutingRefusal.RESTRICTED)
    if manifest.inputs.sequences:
        return _several(study, manifest)
    for series in suitability.ranked(named, manifest):
        return RoutingChoice(series)
    return RoutingChoice(None, RoutingRefusal.UNSUITABLE, suitability.refusal(named[0], manifest))


def _several(study: Study, manifest: ModelManifest) -> RoutingChoice:
    """All of them from the study, also those that the rule does not name."""
    choice = chosen(study.series.prefetch_related("instances"), manifest)
    if choice.missing:
        names = ", ".join(one.label for one in choice.missing)
        detail = f"missing in this study: {names}"
        return RoutingChoice(None, RoutingRefusal.UNSUITABLE, detail)
    return RoutingChoice(choice.found[manifest.inputs.reference], sequences=choice.found)


def _line(rule: RoutingRule, study: Study, manifest: ModelManifest) -> DryLine | None:
    choice = _choice(rule, study, manifest)
    if choice is None:
        return None
    if choice.series is None:
        return DryLine(study, DryOutcome.REFUSED, choice)
    job = _known(study, series_key(manifest, choice.series, {}, choice.sequences))
    return DryLine(study, DryOutcome.KNOWN if job else DryOutcome.RUN, choice, job)


def _known(study: Study, key: str) -> AIJob | None:
    """The job of this input, whatever became of it: a rule never runs it twice."""
    return AIJob.objects.filter(patient=study.patient_id, input_sha256=key).first()


def _apply(rule: RoutingRule, study_id: int) -> None:
    arrived = _matching(rule, studies.studies_complete().filter(pk=study_id))
    study = arrived.select_related("patient", "order").first()
    if study is None:
        return
    try:
        manifest = catalogue.model_get(rule.model_id, rule.model_version or None)
    except NotFound:
        _decide(rule, study, refusal=RoutingRefusal.MODEL_OFF)
        return
    choice = _choice(rule, study, manifest)
    if choice is None:
        return
    if choice.series is None:
        _decide(rule, study, refusal=choice.refusal, detail=choice.detail[:300])
        return
    try:
        _ask(rule, study, choice.series, choice.sequences, manifest)
    except ConflictError:  # filed under another patient since it was read: decided anew
        _apply(rule, study_id)


@transaction.atomic
def _ask(
    rule: RoutingRule,
    study: Study,
    series: Series,
    sequences: Mapping[str, Series],
    manifest: ModelManifest,
) -> None:
    """Raises ConflictError: the study was filed under another patient meanwhile."""
    patient_id = study.patient_id
    if patient_id is None:
        return
    patients.patient_lock(patient_id)
    studies.studies_lock([study.pk], patient_id)
    key = series_key(manifest, series, {}, sequences)
    job = _known(study, key)
    if job is None:
        urgency = rule.urgency or (study.order.priority if study.order else None)
        job = job_add(
            patient_id,
            manifest,
            key,
            urgency,
            rule=rule,
            origin=Origin.RULE,
            study=study,
            series=series,
            facts=sequence_facts(sequences) or None,
        )
        audit.record(
            actor=None,
            action="ai_job.route",
            object_type="ai_job",
            object_id=job.pk,
            patient_id=patient_id,
            detail={"rule": rule.pk, "model": manifest.id, "series": series.series_instance_uid},
        )
    _decide(rule, study, job=job)


def _decide(
    rule: RoutingRule,
    study: Study,
    *,
    job: AIJob | None = None,
    refusal: str = "",
    detail: str = "",
) -> None:
    """What a rule started stays: a refusal of later images does not take its job from sight."""
    done = RoutingDecision.objects.filter(rule=rule, study=study, job__isnull=False)
    if job is None and done.exists():
        return
    RoutingDecision.objects.update_or_create(
        rule=rule, study=study, defaults={"job": job, "refusal": refusal, "detail": detail}
    )
