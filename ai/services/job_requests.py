"""A request as it comes in: for a series, or for a rule about a patient."""

from __future__ import annotations

from typing import Any

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

    Raises InvalidInput (a rule without a patient, a model of images without a study), and what
    ``job_create`` and ``rule_job_create`` raise.
    """
    manifest = catalogue.model_get(model_type, model_version)
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


def _needed(field: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, f"this model needs {field}", field)
