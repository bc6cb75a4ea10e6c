"""Which series a model takes: what it can use, not what has the most images."""

from __future__ import annotations

import re

import pytest

from ai.clients.inference import Offered
from ai.manifest import parse_manifest
from ai.services import catalogue, suitability
from ai.services.mr_kinds import MrKind, has_contrast_agent, kind_of
from ai.tests import factories
from common.errors import BusinessError
from pacs.dicom.acquisition import acquisition_read
from pacs.models import Instance, Series

pytestmark = pytest.mark.django_db

GRADIENT = {"ScanningSequence": "GR", "EchoTime": "3.1", "RepetitionTime": "8"}
SPIN = {"ScanningSequence": "SE", "EchoTime": "12", "RepetitionTime": "550"}
LONG = {"ScanningSequence": "SE", "EchoTime": "95", "RepetitionTime": "5000"}
INVERTED = {"ScanningSequence": "SE\\IR", "EchoTime": "120", "RepetitionTime": "9000"}
PLANAR = {"ScanningSequence": "EP\\GR", "EchoTime": "30", "RepetitionTime": "2000"}

SERIES = {
    "t1": (GRADIENT, "T1 3D", MrKind.T1, False),
    "t1 mprage": (GRADIENT | {"ScanningSequence": "GR\\IR"}, "Sag MPRAGE", MrKind.T1, False),
    "t1 by its times alone": (SPIN, "", MrKind.T1, False),
    "t1 by its protocol": ({"ProtocolName": "t1_se_tra"}, "", MrKind.T1, False),
    "t1 flair": (SPIN | {"RepetitionTime": "2200"}, "T1 FLAIR", MrKind.T1, False),
    "t1 with contrast by its agent": (
        GRADIENT | {"ContrastBolusAgent": "Gadovist"}, "T1 3D", MrKind.T1, True,
    ),
    "t1 with contrast by its name": (GRADIENT, "T1 +C axial", MrKind.T1, True),
    "t1 without contrast": (GRADIENT, "T1 pre contrast", MrKind.T1, False),
    "t1 with no agent": (GRADIENT | {"ContrastBolusAgent": "NONE"}, "T1", MrKind.T1, False),
    "t2": (LONG, "T2 TSE", MrKind.T2, False),
    "t2 by its times alone": (LONG, "axial", MrKind.T2, False),
    "t2 under the name of a t1": (LONG, "T1 3D", MrKind.T2, False),
    "t2 by its name alone": ({}, "t2_tse_tra", MrKind.T2, False),
    "flair": (INVERTED, "FLAIR axial", MrKind.FLAIR, False),
    "flair by its times": (INVERTED, "ax dark", MrKind.FLAIR, False),
    "proton density": (SPIN | {"RepetitionTime": "3000"}, "axial", MrKind.PD, False),
    "dti": (PLANAR | {"EchoTime": "90"}, "DTI 32 directions", MrKind.DWI, False),
    "dti by its b value": (GRADIENT | {"DiffusionBValue": "1000"}, "T1 3D", MrKind.DWI, False),
    "dti by its sequence name": ({"SequenceName": "*ep_b1000#3"}, "", MrKind.DWI, False),
    "dti, old row": ({}, "ep2d_diff_MDDW_30", MrKind.DWI, False),
    "adc map": ({"ImageType": "DERIVED\\PRIMARY\\ADC"}, "x", MrKind.DWI, False),
    "bold": (PLANAR, "resting state", MrKind.EPI, False),
    "epi with a short echo": (PLANAR | {"EchoTime": "12"}, "T1 3D", MrKind.EPI, False),
    "mosaic": ({"ImageType": "ORIGINAL\\PRIMARY\\M\\MOSAIC"}, "x", MrKind.EPI, False),
    "bold, old row": ({}, "BOLD task", MrKind.EPI, False),
    "localizer": (
        GRADIENT | {"ImageType": "ORIGINAL\\PRIMARY\\LOCALIZER"}, "T1", MrKind.LOCALIZER, False,
    ),
    "localizer by its name": (GRADIENT, "3-plane LOC", MrKind.LOCALIZER, False),
    "reformatted t1": (
        GRADIENT | {"ImageType": "DERIVED\\SECONDARY\\MPR"}, "T1 MPR cor", MrKind.T1, False,
    ),
    "projection": (GRADIENT | {"ImageType": "DERIVED\\SECONDARY\\MIP"}, "T1", MrKind.MAP, False),
    "subtraction": ({"ImageType": "DERIVED\\PRIMARY\\SUBTRACT"}, "T1", MrKind.MAP, False),
    "phase": (GRADIENT | {"ImageType": "ORIGINAL\\PRIMARY\\P"}, "T1", MrKind.MAP, False),
    "t1 map": ({}, "T1 map", MrKind.MAP, False),
    "susceptibility": (GRADIENT | {"EchoTime": "20"}, "SWI", MrKind.T2_STAR, False),
    "t2 star by its times": (GRADIENT | {"EchoTime": "20"}, "axial", MrKind.T2_STAR, False),
    "angiography": (GRADIENT, "TOF 3D", MrKind.ANGIOGRAPHY, False),
    "angiography by its flag": (GRADIENT | {"AngioFlag": "Y"}, "head", MrKind.ANGIOGRAPHY, False),
    "unknown": ({}, "head", MrKind.UNKNOWN, False),
    "says both": ({}, "T1 T2 dual", MrKind.UNKNOWN, False),
}  # fmt: skip
"""Tags, Series Description, what it shows, whether a contrast agent was given."""


