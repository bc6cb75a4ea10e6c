"""The voxel grid of a series, and the series that have none."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import BusinessError, ErrorCode
from pacs.index.geometry import series_geometry
from pacs.tests import index

pytestmark = pytest.mark.django_db

SAGITTAL = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]


def test_slices_are_sorted_by_position(patient_factory: Any) -> None:
    series = index.series(index.study(patient_factory()), slices=3)
    by_number = series.instances.order_by("number").values_list("sop_instance_uid", flat=True)
    found = series_geometry(series)
    assert found.slices == tuple(reversed(by_number))
    assert found.shape == (3, found.rows, found.columns)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"image_position": None},
        {"image_position": [0.0, 0.0, 0.0]},
        {"image_orientation": SAGITTAL},
        {"rows": 7},
        {"frames": 2},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_series_that_is_no_volume_is_refused_as_such(patient_factory: Any, spoilt: Any) -> None:
    series = index.series(index.study(patient_factory()), slices=2)
    last = series.instances.order_by("image_position").last()
    series.instances.filter(pk=last.pk).update(**spoilt)
    with pytest.raises(BusinessError) as refused:
        series_geometry(series)
    assert refused.value.code is ErrorCode.SERIES_NOT_A_VOLUME
    assert refused.value.detail.startswith(f"series {series.series_instance_uid}: ")


def test_a_slice_stands_for_the_way_to_halfway_to_its_neighbours(patient_factory: Any) -> None:
    """Along the normal: a gantry tilt shears the stack and makes it no higher."""
    series = index.series(index.study(patient_factory()), slices=4)
    for instance, height in zip(series.instances.order_by("number"), (0, 2, 3, 7), strict=True):
        instance.image_position = [0.0, 0.5 * height, float(height)]
        instance.image_orientation = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        instance.save()
    assert list(series_geometry(series).heights) == pytest.approx([2, 1.5, 2.5, 4])
