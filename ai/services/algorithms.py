"""How each segment of a version was made, as DICOM says it and as far as it is known.

A file that does not say how it was made, and of which nobody said it, is SEMIAUTOMATIC by an
Unknown algorithm: Segment Algorithm Type has no term for "unknown" (PS3.3 C.8.20.2), AUTOMATIC and
MANUAL would each deny one of the two that may have made it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydicom import Dataset

from ai.choices import Origin, VersionKind
from ai.manifest import SegmentAlgorithm, TrackedSegment
from ai.models import AIJob, SegmentationVersion
from ai.selectors.lineage import AssistUse, assist_uses, chain
from ai.services.dicom_seg import MANUAL, AlgorithmSpec, network_algorithm

UNKNOWN = "Unknown"
AUTOMATIC, SEMIAUTOMATIC = "AUTOMATIC", "SEMIAUTOMATIC"


def segment_algorithms(version: SegmentationVersion) -> dict[int, AlgorithmSpec]:
    """By segment number."""
    steps = chain(version)
    return {
        segment.number: _algorithm(version, segment, assist_uses(steps, segment.number))
        for segment in version.segmentation.tracked_segments
    }


def _algorithm(
    version: SegmentationVersion, segment: TrackedSegment, uses: Sequence[AssistUse]
) -> AlgorithmSpec:
    job: AIJob = version.segmentation.job
    if job.origin == Origin.MODEL:
        kind = SEMIAUTOMATIC if version.kind == VersionKind.EDITED else AUTOMATIC
        name = job.manifest.algorithm_name or job.manifest.name
        return network_algorithm(kind, name, job.model_version)
    if job.origin == Origin.MANUAL or segment.algorithm.type == MANUAL.type:
        return _assisted(uses[-1]) if uses else MANUAL
    return _imported(segment.algorithm, edited=version.parent_id is not None or bool(uses))


def _assisted(use: AssistUse) -> AlgorithmSpec:
    """One without weights is no Artificial Intelligence: it is named, and no family claimed."""
    if any(not name.endswith(".py") for name in use["files"]):
        return network_algorithm(SEMIAUTOMATIC, use["name"], use["version"])
    return AlgorithmSpec(SEMIAUTOMATIC, use["name"], use["version"])


def _imported(made: SegmentAlgorithm, *, edited: bool) -> AlgorithmSpec:
    kind = SEMIAUTOMATIC if edited or not made.type else made.type
    items = [Dataset.from_json(dict(item)) for item in made.identification]
    version = str(items[0].AlgorithmVersion) if items else ""
    return AlgorithmSpec(kind, made.name or UNKNOWN, version, made.identification)
