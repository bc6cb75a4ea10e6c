"""Which series a model takes: what it can use, not what has the most images."""

from __future__ import annotations

import pytest

from ai.manifest import parse_manifest
from ai.services import catalogue
from ai.tests import factories
from common.errors import BusinessError
from pacs.models import Instance, Series

pytestmark = pytest.mark.django_db


@pytest.fixture
def manifest():
    return parse_manifest(factories.MANIFEST)


@pytest.fixture
def t1(patient_factory):
    return factories.make_series(patient_factory())


def more_images(t1, *, repeats=1, **fields):
    """A series with more images than the first, each place ``repeats`` times."""
    uid = f"{t1.series_instance_uid}.9"
    defaults = {"modality": "MR", "frame_of_reference_uid": "1.2.3"}
    series = Series.objects.create(
        study=t1.study,
        series_instance_uid=uid,
        orthanc_id=factories.archive_id(uid),
        **(defaults | fields),
    )
    for number in range(t1.instances.count() * 3):
        Instance.objects.create(
            series=series,
            sop_instance_uid=f"{uid}.{number}",
            orthanc_id=factories.archive_id(f"{uid}.{number}"),
            image_position=[0.0, 0.0, float(number // repeats)],
        )
    return series


def test_of_two_volumes_the_one_with_more_images_is_taken(t1, manifest):
    other = more_images(t1)
    assert catalogue.best_series(t1.study, manifest) == other


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"repeats": 3}, "several images at one place"),
        ({"frame_of_reference_uid": ""}, "Frame of Reference UID"),
        ({"modality": "CT"}, "the series is CT"),
    ],
)
def test_a_series_that_cannot_suit_is_passed_over_and_refused_by_name(t1, manifest, fields, reason):
    other = more_images(t1, **fields)
    assert catalogue.best_series(t1.study, manifest) == t1
    with pytest.raises(BusinessError, match=reason):
        catalogue.check_series(other, manifest)


def test_a_study_of_nothing_suitable_has_no_model(t1, manifest):
    Series.objects.update(frame_of_reference_uid="")
    with pytest.raises(BusinessError):
        catalogue.best_series(t1.study, manifest)
