"""A job about a patient: the facts when it is requested, and who says what no record holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from ai.manifest import ManifestFact, ModelManifest
from ai.models import AIJob
from ai.selectors.patient_facts import (
    MASKS,
    FactOrigin,
    KnownFact,
    facts_known,
    facts_matched,
    why_not,
)
from ai.services.run_requests import input_key, job_ask
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.person import Person
from emr import selectors as patients

if TYPE_CHECKING:
    from pacs.models import Study

GIVEN = "given"


def rule_job_create(
    *,
    actor: Person,
    patient_pk: int,
    manifest: ModelManifest,
    facts_given: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    urgency: str | None = None,
    named_by: Study | None = None,
) -> AIJob:
    """Request a rule; an equal request is the same job, as ``job_ask`` says.

    ``named_by``: the study whose patient is meant, where the request names that alone.

    Raises NotFound, ConflictError (the patient, the study), InvalidInput (a given fact),
    BusinessError (facts are missing: the detail names them; the limit of a person).
    """
    patient = patients.patient_get(actor, patient_pk)
    known = facts_known(actor, patient)
    if facts_given:
        known |= _given(actor, manifest, known, facts_given)
    matched = facts_matched(manifest.inputs.facts, known)
    if matched.needed:
        names = ", ".join(one.declared.label for one in matched.needed)
        raise BusinessError(ErrorCode.FACTS_MISSING, f"missing: {names}", "facts_given")
    facts = {name: fact.to_json() for name, fact in matched.usable.items()}
    values = {
        name: (fact["value"], fact["unit"], fact["source"]["kind"], fact["source"]["id"])
        for name, fact in facts.items()
    }  # and not the day, which is today's for a person's age
    return job_ask(
        actor=actor,
        patient_id=patient.pk,
        manifest=manifest,
        key=input_key(manifest, values, parameters or {}),
        urgency=urgency,
        detail={"given": sorted(facts_given or {})},
        rests_on=[named_by.pk] if named_by else (),
        facts=facts,
        parameters=parameters or {},
    )


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
