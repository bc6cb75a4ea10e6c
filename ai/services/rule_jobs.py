"""A job about a patient: the facts when it is requested, and who says what no record holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.manifest import ManifestFact, ModelManifest
from ai.models import AIJob, AIJobEvent
from ai.selectors.patient_facts import (
    FactOrigin,
    KnownFact,
    facts_known,
    facts_matched,
    why_not,
)
from ai.services.run_requests import run_request
from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.person import Person
from emr import selectors as patients
from rbac.permissions import Permission

GIVEN = "given"
MASKS = ("mask", "prior_mask")
ENDED_BADLY = (JobStatus.FAILED, JobStatus.CANCELLED)


def rule_job_create(
    *,
    actor: Person,
    patient_pk: int,
    manifest: ModelManifest,
    facts_given: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
) -> AIJob:
    """Request a rule; the same model, version and input is the same job.

    Not after a doctor rejected it: the request is then a new one.

    Raises NotFound, ConflictError (the patient), InvalidInput (a given fact), BusinessError
    (facts are missing: the detail names them).
    """
    patient = patients.patient_get(actor, patient_pk)
    known = facts_known(actor, patient)
    if facts_given:
        known |= _given(actor, manifest, known, facts_given)
    matched = facts_matched(manifest.inputs.facts, known)
    if matched.needed:
        names = ", ".join(one.declared.label for one in matched.needed)
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, f"missing: {names}", "facts_given")
    facts = {name: fact.to_json() for name, fact in matched.usable.items()}
    key = _input_key(manifest, facts, parameters or {})
    with transaction.atomic():
        patients.patient_lock(patient.pk)
        asked = AIJob.objects.filter(patient=patient, input_sha256=key)
        same = asked.exclude(status__in=ENDED_BADLY).exclude(review_status=ReviewStatus.REJECTED)
        job = same.order_by("pk").first() or _create(
            actor, patient, manifest, facts, parameters or {}, key
        )
        audit.record(
            actor=actor,
            action="ai_job.create",
            object_type="ai_job",
            object_id=job.pk,
            patient_id=patient.pk,
            permission=Permission.REQUEST_AI,
            detail={"model": manifest.id, "given": sorted(facts_given or {})},
        )
    return job


def _create(
    actor: Person,
    patient: Any,
    manifest: ModelManifest,
    facts: dict[str, Any],
    parameters: dict[str, Any],
    key: str,
) -> AIJob:
    job = AIJob.objects.create(
        patient=patient,
        model_id=manifest.id,
        model_version=manifest.version,
        model_manifest=manifest.to_json(),
        parameters=parameters,
        facts=facts,
        input_sha256=key,
        requested_by_id=actor.pk,
    )
    AIJobEvent.objects.create(job=job, step="requested", actor_id=actor.pk)
    run_request(job)
    return job


def _input_key(manifest: ModelManifest, facts: dict[str, Any], parameters: dict[str, Any]) -> str:
    """Of the values and their sources; not of the day, which is today's for a person's age."""
    values = {
        name: (fact["value"], fact["unit"], fact["source"]["kind"], fact["source"]["id"])
        for name, fact in facts.items()
    }
    what = [manifest.id, manifest.version, values, parameters]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _given(
    actor: Person, manifest: ModelManifest, known: dict[str, KnownFact], given: dict[str, Any]
) -> dict[str, KnownFact]:
    """What the doctor says, of what no record holds. Raises InvalidInput."""
    declared = {fact.name: fact for fact in manifest.inputs.facts}
    name_of_actor = getattr(actor, "full_name", "") or actor.username
    origin, today = FactOrigin(GIVEN, str(actor.pk), name_of_actor), timezone.localdate()
    found = {}
    for name, value in given.items():
        fact = declared.get(name)
        if fact is None or name in MASKS:
            raise _refused(name[:60], "the model asks for no such fact")
        if why_not(fact, known.get(name)) is None:
            raise _refused(name, "the record holds it already")
        found[name] = KnownFact(_checked(fact, value), origin, unit=fact.unit, at=today)
    return found


def _checked(fact: ManifestFact, value: Any) -> Any:
    """A choice, a number where a unit is declared, else yes or no."""
    if fact.choices:
        right = value in fact.choices
    elif fact.unit:
        right = isinstance(value, int | float) and not isinstance(value, bool)
        right = right and fact.holds(value)
    else:
        right = isinstance(value, bool)
    if not right:
        kind = f"a number in {fact.unit}{fact.bounds}" if fact.unit else "yes or no"
        raise _refused(fact.name, ", ".join(fact.choices) or kind)
    return value


def _refused(name: str, detail: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, f"{name}: {detail}", f"facts_given.{name}")
