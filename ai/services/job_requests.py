"""A request as it comes in: for a series, or for a rule about a patient."""

from __future__ import annotations

from typing import Any

from ai.manifest import ModelManifest
from ai.models import AIJob
from ai.services import catalogue, jobs
from ai.services.rule_jobs import rule_job_create
from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.index import studies
from rbac.permissions import Permission


def job_request(
    *,
    actor: Person,
    model_type: str,
    patient: int | None = None,
    facts_given: dict[str, Any] | None = None,
    study_instance_uid: str | None = None,
    model_version: str | None = None,
    urgency: str | None = None,
    **fields: Any,
) -> AIJob:
    """``facts_given``: what the doctor says of the ``patient``, of what no record holds.

    A rule that names a study alone is about the patient of that study.

    Raises InvalidInput (a rule without a patient, a model of images without a study, a parameter
    that the model does not have or that is out of its bounds), and what
    ``job_create`` and ``rule_job_create`` raise.
    """
    manifest = catalogue.model_get(model_type, model_version)
    _check_parameters(manifest, fields.get("parameters") or {})
    if manifest.kind != "rule":
        if study_instance_uid is None:
            raise _needed("study_instance_uid")
        return jobs.job_create(
            actor=actor,
            model_type=model_type,
            model_version=model_version,
            study_instance_uid=study_instance_uid,
            urgency=urgency,
            **fields,
        )
    study = None
    if patient is None and study_instance_uid is not None:
        study = studies.study_get(actor, study_instance_uid, Permission.VIEW_DICOM)
        patient = study.patient_id
    if patient is None:
        raise _needed("patient")
    return rule_job_create(
        actor=actor,
        patient_pk=patient,
        manifest=manifest,
        facts_given=facts_given,
        parameters=fields.get("parameters"),
        urgency=urgency,
        named_by=study,
    )


def _check_parameters(manifest: ModelManifest, given: dict[str, Any]) -> None:
    """The run would refuse them too, after the wait, and again at each retry."""
    for name, value in given.items():
        known = manifest.parameters.get(name)
        if known is None:
            raise _parameter(name, "the model has no such parameter")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not known.minimum <= value <= known.maximum:
            raise _parameter(name, f"a number from {known.minimum:g} to {known.maximum:g}")


def _parameter(name: str, detail: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, f"{name}: {detail}", f"parameters.{name}")


def _needed(field: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, f"this model needs {field}", field)
