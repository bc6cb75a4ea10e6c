"""A model of several sequences: the choice of the series, what is missing, the run, the SEG."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ai.models import AIJob, Publication
from ai.services import jobs
from ai.services.companions import publication_objects
from ai.services.dicom_seg import read_labelmap
from ai.services.review import job_review
from ai.tests import factories
from ai.tests.seg_sources import complaints, mr_series, reread
from ai.tests.test_series_choice import GRADIENT, INVERTED, LONG, described, more_images
from pacs.models import Series

pytestmark = pytest.mark.django_db
ABNORMAL = {"value": "49755003", "scheme": "SCT", "meaning": "Morphologically Abnormal Structure"}
PARTS = [("6574001", "Necrosis"), ("79654002", "Edema"), ("108369006", "Neoplasm")]
MANIFEST: dict[str, Any] = factories.MANIFEST | {
    "id": "tumour_parts",
    "inputs": {
        "modalities": ["MR"],
        "min_slices": 4,
        "sequences": [
            {"id": "t1", "label": "T1", "weightings": ["T1"], "contrast_agent": False},
            {
                "id": "t1ce",
                "label": "T1 with contrast",
                "weightings": ["T1"],
                "contrast_agent": True,
            },
            {"id": "t2", "label": "T2", "weightings": ["T2"]},
            {"id": "flair", "label": "FLAIR", "weightings": ["FLAIR"]},
        ],
        "reference": "t1ce",
    },
    "outputs": {
        "segments": [
            {
                "number": number,
                "label": meaning,
                "category": ABNORMAL,
                "type": {"value": value, "scheme": "SCT", "meaning": meaning},
            }
            for number, (value, meaning) in enumerate(PARTS, 1)
        ]
    },
}
SHOWN = {
    "t1": ("T1 3D", GRADIENT),
    "t1ce": ("T1 3D", GRADIENT | {"ContrastBolusAgent": "Gadovist"}),
    "t2": ("T2 TSE", LONG),
    "flair": ("FLAIR", INVERTED),
}


def study_of(patient: Any, names: Any = SHOWN, tag: str = "1", day: str = "2026-01-05") -> Any:
    """By id the series of a study that has these sequences, and one that shows nothing known."""
    first = described(factories.make_series(patient, tag=tag), "head", {})
    first.study.study_date = day
    first.study.save()
    return {
        name: described(
            more_images(first, spacing=2.0, tag=str(10 + number), count=5), *SHOWN[name]
        )
        for number, name in enumerate(names)
    }


@pytest.fixture
def models(service: Any, settings: Any) -> Any:
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [MANIFEST]})
    return service


@pytest.fixture
def series(models: Any, patient_factory: Any) -> dict[str, Series]:
    found: dict[str, Series] = study_of(patient_factory())
    return found


def request(api: Any, series: dict[str, Series], **sequences: Series) -> Any:
    body = {
        "model_type": "tumour_parts",
        "study_instance_uid": next(iter(series.values())).study.study_instance_uid,
        "sequences": {name: one.series_instance_uid for name, one in sequences.items()},
    }
    return api("doctor").post("/api/ai/jobs/", body, format="json")


def detail(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["detail"]


def test_each_sequence_gets_its_series(api: Any, series: dict[str, Series]) -> None:
    answer = request(api, series)
    assert answer.status_code == 202, answer.json()
    job = AIJob.objects.get()
    assert job.series == series["t1ce"]
    shown = api("doctor").get(f"/api/ai/jobs/{job.pk}/").json()["facts"]
    assert [(one["name"], one["value"]) for one in shown] == [
        (name, series[name].series_instance_uid) for name in SHOWN
    ]


@pytest.mark.parametrize("lacking", [["t2"], ["t1ce", "flair"]])
def test_what_a_study_lacks_is_named(
    api: Any, models: Any, patient_factory: Any, lacking: list[str]
) -> None:
    series = study_of(patient_factory(), [name for name in SHOWN if name not in lacking])
    labels = {one["id"]: one["label"] for one in MANIFEST["inputs"]["sequences"]}
    named = ", ".join(labels[name] for name in lacking)
    assert detail(request(api, series)) == (422, f"missing in this study: {named}")
    (offered,) = available(api, series)
    assert (offered["available"], offered["suitable_series"]) == (False, [])
    assert [(one["what"], one["offer"]["kind"]) for one in offered["missing"]] == [
        (name, "order") for name in lacking
    ]


def available(api: Any, series: dict[str, Series]) -> Any:
    patient = next(iter(series.values())).study.patient
    assert patient is not None
    return api("doctor").get(f"/api/ai/models/available/?patient_id={patient.patient_id}").json()


def test_the_study_that_would_serve_is_named_and_taken_when_asked_for(
    api: Any, models: Any, patient_factory: Any
) -> None:
    patient = patient_factory()
    series = study_of(patient, ["t1", "t1ce", "t2"])
    other = study_of(patient, ["flair"], tag="2", day="2026-01-06")
    (offered,) = available(api, series)
    (missing,) = offered["missing"]
    assert (missing["what"], missing["offer"]["study_instance_uid"]) == (
        "flair",
        other["flair"].study.study_instance_uid,
    )
    assert request(api, series, flair=other["flair"]).status_code == 202


def test_a_whole_study_is_offered_by_its_reference(api: Any, series: dict[str, Series]) -> None:
    (offered,) = available(api, series)
    assert (offered["available"], offered["missing"]) == (True, [])
    assert [one["series_instance_uid"] for one in offered["suitable_series"]] == [
        series["t1ce"].series_instance_uid
    ]


def test_sequences_in_the_wrong_order_are_refused_by_name(
    api: Any, series: dict[str, Series]
) -> None:
    swapped = request(api, series, t2=series["flair"], flair=series["t2"])
    assert detail(swapped) == (422, "T2: the model is made for T2, the series is FLAIR")
    swapped = request(api, series, t1=series["t1ce"], t1ce=series["t1"])
    assert detail(swapped) == (
        422,
        "T1: the model needs images without contrast agent, the series is one with",
    )
    twice = request(api, series, t1=series["t1"], t1ce=series["t1"])
    assert detail(twice) == (422, "one series stands for T1 and for T1 with contrast")
    assert detail(request(api, series, pd=series["t1"])) == (
        400,
        "the model has no sequence pd; known: t1, t1ce, t2, flair",
    )


def test_two_patients_and_two_far_days_are_refused(
    api: Any, series: dict[str, Series], patient_factory: Any
) -> None:
    stranger = study_of(patient_factory(), ["flair"], tag="3")
    assert detail(request(api, series, flair=stranger["flair"])) == (
        422,
        "FLAIR: the series is of another patient",
    )
    patient = series["t1"].study.patient
    late = study_of(patient, ["flair"], tag="4", day="2026-03-05")
    assert detail(request(api, series, flair=late["flair"])) == (
        422,
        "FLAIR: the studies are 59 days apart, the model allows 1",
    )
    late["flair"].study.study_date = None
    late["flair"].study.save()
    assert "not known how far apart" in detail(request(api, series, flair=late["flair"]))[1]


def test_a_series_of_another_study_is_no_reference(api: Any, series: dict[str, Series]) -> None:
    other = study_of(series["t1"].study.patient, ["t1ce"], tag="5")
    assert detail(request(api, series, t1ce=other["t1ce"])) == (
        422,
        "T1 with contrast: the series is of another study",
    )


def test_a_model_of_one_series_takes_no_sequences(
    api: Any, service: Any, patient_factory: Any
) -> None:
    series = factories.make_series(patient_factory())
    body = {
        "model_type": "brain_extraction",
        "study_instance_uid": series.study.study_instance_uid,
        "sequences": {"t1": series.series_instance_uid},
    }
    answer = api("doctor").post("/api/ai/jobs/", body, format="json")
    assert detail(answer) == (400, "the model has no sequence t1; known: none")


def test_from_the_run_to_a_seg_of_three_segments_on_the_reference(
    api: Any, series: dict[str, Series], models: Any, users: Any, settings: Any, tmp_path: Path
) -> None:
    assert request(api, series).status_code == 202
    job, reference = AIJob.objects.get(), series["t1ce"]
    record = {
        "runtime": {},
        "parameters": {},
        "files": {},
        "input_sha256": "a" * 64,
        "input_instances": 20,
        "series": [
            {
                "id": name,
                "series_instance_uid": one.series_instance_uid,
                "sha256": f"{number}" * 64,
                "instances": 5,
            }
            for number, (name, one) in enumerate(series.items())
        ],
    }
    mask = np.zeros((5, factories.ROWS, factories.COLUMNS), np.uint8)
    mask[1, 1:3, 1:4], mask[2, 2, 2], mask[3, 4:, 5:] = 1, 2, 3
    answer = factories.run_answer(reference, record=record, confidence=None)
    models.post(f"{settings.INFERENCE_URL}/inference", json=answer)
    place = f"{settings.INFERENCE_URL}/inference/{answer['job_id']}/mask"
    models.get(place, body=factories.mask_file(reference, mask))
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert job.status == "COMPLETED", job.error_detail

    (asked,) = [
        json.loads(call.request.body)
        for call in models.calls
        if call.request.url.endswith("/inference")
    ]
    assert asked["series_instance_uid"] == reference.series_instance_uid
    assert {name: one["series_instance_uid"] for name, one in asked["sequences"].items()} == {
        name: one.series_instance_uid for name, one in series.items() if name != "t1ce"
    }
    grants = [asked["archive"], *(one["archive"] for one in asked["sequences"].values())]
    assert {one["series"] for one in grants} == {one.orthanc_id for one in series.values()}
    assert len({one["grant"] for one in grants}) == 4, "a grant opens one series"

    place = f"/api/ai/segmentations/{job.segmentation.pk}/versions/1/provenance/"
    told = api("doctor").get(place)
    assert told.json()["input"]["series"] == record["series"]

    job_review(actor=users["doctor"], job_id=job.pk, decision="approve")
    headers = mr_series(factories.ROWS, factories.COLUMNS, range(0, 10, 2))
    for header, instance in zip(headers, reference.instances.order_by("pk"), strict=True):
        header.SOPInstanceUID = instance.sop_instance_uid
        header.SeriesInstanceUID = reference.series_instance_uid
        header.StudyInstanceUID = reference.study.study_instance_uid
    archive = f"{settings.ORTHANC_URL}/dicom-web/studies/{reference.study.study_instance_uid}"
    models.get(
        f"{archive}/series/{reference.series_instance_uid}/metadata",
        json=[header.to_json_dict() for header in headers],
    )
    publication = Publication.objects.get()
    assert publication.version is not None
    seg = publication_objects(publication, publication.version)["seg"]
    assert complaints(seg, tmp_path) == []
    assert [item.SegmentLabel for item in seg.SegmentSequence] == [name for _, name in PARTS]
    (referenced,) = seg.ReferencedSeriesSequence
    assert referenced.SeriesInstanceUID == reference.series_instance_uid
    uids = [header.SOPInstanceUID for header in headers]
    found = read_labelmap(reread(seg), uids, factories.ROWS, factories.COLUMNS)
    np.testing.assert_array_equal(found, mask)


def test_a_series_that_is_gone_ends_the_run_with_a_sentence(
    api: Any, series: dict[str, Series], models: Any
) -> None:
    request(api, series)
    job = AIJob.objects.get()
    series["flair"].delete()
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_detail) == ("FAILED", "flair: the series is no longer there")
