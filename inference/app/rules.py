"""A rule: facts in, a result out. No pixels, no archive, no waiting."""

from __future__ import annotations

import logging
import time

from app import predictions
from app.errors import InferenceError, ModelFailed
from app.facts import Facts, check_facts
from app.registry import Model
from app.results import ResultStore, StoredResult
from app.runner import Prediction
from app.schemas import InferenceIn, InferenceOut, ModelRef, StatementOut

_log = logging.getLogger("inference.job")


def run_rule(store: ResultStore, job_id: str, request: InferenceIn, model: Model) -> InferenceOut:
    """Apply the rule and store its result.

    Raises:
        RequestInvalid: a fact that is missing, unknown or of another type.
        InputRefused: the rule was not made for this patient.
        ModelFailed: the rule broke, or returned what it does not declare.
    """
    started = time.perf_counter()
    manifest = model.manifest
    check_facts(request.facts, manifest.inputs.facts)
    parameters = manifest.resolve_parameters(request.parameters)
    try:
        prediction: Prediction = model.runner.run_facts(Facts(request.facts), parameters)
        result = _result(job_id, model, prediction, time.perf_counter() - started)
    except InferenceError:
        raise
    except Exception as error:
        _log.exception("model failed", extra={"job_id": job_id})
        raise ModelFailed from error
    store.save(StoredResult(request.fingerprint(), result), {})
    _log.info("job done", extra={"job_id": job_id, "model": manifest.id})
    return result


def _result(job_id: str, model: Model, prediction: Prediction, seconds: float) -> InferenceOut:
    """What applies of the declared outputs, and the way to it."""
    manifest = model.manifest
    outputs = predictions.outputs_returned(prediction, manifest.outputs)
    predictions.check_prediction(prediction, outputs, volume=None)
    if not prediction.statements:
        raise ModelFailed("The rule says no word about its way to the result.")
    return InferenceOut(
        job_id=job_id,
        risk_score=prediction.risk_score,
        confidence=prediction.confidence,
        segmentation="",
        processing_time=round(seconds, 3),
        model=ModelRef(id=manifest.id, version=manifest.version),
        series_instance_uid=None,
        slices=(),
        rows=0,
        columns=0,
        measurements=[],
        quantities=predictions.quantity_values(prediction, outputs),
        classes=predictions.class_probabilities(prediction, outputs),
        statements=[StatementOut(text=s.text, text_ko=s.text_ko) for s in prediction.statements],
        warnings=[],
    )
