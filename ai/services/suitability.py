"""Which series suit a model, from the index alone: nothing is fetched and nothing is run for it.

The inference service checks the same limits again on the images themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ai.manifest import ManifestInputs, ModelManifest
from ai.services.mr_kinds import MrKind, has_contrast_agent, kind_of
from common.errors import BusinessError
from pacs.index.geometry import SeriesGeometry, series_geometry

if TYPE_CHECKING:
    from pacs.models import Series

STEP_TOLERANCE = 0.1
GAP = 1.5


def refusal(series: Series, manifest: ModelManifest) -> str:
    """Why the series cannot suit the model, as far as the index knows; empty if it may."""
    return _wrong_kind(series, manifest) or _wrong_volume(series, manifest.inputs)


def is_known(series: Series, manifest: ModelManifest) -> bool:
    """Whether the header tells what the series shows, where the model asks for a weighting."""
    return not manifest.inputs.weightings or bool(_kind(series))


def ranked(series: Iterable[Series], manifest: ModelManifest) -> list[Series]:
    """Those that suit, the best first.

    What is known to have the model's weighting comes before what may have it, acquired images
    before reformatted ones, a finer volume before a coarser one, images without contrast agent
    before those with one, more images before fewer.
    """
    found = [one for one in series if not refusal(one, manifest)]
    return sorted(found, key=lambda one: _rank(one, manifest))


def _wrong_kind(series: Series, manifest: ModelManifest) -> str:
    inputs = manifest.inputs
    if series.modality not in inputs.modalities:
        return f"the model is made for {_words(inputs.modalities)}, the series is {series.modality}"
    part = series.body_part.upper().replace(" ", "")
    if part and inputs.body_parts and not any(known in part for known in inputs.body_parts):
        return f"the model is made for {inputs.body_parts[0]}, the series shows {part}"
    count = sum(instance.frames for instance in series.instances.all())
    if not inputs.min_slices <= count <= inputs.max_slices:
        bounds = f"{inputs.min_slices} to {inputs.max_slices}"
        return f"the model needs {bounds} slices, the series has {count}"
    if manifest.outputs.segments and not series.frame_of_reference_uid:
        return "the series has no Frame of Reference UID, without which no mask can be stored"
    return _wrong_contrast(series, inputs)


def _wrong_contrast(series: Series, inputs: ManifestInputs) -> str:
    acquired, limit = series.acquired, inputs.max_echo_time_ms
    kind = _kind(series)
    if inputs.weightings and kind and kind not in inputs.weightings:
        return f"the model is made for {_words(inputs.weightings)}, the series is {kind}"
    if limit is not None and acquired.echo_time is not None and acquired.echo_time > limit:
        return f"the echo time is {acquired.echo_time:g} ms, the model's limit {limit:g} ms"
    if inputs.contrast_agent is not None:
        has = has_contrast_agent(acquired, series.description)
        if has != inputs.contrast_agent:
            needed, is_one = (("with", "without"), ("without", "with"))[has]
            return f"the model needs images {needed} contrast agent, the series is one {is_one}"
    return ""


def _wrong_volume(series: Series, inputs: ManifestInputs) -> str:
    """Every model gets one volume, and every mask is stored on one (PS3.3 C.8.20)."""
    try:
        geometry = series_geometry(series)
    except BusinessError as error:
        return error.detail.partition(": ")[2]
    return _wrong_steps(geometry) or _wrong_grid(geometry, inputs)


def _wrong_grid(geometry: SeriesGeometry, inputs: ManifestInputs) -> str:
    """Direction, fineness and coverage."""
    coarsest = max(geometry.spacing)
    if inputs.max_spacing_mm is not None and coarsest > inputs.max_spacing_mm:
        return f"voxels of {coarsest:.1f} mm are too coarse, the limit is {inputs.max_spacing_mm:g}"
    if inputs.orientations and geometry.plane not in inputs.orientations:
        needed = " or ".join(inputs.orientations)
        return f"the model is made for {needed} slices, the series has {geometry.plane} ones"
    distance, furthest = geometry.spacing[0], inputs.max_slice_distance_mm
    if furthest is not None and distance > furthest:
        return f"the slices are {distance:.1f} mm apart, the limit is {furthest:g}"
    extent = min(np.multiply(geometry.shape, geometry.spacing))
    if extent < inputs.min_extent_mm:
        return f"the series covers {extent:.0f} mm, the model needs {inputs.min_extent_mm:g} mm"
    return ""


def _wrong_steps(geometry: SeriesGeometry) -> str:
    """Even steps along one straight line, which may be tilted (gantry tilt)."""
    steps = np.diff(geometry.positions, axis=0)
    mean = steps.mean(axis=0)
    along = steps @ (mean / np.linalg.norm(mean))
    usual = float(np.median(along))
    if (along < max(STEP_TOLERANCE * usual, 1e-3)).any():
        return "the series has several images at one place; the model needs one volume"
    if float(along.max()) > GAP * usual:
        return "slices of the series are missing"
    if float(np.linalg.norm(steps - mean, axis=1).max()) > STEP_TOLERANCE * usual:
        return "the slices are not evenly spaced"
    return ""


def _kind(series: Series) -> MrKind:
    if series.modality != "MR":
        return MrKind.UNKNOWN
    return kind_of(series.acquired, series.description)


def _rank(series: Series, manifest: ModelManifest) -> tuple[bool, bool, int, bool, int, int]:
    acquired, geometry = series.acquired, series_geometry(series)
    return (
        bool(manifest.inputs.weightings) and not _kind(series),
        "DERIVED" in acquired.image_type,
        round(max(geometry.spacing)),
        has_contrast_agent(acquired, series.description),
        -len(geometry.slices),
        series.pk,
    )


def _words(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))
