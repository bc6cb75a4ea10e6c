"""A mask from outside becomes version 1 of a segmentation, with its origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from django.db import transaction

from ai.choices import Origin
from ai.manifest import NOT_STATED, ManifestSegment, SegmentAlgorithm
from ai.models import Segmentation
from ai.services import drawings, labelmap as labelmaps, outside_masks, segmentations
from ai.services.outside_masks import Belonging, OutsideMask, OutsideSegment
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.person import Person
from pacs.index import studies
from pacs.index.geometry import series_geometry
from rbac.permissions import Permission

MAX_BYTES = 256 * 2**20
UNKNOWN_MAKER = "nobody said how the mask was made: the algorithm of its Segmentation is Unknown"


def segmentation_import(
    *,
    actor: Person,
    study_instance_uid: str,
    series_instance_uid: str | None,
    content: bytes,
    segments: Sequence[ManifestSegment],
    stated: SegmentAlgorithm = NOT_STATED,
) -> Segmentation:
    """Read a SEG, RTSTRUCT or NIfTI and keep its mask.

    ``segments`` name and code what the file itself does not, by the file's numbers. ``stated``: how
    the mask was made, where the file does not say. Raises InvalidInput (unreadable, codes missing),
    BusinessError (belongs to something else, is empty), NotFound.
    """
    if stated.type in ("AUTOMATIC", "SEMIAUTOMATIC") and not stated.name:
        detail = "name the algorithm: a Segmentation has to (0062,0009)"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "algorithm_name")
    study = studies.study_get(actor, study_instance_uid, Permission.VIEW_DICOM)
    if len(content) > MAX_BYTES:
        raise outside_masks.unreadable(f"the file is larger than {MAX_BYTES} bytes")
    series = studies.series_get(study, _series_meant(content, series_instance_uid))
    geometry = series_geometry(series)
    found = outside_masks.read(
        content,
        Belonging(
            patient_id=study.patient.patient_id if study.patient else "",
            study_instance_uid=study.study_instance_uid,
            frame_of_reference_uid=series.frame_of_reference_uid,
            geometry=geometry,
        ),
    )
    if not found.mask.any():
        raise BusinessError(ErrorCode.SEGMENTATION_EMPTY, "the file marks no voxel", "file")
    known, mask = _numbered(found)
    given = {each.number: each for each in segments}
    named_segments = [
        replace(_coded(segment, given.get(segment.number)), number=position)
        for position, segment in enumerate(known, start=1)
    ]
    drawings.check_segments(named_segments)
    algorithms = [each.algorithm if each.algorithm.type else stated for each in known]
    notes = found.notes if all(each.type for each in algorithms) else (*found.notes, UNKNOWN_MAKER)
    with transaction.atomic():
        made = drawings.begin(
            actor,
            series,
            named_segments,
            origin=Origin.IMPORT,
            algorithms=algorithms,
            parameters={**found.origin, "sha256": labelmaps.sha256(content)},
            warnings=notes,
        )
        segmentations.version_save(
            actor=actor,
            study_instance_uid=study.study_instance_uid,
            segmentation_id=made.pk,
            base_version=drawings.NO_VERSION,
            slices=geometry.slices,
            rows=geometry.rows,
            columns=geometry.columns,
            labelmap=labelmaps.compress(mask),
        )
    return made


def _series_meant(content: bytes, chosen: str | None) -> str:
    """The chosen series, else the one that the file names; never another than the file's."""
    named = outside_masks.series_named(content)
    if chosen is not None:
        if named and chosen not in named:
            raise outside_masks.mismatch("the file was made for another series than the chosen one")
        return chosen
    if len(named) != 1:
        what = "names several" if named else "does not"
        raise InvalidInput(
            ErrorCode.VALIDATION, f"name the series: the file {what}", "series_instance_uid"
        )
    return named.pop()


def _numbered(found: OutsideMask) -> tuple[list[OutsideSegment], labelmaps.Labelmap]:
    """The segments that mark a voxel, and the mask by their places in this list from 1 on."""
    known = [each for each in found.segments if (found.mask == each.number).any()]
    numbers = np.zeros(256, np.uint8)
    for position, segment in enumerate(known, start=1):
        numbers[segment.number] = position
    if (numbers[found.mask] == 0)[found.mask > 0].any():
        raise outside_masks.unreadable("the file marks voxels of a segment that it does not name")
    return known, numbers[found.mask]


def _coded(segment: OutsideSegment, given: ManifestSegment | None) -> ManifestSegment:
    coded = segment.category is not None and segment.type is not None and segment.label
    if given is not None and not coded:
        return given
    if segment.category is None or segment.type is None or not segment.label:
        detail = f"name and codes of segment {segment.number} are not in the file: state them"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "segments")
    return ManifestSegment(
        number=segment.number, label=segment.label, category=segment.category, type=segment.type
    )