@pytest.fixture
def manifest():
    return parse_manifest(factories.MANIFEST)


@pytest.fixture
def t1_model():
    return model()


def model(**inputs):
    known = factories.MANIFEST["inputs"] | {"weightings": ["T1"], "max_echo_time_ms": 40} | inputs
    return parse_manifest(factories.MANIFEST | {"inputs": known})


@pytest.fixture
def t1(patient_factory):
    series = factories.make_series(patient_factory())
    return described(series, "T1 3D", GRADIENT)


def described(series, description, tags):
    series.description, series.acquisition = description, acquisition_read(tags).to_json()
    series.save()
    return series


def more_images(t1, *, repeats=1, spacing=1.0, tag="9", count=None, image=(), **fields):
    """A series with more images than the first, each place ``repeats`` times."""
    uid = f"{t1.series_instance_uid}.{tag}"
    defaults = {"modality": "MR", "frame_of_reference_uid": "1.2.3"}
    series = Series.objects.create(
        study=t1.study,
        series_instance_uid=uid,
        orthanc_id=factories.archive_id(uid),
        **(defaults | fields),
    )
    slice_of = {
        "rows": 6,
        "columns": 7,
        "image_orientation": [1, 0, 0, 0, 1, 0],
        "pixel_spacing": [1.0, 1.0],
    }
    for number in range(count or t1.instances.count() * 3):
        place = {"image_position": [0.0, 0.0, spacing * (number // repeats)]}
        Instance.objects.create(
            series=series,
            sop_instance_uid=f"{uid}.{number}",
            orthanc_id=factories.archive_id(f"{uid}.{number}"),
            **(slice_of | place | dict(image)),
        )
    return series


@pytest.mark.parametrize("name", SERIES)
def test_what_a_series_shows(name):
    tags, description, kind, has_agent = SERIES[name]
    acquired = acquisition_read(tags)
    assert kind_of(acquired, description) is kind
    assert has_contrast_agent(acquired, description) is has_agent


@pytest.mark.parametrize("name", SERIES)
def test_a_t1_is_taken_before_any_other_series_with_more_images(t1, t1_model, name):
    tags, description, kind, has_agent = SERIES[name]
    other = described(more_images(t1, spacing=2.0), description, tags)
    is_better = kind is MrKind.T1 and not has_agent and "DERIVED" not in str(tags)
    assert catalogue.best_series(t1.study, t1_model) == (other if is_better else t1)


@pytest.mark.parametrize("name", SERIES)
def test_a_series_alone_is_offered_unless_it_shows_something_else(
    t1, t1_model, service, users, name
):
    tags, description, kind, _ = SERIES[name]
    described(t1, description, tags)
    uid = t1.study.study_instance_uid
    asked = {"actor": users["doctor"], "patient_id": t1.study.patient.patient_id}
    catalogue.cache.set(catalogue.MODELS_CACHE_KEY, Offered([t1_model], []))
    offered = catalogue.models_available(**asked, study_instance_uid=uid)
    if kind in (MrKind.T1, MrKind.UNKNOWN):
        assert [model.series for model in offered] == [[t1]]
        assert catalogue.best_series(t1.study, t1_model) == t1
        catalogue.check_series(t1, t1_model)
        return
    assert [(model.series, bool(model.missing)) for model in offered] == [([], True)]
    with pytest.raises(BusinessError, match="no series"):
        catalogue.best_series(t1.study, t1_model)
    with pytest.raises(BusinessError, match=r"made for T1|echo time"):
        catalogue.check_series(t1, t1_model)


def test_a_ct_is_no_t1_whatever_it_is_called(t1, t1_model):
    Series.objects.update(modality="CT")
    with pytest.raises(BusinessError):
        catalogue.best_series(t1.study, t1_model)


@pytest.mark.parametrize(
    ("wanted", "agent", "suits"),
    [(True, "Gadovist", True), (True, "", False), (False, "", True), (False, "Gadovist", False)],
)
def test_a_model_may_need_a_contrast_agent_or_none(t1, wanted, agent, suits):
    described(t1, "T1", GRADIENT | {"ContrastBolusAgent": agent})
    reason = catalogue.suitability.refusal(t1, model(contrast_agent=wanted))
    assert ("contrast agent" in reason) is not suits


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"orientations": ["axial"], "max_slice_distance_mm": 2.0}, ""),
        ({"orientations": ["sagittal", "coronal"]}, "sagittal or coronal slices, .* axial"),
        ({"max_slice_distance_mm": 1.5}, r"2\.0 mm apart, the limit is 1\.5"),
    ],
)
def test_a_model_may_need_a_direction_and_close_slices(t1, limit, reason):
    needed = parse_manifest(factories.MANIFEST | {"inputs": {"modalities": ["MR"], **limit}})
    found = suitability.refusal(t1, needed)
    assert re.search(reason, found) if reason else found == ""


