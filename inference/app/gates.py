"""What a series must be before a model sees it, and what a result must be before a doctor does.

A network answers any input, noise too, with a confident mask. So the image itself is asked for
a body in dark air, with structure inside it that neighbouring pixels share.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from app.dicom import Slice
from app.errors import InputRefused
from app.manifests import Inputs, Segment
from app.orthanc import ArchiveSeries
from app.volume import Volume

FloatArray = npt.NDArray[np.float32]

_SAMPLED_SLICES = 24
_CORNER_SHARE = 0.1
_MAX_CORNER_SIGNAL = 0.1
_MIN_DARK_CORNERS = 5
_DETAIL_WINDOW_MM = 15.0
_MIN_DETAIL = 0.04
_MIN_NEIGHBOUR_CORRELATION = 0.1
_CUT_FACE_MM2 = 400.0


def check_series(series: ArchiveSeries, inputs: Inputs) -> None:
    """What the archive's index tells, before anything is fetched.

    Raises:
        InputRefused: wrong modality or body part, too few or too many images.
    """
    if series.modality not in inputs.modalities:
        wanted = " or ".join(inputs.modalities)
        raise InputRefused(f"The series is {series.modality or 'of no modality'}, not {wanted}.")
    part = series.body_part.upper().replace(" ", "")
    if part and inputs.body_parts and not any(known in part for known in inputs.body_parts):
        raise InputRefused(
            f"The series shows {part} (BodyPartExamined), not {inputs.body_parts[0]}."
        )
    count = len(series.instance_ids)
    if not inputs.min_slices <= count <= inputs.max_slices:
        raise InputRefused(
            f"The series has {count} images; "
            f"the model needs {inputs.min_slices} to {inputs.max_slices}."
        )


def series_warnings(slices: Sequence[Slice], patient_id: str, inputs: Inputs) -> list[str]:
    """What the doctor should know about the input although the model runs."""
    first = slices[0]
    warnings = []
    if first.patient_id != patient_id.strip():
        warnings.append("The images carry another PatientID than the request names.")
    echo_limit, age_limit = inputs.max_echo_time_ms, inputs.min_age_years
    if echo_limit is not None and first.echo_time is not None and first.echo_time > echo_limit:
        warnings.append(
            f"Echo time {first.echo_time:g} ms: this does not look T1-weighted, "
            "which the model is made for."
        )
    if age_limit is not None and first.age_years is not None and first.age_years < age_limit:
        warnings.append(f"The model is made for patients of {age_limit} years and older.")
    return warnings


def check_volume(volume: Volume, inputs: Inputs) -> None:
    """Coverage, spacing and content.

    Raises:
        InputRefused: too coarse, too small, or not a body in air.
    """
    if max(volume.spacing_mm) > inputs.max_spacing_mm:
        raise InputRefused(
            f"Voxels of {max(volume.spacing_mm):.1f} mm are too coarse; "
            f"the limit is {inputs.max_spacing_mm:g} mm."
        )
    extent = min(np.multiply(volume.data.shape, volume.spacing_mm))
    if extent < inputs.min_extent_mm:
        raise InputRefused(
            f"The series covers {extent:.0f} mm in one direction; "
            f"the model needs {inputs.min_extent_mm:g} mm."
        )
    _check_content(volume)


def _check_content(volume: Volume) -> None:
    data = volume.data
    if not np.isfinite(data).all():
        raise InputRefused("The images hold values that are not numbers.")
    step = max(1, data.shape[0] // _SAMPLED_SLICES)
    sample = data[step // 2 :: step]
    low, high = np.quantile(sample, (0.005, 0.995))
    if high <= low:
        raise InputRefused("The images have no contrast: all values are the same.")
    signal = data > _otsu_threshold(np.clip(sample, low, high))
    if _dark_corners(signal) < _MIN_DARK_CORNERS:
        raise InputRefused("The images show no head in dark air; they may be noise.")
    detail, correlation = _texture(
        np.clip(sample, low, high), signal[step // 2 :: step], volume.spacing_mm
    )
    if detail < _MIN_DETAIL:
        raise InputRefused("The images show an even object without inner structure.")
    if correlation < _MIN_NEIGHBOUR_CORRELATION:
        raise InputRefused("The images are noise: neighbouring pixels have nothing in common.")


def _otsu_threshold(image: FloatArray) -> float:
    """The value that best separates two classes (Otsu 1979)."""
    counts, edges = np.histogram(image, 256)
    centres = (edges[1:] + edges[:-1]) / 2
    share = np.cumsum(counts)[:-1] / counts.sum()
    partial = np.cumsum(counts * centres)[:-1] / counts.sum()
    mean = float((counts * centres).sum() / counts.sum())
    valid = (share > 0) & (share < 1)
    between = np.zeros_like(share)
    between[valid] = (mean * share - partial)[valid] ** 2 / (share * (1 - share))[valid]
    return float(edges[1 + int(between.argmax())])


def _dark_corners(signal: npt.NDArray[np.bool_]) -> int:
    """How many of the volume's eight corners are air."""
    ends = [
        (slice(None, width), slice(-width, None))
        for width in (max(1, int(size * _CORNER_SHARE)) for size in signal.shape)
    ]
    return sum(signal[corner].mean() < _MAX_CORNER_SIGNAL for corner in product(*ends))


def _texture(
    sample: FloatArray, signal: npt.NDArray[np.bool_], spacing: tuple[float, float, float]
) -> tuple[float, float]:
    """Fine structure inside the object, slice by slice.

    Returns:
        Its standard deviation as a share of the object's mean, and its correlation between
        neighbouring pixels (0 for noise; tissue stays far above).
    """
    window = [max(3, round(_DETAIL_WINDOW_MM / mm)) for mm in spacing[1:]]
    inside = ndimage.binary_erosion(signal, np.ones((1, 3, 3), bool), iterations=2)
    if not inside.any():
        return 0.0, 0.0
    weight = ndimage.uniform_filter(inside.astype(np.float32), (0, *window))
    local = ndimage.uniform_filter(np.where(inside, sample, 0), (0, *window))
    detail = np.where(inside, sample - local / np.maximum(weight, 1e-6), 0)
    pairs = inside[:, :, 1:] & inside[:, :, :-1]
    variance = float((detail[inside] ** 2).mean())
    if variance == 0 or not pairs.any():
        return 0.0, 0.0
    shared = float((detail[:, :, 1:] * detail[:, :, :-1])[pairs].mean())
    return variance**0.5 / float(sample[inside].mean()), shared / variance


def check_result(segment: Segment, volume_ml: float) -> None:
    """A segment's volume against the manifest's bounds.

    Raises:
        InputRefused
    """
    if segment.plausible_ml is None:
        return
    low, high = segment.plausible_ml
    if not low <= volume_ml <= high:
        raise InputRefused(
            f"The result is implausible: {segment.label} of {volume_ml:.0f} ml, "
            f"where {low:g} to {high:g} ml is expected. "
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
