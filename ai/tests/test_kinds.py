"""A model without a mask: its job, its review and its publication."""

from __future__ import annotations

from typing import Any

import pytest

from ai.choices import JobStatus, ReviewStatus
from ai.models import AIJob, Publication, Segmentation
from ai.services import jobs, publication
from ai.tests import factories
from common.errors import ExternalError
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
SCORE = factories.maskless_manifest("score", {"risk_score": "Probability of the finding."})
QUANTITY = {
    "id": "midline-shift",
    "label": "Midline shift",
    "label_ko": "정중선 이동",
    "unit": "mm",
}
MEASUREMENT = factories.maskless_manifest("measurement", {"quantities": [QUANTITY]})
CLASSES = [{"id": "normal", "label": "Normal"}, {"id": "bleeding", "label": "Bleeding"}]
CLASSIFICATION = factories.maskless_manifest("classification", {"classes": CLASSES})
UNKNOWN_KIND = factories.maskless_manifest("triage", {"quantities": [QUANTITY]})
SHIFT = [{"id": "midline-shift", "value": 4.25}]
PROBABILITIES = [{"id": "normal", "probability": 0.25}, {"id": "bleeding", "probability": 0.75}]
RESULTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (SCORE, {"risk_score": 0.8}),
    (MEASUREMENT, {"quantities": SHIFT}),
    (CLASSIFICATION, {"classes": PROBABILITIES}),
    (UNKNOWN_KIND, {"quantities": SHIFT}),
]
KINDS = [manifest["result_kind"] for manifest, _ in RESULTS]


@pytest.fixture
def run(service: Any, series: Any, users: Any, settings: Any) -> Any:
    """``run(manifest, **result)``: a job of this model, after its run."""

    def run_job(manifest: dict[str, Any], **result: Any) -> AIJob:
        service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [manifest]})
        answer = factories.run_answer(series, segmentation="", confidence=None, **result)
        service.post(f"{settings.INFERENCE_URL}/inference", json=answer)
        job = jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            model_type=manifest["id"],
        )
        jobs.job_run(job.pk)
        job.refresh_from_db()
        return job

    return run_job


def review(client: Any, job: AIJob, decision: str = "approve", **body: Any) -> Any:
    return client.post(
        f"/api/ai/jobs/{job.pk}/review/", {"decision": decision, **body}, format="json"
    )


@pytest.mark.parametrize(("manifest", "result"), RESULTS, ids=KINDS)
def test_a_job_completes_with_its_result_and_asks_for_no_mask(
    run: Any, api: Any, service: Any, manifest: dict[str, Any], result: dict[str, Any]
) -> None:
    job = run(manifest, **result)
    assert job.status == JobStatus.COMPLETED
    assert not Segmentation.objects.exists()
    assert not [call for call in service.calls if call.request.url.endswith("/mask")]
    body = api("doctor").get(f"/api/ai/jobs/{job.pk}/").json()
    assert (body["segmentation"], body["model"]["kind"]) == (None, "network")
    assert body["model"]["result_kind"] == manifest["result_kind"]
    shown = body["result"]
    assert (shown["measurements"], shown["preview_png"]) == ([], "")
    assert shown["risk_score"] == result.get("risk_score")
    assert [(q["id"], q["value"]) for q in shown["quantities"]] == [
        (q["id"], q["value"]) for q in result.get("quantities", [])
    ]
    assert [(c["id"], c["probability"]) for c in shown["classes"]] == [
        (c["id"], c["probability"]) for c in result.get("classes", [])
    ]
    assert api("doctor").get("/api/ai/jobs/").json()["results"][0]["segmentation"] is None


def test_labels_and_units_of_quantities_come_from_the_manifest(run: Any) -> None:
    assert run(MEASUREMENT, quantities=SHIFT).result["quantities"] == [
        {"id": "midline-shift", "label": "Midline shift", "value": 4.25, "unit": "mm"}
    ]


