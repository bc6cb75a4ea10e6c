"""A model's probabilities as a DICOM Parametric Map (PS3.3 A.75): stored value / 255."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from ai.services.dicom_seg import (
    MANUFACTURER,
    MODEL_NAME,
    SERIAL_NUMBER,
    SOFTWARE_VERSION,
    SegmentationError,
    copy_identity,
    fix_times_and_uids,
    plain_headers,
)
from ai.services.labelmap import Labelmap

FULL = 255
MODALITY = "PMAP"
"""Modality (0008,0060) has defined terms, which may be extended; with OT, the term there is, a map
would count among the study's images."""
_NO_UNIT = Code("1", "UCUM", "no units")


def build_map(
    *,
    source_datasets: Sequence[Dataset],
    levels: Labelmap,
    series_instance_uid: str,
    sop_instance_uid: str,
    series_number: int,
    model_name: str,
    content_creator_name: str,
    created_at: datetime.datetime,
) -> Dataset:
    """Build the map of an approved result; the same arguments give the same bytes.

    Args:
        source_datasets: headers of the source series without pixels, in the order of ``levels``.
        levels: (slices, rows, columns), 255 times the probability.

    Raises:
        SegmentationError: map and source do not fit, or the source has no usable geometry.
    """
    headers = plain_headers(source_datasets)
    try:
        made = hd.pm.ParametricMap(
            source_images=headers,
            pixel_array=levels.astype(np.uint16),
            series_instance_uid=series_instance_uid,
            series_number=series_number,
            series_description=f"Probability {model_name}"[:64],
            sop_instance_uid=sop_instance_uid,
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL_NAME,
            software_versions=SOFTWARE_VERSION,
            device_serial_number=SERIAL_NUMBER,
            contains_recognizable_visual_features=False,
            real_world_value_mappings=[_mapping()],
            voi_lut_transformations=[
                hd.VOILUTTransformation(window_center=FULL / 2, window_width=FULL)
            ],
            content_label="PROBABILITY",
            content_description="Probability that a voxel belongs to the mask",
            content_qualification="PRODUCT",
            specific_character_set="ISO_IR 192",
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise SegmentationError("source_unsuitable", str(error)) from error
    copy_identity(made, source_datasets[0])
    made.Modality = MODALITY
    made.ContentCreatorName = content_creator_name
    made.Laterality = ""  # type 2C, asked for by validators whatever the body part
    fix_times_and_uids(made, created_at)
    return made


def _mapping() -> hd.pm.RealWorldValueMapping:
    return hd.pm.RealWorldValueMapping(
        lut_label="Probability",
        lut_explanation="Probability",
        unit=_NO_UNIT,
        value_range=(0, FULL),
        slope=1 / FULL,
        intercept=0,
        quantity_definition=codes.DCM.Probability,
    )