def test_a_finer_volume_is_taken_before_a_coarser_one_with_more_images(t1, manifest):
    more_images(t1, spacing=5.0)
    assert catalogue.best_series(t1.study, manifest) == t1


def test_of_two_volumes_the_one_with_more_images_is_taken(t1, manifest):
    other = more_images(t1, spacing=2.0)
    assert catalogue.best_series(t1.study, manifest) == other


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"repeats": 3}, "several images at one place"),
        ({"frame_of_reference_uid": ""}, "Frame of Reference UID"),
        ({"modality": "CT"}, "the series is CT"),
        ({"body_part": "KNEE"}, "the series shows KNEE"),
        ({"count": 21}, "the series has 21"),
        ({"spacing": 9.0}, "too coarse"),
        ({"spacing": 0.1}, "the series covers"),
        ({"image": {"image_position": None}}, "not every image is a positioned slice"),
        ({"image": {"image_orientation": None}}, "orientation or pixel spacing is missing"),
        ({"image": {"pixel_spacing": None}}, "orientation or pixel spacing is missing"),
        ({"image": {"frames": 20}}, "the series has 300"),
        ({"image": {"rows": None}}, "not every image is a positioned slice"),
    ],
    ids=str,
)
def test_a_series_that_cannot_suit_is_passed_over_and_refused_by_name(t1, fields, reason):
    limits = {"body_parts": ["BRAIN"], "max_slices": 20, "max_spacing_mm": 8, "min_extent_mm": 4}
    manifest = model(**limits)
    other = more_images(t1, **fields)
    assert catalogue.best_series(t1.study, manifest) == t1
    with pytest.raises(BusinessError, match=reason):
        catalogue.check_series(other, manifest)


@pytest.mark.parametrize(
    ("moved", "reason"), [(5, "slices of the series are missing"), (0.4, "not evenly spaced")]
)
def test_slices_with_a_gap_are_no_volume(t1, manifest, moved, reason):
    other = more_images(t1)
    last = other.instances.last()
    last.image_position[2] += moved
    last.save()
    with pytest.raises(BusinessError, match=reason):
        catalogue.check_series(other, manifest)


@pytest.mark.parametrize("spacing", [None, [1.0, 1.2]])
def test_one_image_of_another_pixel_spacing_makes_no_volume(t1, manifest, spacing):
    other = more_images(t1)
    Instance.objects.filter(pk=other.instances.last().pk).update(pixel_spacing=spacing)
    with pytest.raises(BusinessError, match="pixel spacing"):
        catalogue.check_series(other, manifest)


def test_a_study_of_nothing_suitable_has_no_model(t1, manifest):
    Series.objects.update(frame_of_reference_uid="")
    with pytest.raises(BusinessError):
        catalogue.best_series(t1.study, manifest)


def test_the_list_of_models_names_the_series_that_a_request_would_take(t1, api, service):
    other = more_images(t1, spacing=2.0)
    patient = t1.study.patient.patient_id
    (offered,) = api("doctor").get(f"/api/ai/models/available/?patient_id={patient}").json()
    assert offered["id"] == "brain_extraction"
    named = [one["series_instance_uid"] for one in offered["suitable_series"]]
    assert named == [other.series_instance_uid, t1.series_instance_uid]
    elsewhere = f"/api/ai/models/available/?patient_id={patient}&study_instance_uid=1.2"
    (offered,) = api("doctor").get(elsewhere).json()
    assert (offered["available"], offered["suitable_series"]) == (False, [])