def test_labels_of_classes_come_from_the_manifest(run: Any) -> None:
    assert run(CLASSIFICATION, classes=PROBABILITIES).result["classes"][1] == {
        "id": "bleeding",
        "label": "Bleeding",
        "probability": 0.75,
    }


@pytest.mark.parametrize(
    ("manifest", "result"),
    [
        (MEASUREMENT, {}),
        (MEASUREMENT, {"quantities": [{"id": "other", "value": 1.0}]}),
        (MEASUREMENT, {"quantities": [{"id": "midline-shift", "value": 1e400}]}),
        (CLASSIFICATION, {"classes": PROBABILITIES[:1]}),
        (CLASSIFICATION, {"classes": [{"id": "normal", "probability": 7}, PROBABILITIES[1]]}),
    ],
)
def test_a_result_that_is_not_the_declared_one_fails_the_job(
    run: Any, users: Any, manifest: dict[str, Any], result: dict[str, Any]
) -> None:
    with pytest.raises(ExternalError) as caught:
        run(manifest, **result)
    assert (caught.value.code.value.code, caught.value.retryable) == ("ERR_504", False)


def test_approval_publishes_without_a_seg(run: Any, api: Any) -> None:
    job = run(SCORE, risk_score=0.8)
    assert review(api("doctor"), job).status_code == 202
    published = Publication.objects.get()
    assert (published.version, published.seg_sop_instance_uid) == (None, None)
    topics = set(OutboxEvent.objects.values_list("topic", flat=True))
    assert "ai.result.approved" in topics
    assert "ai.version.approved" not in topics
    state = api("doctor").get(f"/api/ai/jobs/{job.pk}/").json()["publication"]
    assert (state["status"], state["seg"]) == ("PENDING", None)
    publication.seg_publish(job.pk)
    publication.fhir_done(job_id=job.pk, diagnostic_report="dr-1", imaging_study="is-1")
    body = api("doctor").get(f"/api/ai/jobs/{job.pk}/").json()
    assert (body["publication"]["status"], body["publication"]["seg"]) == ("PUBLISHED", None)
    steps = [step["step"] for step in body["timeline"]]
    assert steps == ["requested", "processing", "completed", "approved", "published"]


def test_two_results_without_a_mask_do_not_collide(run: Any, api: Any) -> None:
    for _ in range(2):
        assert review(api("doctor"), run(SCORE, risk_score=0.8)).status_code == 202
    assert Publication.objects.count() == 2


def test_reject_and_a_second_review(run: Any, api: Any) -> None:
    job = run(SCORE, risk_score=0.8)
    assert review(api("rib"), job, "reject", comment="wrong").json()["review_status"] == "REJECTED"
    assert review(api("rib"), job).json()["error"]["code"] == "ERR_402"
    assert not Publication.objects.exists()


def test_a_version_of_a_result_without_a_mask_is_refused(run: Any, api: Any) -> None:
    job = run(SCORE, risk_score=0.8)
    answer = review(api("doctor"), job, version=1)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "version")
    job.refresh_from_db()
    assert job.review_status == ReviewStatus.PENDING


def test_one_bad_manifest_does_not_hide_the_others(
    api: Any, service: Any, series: Any, settings: Any
) -> None:
    liver = {"value": "12738006", "scheme": "SCT", "meaning": "Liver"}
    segment = factories.MANIFEST["outputs"]["segments"][0] | {"type": liver}
    offered = [
        {"id": "broken"},
        factories.MANIFEST | {"id": "wrong_code", "outputs": {"segments": [segment]}},
        factories.MANIFEST,
    ]
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": offered})
    listed = api("doctor").get("/api/ai/models/").json()
    assert [model["id"] for model in listed] == ["brain_extraction"]


def test_a_series_that_is_no_volume_says_so(job: AIJob, series: Any, answers: Any) -> None:
    answers()
    series.instances.update(image_orientation=None)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, "ERR_407")
