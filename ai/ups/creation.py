"""Creating a workitem (PS3.18 11.4): a request for an AI analysis, in DICOM's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from ai.choices import WorkitemPriority
from ai.manifest import ModelManifest
from ai.models import AIJob, FormerWorkitem, Workitem
from ai.services import catalogue
from ai.services.job_requests import job_request
from ai.services.sequences import sequences_named
from ai.ups.data_sets import SCHEME, Given
from ai.ups.states import State
from ai.ups.workitems import MODEL_VERSION, URGENCIES, WORKLIST, inputs_of, whole, workitem_get
from common.errors import ConflictError, ErrorCode, InvalidInput, NotFound
from common.person import Person
from emr import selectors as patients
from pacs.dicom.uids import Uid

READY = "READY"
LABEL = 64
_DATE_TIME = re.compile(r"[0-9]{4}([0-9]{2}){0,5}(\.[0-9]{1,6})?([+-][0-9]{4})?")
_EMPTY_AT_FIRST = (
    "TransactionUID",
    "ProcedureStepProgressInformationSequence",
    "UnifiedProcedureStepPerformedProcedureSequence",
)
_FIXED = {
    "ProcedureStepState": (State.SCHEDULED.value,),
    "ScheduledProcedureStepPriority": tuple(WorkitemPriority.values),
    "InputReadinessState": (READY,),
}


@dataclass(frozen=True, slots=True)
class Created:
    """``modified``: something is not as it was given."""

    job: AIJob
    modified: bool


def workitem_create(*, actor: Person, given: Given, workitem_uid: Uid | None) -> Created:
    """Request the model that the Scheduled Workitem Code names, for the series of the input.

    Raises InvalidInput (an attribute, by PS3.4 table CC.2.5-3), ConflictError (the UID is in use,
    or an equal analysis is a workitem already), and what ``job_request`` raises.
    """
    _check_attributes(given)
    wanted = _wanted_uid(given, workitem_uid)
    parameters = dict(_parameters(given))
    version = parameters.pop(MODEL_VERSION, None)
    manifest = catalogue.model_get(_model_id(given), version)
    _check_parameters(manifest, parameters)
    subject = _subject(actor, given, manifest)
    priority = given.text("ScheduledProcedureStepPriority")
    try:
        with transaction.atomic():
            job = job_request(
                actor=actor,
                model_type=manifest.id,
                model_version=manifest.version,
                parameters=parameters,
                urgency=URGENCIES[WorkitemPriority(priority)],
                **subject,
            )
            if job.is_repeat:
                detail = f"an equal analysis is the workitem {job.workitem_uid}"
                raise ConflictError(ErrorCode.DUPLICATE, detail)
            _check_input(job, given)
            job.workitem_uid = wanted or job.workitem_uid
            job.save(update_fields=["workitem_uid"])
            Workitem.objects.create(
                job=job,
                label=given.text("ProcedureStepLabel"),
                worklist_label=given.text("WorklistLabel", LABEL) or WORKLIST,
                priority=priority,
            )
    except IntegrityError:
        raise _in_use() from None
    shown = whole(workitem_get(actor, str(job.workitem_uid)))
    modified = any(element != shown.get(number) for number, element in given.elements.items())
    return Created(job, modified)


def _check_attributes(given: Given) -> None:
    """Those of type 1, and those that are empty until the work begins.

    One of type 2 that is absent is taken as empty.
    """
    for keyword, known in _FIXED.items():
        if given.text(keyword) not in known:
            raise _invalid(f"must be {' or '.join(known)}", keyword)
    if not given.text("ProcedureStepLabel", LABEL):
        raise _invalid("is required", "ProcedureStepLabel")
    if not _DATE_TIME.fullmatch(given.text("ScheduledProcedureStepStartDateTime")):
        raise _invalid("a DT is required", "ScheduledProcedureStepStartDateTime")
    for keyword in _EMPTY_AT_FIRST:
        if given.values(keyword):
            raise _invalid("must be empty", keyword)


def _wanted_uid(given: Given, named: Uid | None) -> Uid | None:
    """That of the address; one in the data set must be the same."""
    inside = given.uid("SOPInstanceUID")
    if named and inside and named != inside:
        raise _invalid("is not that of the address", "SOPInstanceUID")
    wanted = named or inside
    used = (AIJob.objects, FormerWorkitem.objects)
    if wanted and any(rows.filter(workitem_uid=wanted).exists() for rows in used):
        raise _in_use()
    return wanted


def _in_use() -> ConflictError:
    return ConflictError(ErrorCode.DUPLICATE, "The workitem already exists", "SOPInstanceUID")


def _model_id(given: Given) -> str:
    found = given.code("ScheduledWorkitemCodeSequence")
    if not found:
        raise _invalid(f"a code of {SCHEME} names the model", "ScheduledWorkitemCodeSequence")
    return found


def _parameters(given: Given) -> Iterator[tuple[str, Any]]:
    """Names and values of the Scheduled Processing Parameters."""
    for item in given.items("ScheduledProcessingParametersSequence"):
        name = item.code("ConceptNameCodeSequence")
        text = item.text("TextValue") or item.text("NumericValue")
        if not name or not text:
            raise _parameter(f"a code of {SCHEME} and a TextValue or NumericValue are needed")
        yield name, text


def _check_parameters(manifest: ModelManifest, parameters: dict[str, Any]) -> None:
    """Read the numbers, within the bounds of the manifest."""
    for name, text in parameters.items():
        known = manifest.parameters.get(name)
        if known is None:
            raise _parameter("the model has no such parameter")
        try:
            parameters[name] = float(text)
        except ValueError:
            raise _parameter(f"{name}: not a number") from None
        if not known.minimum <= parameters[name] <= known.maximum:
            raise _parameter(f"{name}: a number from {known.minimum:g} to {known.maximum:g}")


def _parameter(detail: str) -> InvalidInput:
    return _invalid(detail, "ScheduledProcessingParametersSequence")


def _subject(actor: Person, given: Given, manifest: ModelManifest) -> dict[str, Any]:
    if manifest.kind == "rule":
        return _patient(actor, given)
    return _sequences(actor, given, manifest) if manifest.inputs.sequences else _series(given)


def _sequences(actor: Person, given: Given, manifest: ModelManifest) -> dict[str, Any]:
    """A study alone, or series, each for the sequence that its header shows."""
    items = given.items("InputInformationSequence")
    named = {item.uid("SeriesInstanceUID"): item.uid("StudyInstanceUID") for item in items}
    if None in named and len(items) == 1:
        return _series(given)
    if None in named or len(named) != len(items) or not items:
        detail = "one study is needed, or an item for each series"
        raise _invalid(detail, "InputInformationSequence")
    uids = [str(uid) for uid in named]
    found = sequences_named(actor, uids, manifest)
    for series in found.values():
        if named[Uid(series.series_instance_uid)] != series.study.study_instance_uid:
            raise _invalid("the series is of another study", "InputInformationSequence")
    reference = found.get(manifest.inputs.reference, next(iter(found.values())))
    return {
        "study_instance_uid": reference.study.study_instance_uid,
        "sequences": {name: series.series_instance_uid for name, series in found.items()},
    }


def _series(given: Given) -> dict[str, Any]:
    """The study and, if it is named, the series."""
    items = given.items("InputInformationSequence")
    if len(items) != 1:
        raise _invalid("one series of one study is needed", "InputInformationSequence")
    study, series = (items[0].uid(f"{kind}InstanceUID") for kind in ("Study", "Series"))
    if study is None:
        raise _invalid("StudyInstanceUID is needed", "InputInformationSequence")
    return {"study_instance_uid": study, "series_instance_uid": series}


def _patient(actor: Person, given: Given) -> dict[str, Any]:
    """Of a rule, which is about a patient."""
    found = patients.patient_seen_by_mrn(actor, given.text("PatientID"))
    if found is None:
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, "", "PatientID")
    return {"patient": found.pk}


def _check_input(job: AIJob, given: Given) -> None:
    """The patient is the one of the images, and the instances are all of the series."""
    mrn = given.text("PatientID")
    if job.study is not None and mrn not in ("", job.patient.patient_id):
        raise _invalid("the study is of another patient", "PatientID")
    inputs = {series.series_instance_uid: series for series in inputs_of([job])[job.pk]}
    for item in given.items("InputInformationSequence"):
        named = {one.uid("ReferencedSOPInstanceUID") for one in item.items("ReferencedSOPSequence")}
        series = inputs.get(item.uid("SeriesInstanceUID") or "", job.series)
        if series is None or not named:
            continue
        if named != set(series.instances.values_list("sop_instance_uid", flat=True)):
            detail = "a whole series is analysed: name all of its instances, or none"
            raise _invalid(detail, "InputInformationSequence")


def _invalid(detail: str, keyword: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, f"{keyword}: {detail}", keyword)
