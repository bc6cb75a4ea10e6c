"""From what a runner returned to a result: checked against the manifest, measured, bounded."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt

from app.errors import InputRefused, ModelFailed
from app.manifests import Outputs
from app.runner import Prediction
from app.schemas import ClassProbability, QuantityValue, SegmentVolume
from app.volume import Volume

_CUT_FACE_MM2 = 400.0
_PROBABILITY_SUM_TOLERANCE = 1e-3


def outputs_returned(prediction: Prediction, outputs: Outputs) -> Outputs:
    """Those of the declared outputs that a rule returned: of several it gives what applies."""
    returned = {
        "quantities": tuple(q for q in outputs.quantities if q.id in prediction.quantities),
        "classes": tuple(c for c in outputs.classes if c.id in prediction.class_probabilities),
        "risk_score": outputs.risk_score if prediction.risk_score is not None else None,
    }
    if not any(returned.values()):
        raise _invalid("it holds none of the declared outputs")
    return outputs.model_copy(update=returned)


def check_prediction(prediction: Prediction, outputs: Outputs, volume: Volume | None) -> None:
    """The runner kept its contract: what is declared is there, and nothing else.

    Raises:
        ModelFailed: names the first output at fault.
    """
    _check_labels(prediction.labels, outputs, volume)
    _check_probability(prediction.probability, outputs, volume)
    quantities, classes = prediction.quantities, prediction.class_probabilities
    _check_names("quantities", quantities, {each.id for each in outputs.quantities})
    _check_names("class_probabilities", classes, {each.id for each in outputs.classes})
    for name, value in quantities.items():
        if not math.isfinite(value):
            raise _invalid(f"quantity {name} is not a finite number")
    scores = {
        "confidence": prediction.confidence,
        "risk_score": prediction.risk_score,
        **{f"class {name}": value for name, value in classes.items()},
    }
    for name, score in scores.items():
        if score is not None and not 0 <= score <= 1:
            raise _invalid(f"{name} does not lie in 0 to 1")
    if outputs.risk_score and prediction.risk_score is None:
        raise _invalid("risk_score is missing")
    if classes and abs(sum(classes.values()) - 1) > _PROBABILITY_SUM_TOLERANCE:
        raise _invalid("the class probabilities do not add up to 1")


def _check_labels(
    labels: npt.NDArray[np.uint8] | None, outputs: Outputs, volume: Volume | None
) -> None:
    if labels is None:
        if outputs.segments:
            raise _invalid("labels are missing")
        return
    if not outputs.segments or volume is None:
        raise _invalid("labels without a declared segment")
    if labels.dtype != np.uint8 or labels.shape != volume.data.shape:
        raise _invalid(f"labels are {labels.dtype} {labels.shape}, not uint8 {volume.data.shape}")
    if labels.max(initial=0) > len(outputs.segments):
        raise _invalid(f"label {labels.max()} is not a declared segment")


def _check_probability(
    probability: npt.NDArray[np.float32] | None, outputs: Outputs, volume: Volume | None
) -> None:
    if probability is None:
        return
    if not outputs.segments or volume is None:
        raise _invalid("a probability map without a declared segment")
    shape = volume.data.shape
    if probability.dtype != np.float32 or probability.shape != shape:
        given = f"{probability.dtype} {probability.shape}"
        raise _invalid(f"the probability map is {given}, not float32 {shape}")
    if not 0 <= probability.min() <= probability.max() <= 1:  # False for NaN too
        raise _invalid("the probability map does not lie in 0 to 1")


def _check_names(what: str, given: Mapping[str, float], declared: Collection[str]) -> None:
    if set(given) != set(declared):
        names = ", ".join(sorted(set(given) ^ set(declared)))
        raise _invalid(f"{what} and the manifest differ: {names}")


def _invalid(what: str) -> ModelFailed:
    return ModelFailed(f"The model returned an invalid result: {what}.")


def segment_volumes(
    labels: npt.NDArray[np.uint8], outputs: Outputs, volume: Volume
) -> list[SegmentVolume]:
    """The volume of each segment.

    Raises:
        InputRefused: one lies outside its plausible bounds.
    """
    volumes = []
    for segment in outputs.segments:
        volume_ml = int(np.count_nonzero(labels == segment.number)) * volume.voxel_ml
        _check_plausible(segment.label, volume_ml, "ml", segment.plausible_ml)
        volumes.append(
            SegmentVolume(
                segment=segment.number, label=segment.label, volume_ml=round(volume_ml, 3)
            )
        )
    return volumes


def quantity_values(prediction: Prediction, outputs: Outputs) -> list[QuantityValue]:
    """The quantities in the manifest's order.

    Raises:
        InputRefused: one lies outside its plausible bounds.
    """
    values = []
    for quantity in outputs.quantities:
        value = float(prediction.quantities[quantity.id])
        _check_plausible(quantity.label, value, quantity.unit, quantity.plausible)
        values.append(QuantityValue(id=quantity.id, value=value))
    return values


def class_probabilities(prediction: Prediction, outputs: Outputs) -> list[ClassProbability]:
    """The classes in the manifest's order."""
    return [
        ClassProbability(id=each.id, probability=float(prediction.class_probabilities[each.id]))
        for each in outputs.classes
    ]


def _check_plausible(
    label: str, value: float, unit: str, bounds: tuple[float, float] | None
) -> None:
    if bounds is not None and not bounds[0] <= value <= bounds[1]:
        raise InputRefused(
            f"The result is implausible: {label} of {value:.4g} {unit}, "
            f"where {bounds[0]:g} to {bounds[1]:g} {unit} is expected. "
            "The series may not show what the model is made for."
        )


def cut_warnings(labels: npt.NDArray[np.uint8], volume: Volume) -> list[str]:
    """A warning where the mask is cut off by the field of view."""
    for axis in range(3):
        others = [mm for other, mm in enumerate(volume.spacing_mm) if other != axis]
        for face in (0, -1):
            touched = np.count_nonzero(labels.take(face, axis)) * others[0] * others[1]
            if touched > _CUT_FACE_MM2:
                return [
                    "The mask reaches the edge of the images: "
                    "the volume is that of the imaged part only."
                ]
    return []
