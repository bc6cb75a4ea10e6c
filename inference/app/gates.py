"""What a series must be before the model runs: the limits and gates of the model's manifest.

A network returns a confident result for any input, noise too. A model whose inputs have a common
look therefore names gates; a model that names none gets every series within its limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from app.archive import ArchiveSeries
from app.dicom import Slice
from app.errors import InputRefused
from app.manifests import ContrastGate, DarkAirGate, Gate, Inputs, TextureGate
from app.volume import Volume

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_SAMPLED_SLICES = 24
_CORNER_SHARE = 0.1


def check_series(series: ArchiveSeries, inputs: Inputs, modalities: Sequence[str]) -> None:
    """What the archive's index tells, before anything is fetched.

    Raises:
        InputRefused: wrong modality or body part, too few or too many images.
    """
    if series.modality not in modalities:
        wanted = " or ".join(modalities)
        raise InputRefused(f"The series is {series.modality or 'of no modality'}, not {wanted}.")
    part = series.body_part.upper().replace(" ", "")
    if part and inputs.body_parts and not any(known in part for known in inputs.body_parts):
        raise InputRefused(
            f"The series shows {part} (BodyPartExamined), not {inputs.body_parts[0]}."
        )
    count = len(series.instance_ids)
    if count > 1:  # one may be a multi-frame image
        _check_count(count, inputs)


def _check_count(count: int, inputs: Inputs) -> None:
    if not inputs.min_slices <= count <= inputs.max_slices:
        raise InputRefused(
            f"The series has {count} images; "
            f"the model needs {inputs.min_slices} to {inputs.max_slices}."
        )


def series_warnings(slices: Sequence[Slice], patient_id: str, inputs: Inputs) -> list[str]:
    """What the doctor should know about the input, although the model runs."""
    first = slices[0]
    warnings = []
    if first.patient_id != patient_id.strip():
        warnings.append("The images carry another PatientID than the request names.")
    age_limit = inputs.min_age_years
    if age_limit is not None and first.age_years is not None and first.age_years < age_limit:
        warnings.append(f"The model is made for patients of {age_limit} years and older.")
    oldest = inputs.max_age_years
    if oldest is not None and first.age_years is not None and first.age_years > oldest:
        warnings.append(f"The model is made for patients of at most {oldest} years.")
    return warnings


def check_echo_time(slices: Sequence[Slice], inputs: Inputs) -> None:
    """A long echo time is another contrast than the model was trained on.

    Raises:
        InputRefused: longer than the limit; an image that states none is accepted.
    """
    known = [each.echo_time for each in slices if each.echo_time is not None]
    limit = inputs.max_echo_time_ms
    if limit is not None and known and max(known) > limit:
        raise InputRefused(
            f"Echo time {max(known):g} ms: the model is made for images of at most {limit:g} ms."
        )


def check_volume(volume: Volume, inputs: Inputs) -> None:
    """Number, spacing and direction of the slices, and what they cover.

    Raises:
        InputRefused: too coarse, too small, or values that are not numbers.
    """
    _check_count(len(volume.data), inputs)
    if inputs.max_spacing_mm is not None and max(volume.spacing_mm) > inputs.max_spacing_mm:
        raise InputRefused(
            f"Voxels of {max(volume.spacing_mm):.1f} mm are too coarse; "
            f"the limit is {inputs.max_spacing_mm:g} mm."
        )
    distance, limit = volume.spacing_mm[0], inputs.max_slice_distance_mm
    if limit is not None and distance > limit:
        raise InputRefused(
            f"The slices are {distance:.1f} mm apart; the model needs at most {limit:g} mm."
        )
    if inputs.orientations and volume.orientation not in inputs.orientations:
        raise InputRefused(
            f"The slices are {volume.orientation}; "
            f"the model is made for {' or '.join(inputs.orientations)} ones."
        )
    extent = min(np.multiply(volume.data.shape, volume.spacing_mm))
    if extent < inputs.min_extent_mm:
        raise InputRefused(
            f"The series covers {extent:.0f} mm in one direction; "
            f"the model needs {inputs.min_extent_mm:g} mm."
        )
    if not np.isfinite(volume.data).all():
        raise InputRefused("The images hold values that are not numbers.")


def check_gates(volume: Volume, gates: Sequence[Gate]) -> None:
    """The content of the images, in the order of the manifest's gates.

    Raises:
        InputRefused: names the first gate that the images do not pass.
    """
    if not gates:
        return
    content = _Content.of(volume)
    for gate in gates:
        match gate:
            case ContrastGate():
                _check_contrast(content)
            case DarkAirGate():
                _check_dark_air(content, gate)
            case TextureGate():
                _check_texture(content, gate)


@dataclass(frozen=True)
class _Content:
    """`signal` (slices, rows, columns) is what is brighter than the background; `sample` every
    n-th slice, clipped to its `low` and `high` quantile; `sampled_signal` the signal on it."""

    low: float
    high: float
    sample: FloatArray
    signal: BoolArray
    sampled_signal: BoolArray
    spacing_mm: tuple[float, float, float]

    @classmethod
    def of(cls, volume: Volume) -> _Content:
        step = max(1, volume.data.shape[0] // _SAMPLED_SLICES)
        sampled = slice(step // 2, None, step)
        low, high = np.quantile(volume.data[sampled], (0.005, 0.995))
        sample = np.clip(volume.data[sampled], low, high)
        signal = volume.data > otsu_threshold(sample)
        return cls(float(low), float(high), sample, signal, signal[sampled], volume.spacing_mm)


def _check_contrast(content: _Content) -> None:
    if content.high <= content.low:
        raise InputRefused("The images have no contrast: all values are the same.")


def _check_dark_air(content: _Content, gate: DarkAirGate) -> None:
    if _dark_corners(content.signal, gate.max_corner_signal) < gate.min_dark_corners:
        raise InputRefused(f"The images show no {gate.subject} in dark air; they may be noise.")


def _check_texture(content: _Content, gate: TextureGate) -> None:
    detail, correlation = _texture(content, gate.window_mm)
    if detail < gate.min_detail:
        raise InputRefused("The images show an even object without inner structure.")
    if correlation < gate.min_neighbour_correlation:
        raise InputRefused("The images are noise: neighbouring pixels have nothing in common.")


def otsu_threshold(image: FloatArray) -> float:
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


def _dark_corners(signal: BoolArray, max_signal: float) -> int:
    """How many of the volume's eight corners are dark."""
    ends = [
        (slice(None, width), slice(-width, None))
        for width in (max(1, int(size * _CORNER_SHARE)) for size in signal.shape)
    ]
    return sum(signal[corner].mean() < max_signal for corner in product(*ends))


def _texture(content: _Content, window_mm: float) -> tuple[float, float]:
    """Fine structure inside the object, slice by slice.

    Returns:
        Its standard deviation as a share of the object's mean, and its correlation between
        neighbouring pixels (0 for noise; tissue stays far above).
    """
    sample = content.sample
    window = [max(3, round(window_mm / mm)) for mm in content.spacing_mm[1:]]
    inside = ndimage.binary_erosion(content.sampled_signal, np.ones((1, 3, 3), bool), iterations=2)
    if not inside.any():
        return 0.0, 0.0
    weight = ndimage.uniform_filter(inside.astype(np.float32), (0, *window))
    local = ndimage.uniform_filter(np.where(inside, sample, 0), (0, *window))
    detail = np.where(inside, sample - local / np.maximum(weight, 1e-6), 0)
    pairs = inside[:, :, 1:] & inside[:, :, :-1]
    variance = float((detail[inside] ** 2).mean())
    mean = float(sample[inside].mean())
    if variance == 0 or mean <= 0 or not pairs.any():
        return 0.0, 0.0
    shared = float((detail[:, :, 1:] * detail[:, :, :-1])[pairs].mean())
    return variance**0.5 / mean, shared / variance
