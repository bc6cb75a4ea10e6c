"""Which models the hospital uses; how they are used, and how far doctors agree with them."""

from __future__ import annotations

import gzip
import json
from typing import Any

import numpy as np
import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile

from ai.handlers import end_run
from ai.models import AIJob, ModelSetting, Publication
from ai.services import agreement, catalogue, jobs
from ai.tests import factories
from audit.models import AuditLog
from common.errors import ExternalError, NotFound
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
URL = "/api/ai/model-settings/"
NEWEST, OLDER = "1.1.0", "1.0.2"
REFUSED = {"id": "lesion", "version": "2", "reason": "runner.py is missing"}


@pytest.fixture
def offer(service: Any, settings: Any) -> Any:
    """``offer(models, refused)``: what the inference service lists."""

    def set_offer(models: list[Any], refused: list[Any] | None = None) -> None:
        body = {"models": models, "refused": refused or []}
        service.replace("GET", f"{settings.INFERENCE_URL}/models", json=body)
        catalogue.offered_now()

    return set_offer


@pytest.fixture
def two_versions(offer: Any) -> None:
    versions = [factories.MANIFEST | {"version": version} for version in (NEWEST, OLDER)]
    offer(versions, [REFUSED])


def change(client: Any, expected: int, model: str = "brain_extraction", **body: Any) -> Any:
    return client.patch(
        f"{URL}{model}/", body, format="json", headers={"If-Match": f'"{expected}"'}
    )


def used() -> list[tuple[str, str]]:
    return [(manifest.id, manifest.version) for manifest in catalogue.models_list()]


@pytest.mark.usefixtures("two_versions")
def test_the_newest_version_is_used_until_another_is_chosen(api: Any) -> None:
    admin = api("admin")
    assert used() == [("brain_extraction", NEWEST)]
    [shown] = admin.get(URL).json()["models"]
    assert (shown["versions"], shown["used_version"]) == ([NEWEST, OLDER], NEWEST)
    assert (shown["enabled"], shown["default_version"], shown["version"]) == (True, "", 0)
    answer = change(admin, 0, default_version=OLDER)
    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    assert answer.json()["used_version"] == OLDER
    assert used() == [("brain_extraction", OLDER)]
    assert change(admin, 1, default_version="").json()["used_version"] == NEWEST
    row = AuditLog.objects.filter(action="ai_model.setting").first()
    assert (row.object_id, row.actor_username) == ("brain_extraction", "admin1")


@pytest.mark.usefixtures("two_versions")
def test_a_job_of_a_model_that_is_switched_off_meanwhile_does_not_run(api: Any, job: Any) -> None:
    change(api("admin"), 0, enabled=False)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("FAILED", "ERR_208")
    answer = api("doctor").post(f"/api/ai/jobs/{job.pk}/retry/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ERR_208")


@pytest.mark.usefixtures("two_versions")
def test_refused_folders_are_shown_with_their_reasons(api: Any) -> None:
    assert api("admin").get(URL).json()["refused"] == [REFUSED]


LIVER = {"value": "12738006", "scheme": "SCT", "meaning": "Liver"}
SEGMENTS = factories.MANIFEST["outputs"]["segments"]


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        ("segments", [SEGMENTS[0] | {"type": LIVER}]),
        ("quantities", [{"id": "volume", "label": "Volume", "unit": "mL", "code": LIVER}]),
        ("classes", [{"id": name, "label": name, "code": LIVER} for name in "ab"]),
    ],
)
def test_a_model_of_wrong_codes_is_shown_as_refused(
    api: Any, offer: Any, part: str, rows: Any
) -> None:
    wrong = factories.MANIFEST | {"id": "wrong", "outputs": {"segments": SEGMENTS, part: rows}}
    offer([wrong, factories.MANIFEST])
    [refused] = api("admin").get(URL).json()["refused"]
    assert (refused["id"], f"outputs.{part}" in refused["reason"]) == ("wrong", True)


@pytest.mark.usefixtures("two_versions")
def test_a_model_that_is_off_is_neither_offered_nor_run(api: Any, series: Any) -> None:
    assert change(api("admin"), 0, enabled=False).json()["enabled"] is False
    doctor, mrn = api("doctor"), series.study.patient.patient_id
    assert doctor.get("/api/ai/models/").json() == []
    assert doctor.get("/api/ai/models/available/", {"patient_id": mrn}).json() == []
    body = {"study_instance_uid": series.study.study_instance_uid, "model_type": "brain_extraction"}
    answer = doctor.post("/api/ai/jobs/", body, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ERR_208")


@pytest.mark.usefixtures("two_versions")
def test_a_request_may_name_a_version(api: Any, series: Any) -> None:
    body = {"study_instance_uid": series.study.study_instance_uid, "model_type": "brain_extraction"}
    for named, expected in ((None, NEWEST), (OLDER, OLDER)):
        given = body | ({"model_version": named} if named else {})
        assert api("doctor").post("/api/ai/jobs/", given, format="json").status_code == 202
        assert AIJob.objects.first().model_version == expected
    with pytest.raises(NotFound) as refused:
        catalogue.model_get("brain_extraction", "9")
    assert refused.value.field == "model_version"
    assert refused.value.detail.endswith(f"has no version 9; known: {NEWEST}, {OLDER}")


@pytest.mark.usefixtures("two_versions")
def test_the_version_of_the_job_is_run(service: Any, answers: Any, job: AIJob) -> None:
    answers()
    jobs.job_run(job.pk)
    [run] = [call.request for call in service.calls if call.request.url.endswith("/inference")]
    assert json.loads(run.body)["model_version"] == job.model_version


@pytest.mark.parametrize(
    ("expected", "model", "body", "answer"),
    [
        (0, "brain_extraction", {"default_version": "9"}, (400, "default_version")),
        (0, "brain_extraction", {"enabled": "perhaps"}, (400, "enabled")),
        (5, "brain_extraction", {"enabled": True}, (409, "version")),
        (0, "nothing", {"enabled": True}, (404, "model_id")),
    ],
)
@pytest.mark.usefixtures("two_versions")
def test_a_bad_setting_is_refused(
    api: Any, expected: int, model: str, body: dict[str, Any], answer: tuple[int, str]
) -> None:
    refused = change(api("admin"), expected, model, **body)
    assert (refused.status_code, refused.json()["error"]["field"]) == answer
    assert not ModelSetting.objects.exclude(version=0).exists()


def test_cancelling_ends_the_run(job: AIJob, api: Any, service: Any, settings: Any) -> None:
    assert api("doctor").post(f"/api/ai/jobs/{job.pk}/cancel/").status_code == 202
    event = OutboxEvent.objects.get(topic="ai.job.cancelled")
    key = f"ai-job-{job.pk}-run-1"
    assert event.payload == {"run": key}
    ended = service.delete(f"{settings.INFERENCE_URL}/inference/{key}", status=204)
    end_run(event)
    assert ended.call_count == 1


def test_a_run_that_was_ended_leaves_no_dead_event(job: AIJob, service: Any, settings: Any) -> None:
    error = {"error": {"code": "cancelled", "message": "The run was cancelled."}}

    def cancelled_meanwhile(_: Any) -> tuple[int, dict[str, str], str]:
        AIJob.objects.filter(pk=job.pk).update(status="CANCELLED")
        return 409, {}, json.dumps(error)

    service.add_callback(responses.POST, f"{settings.INFERENCE_URL}/inference", cancelled_meanwhile)
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code) == ("CANCELLED", "")


def test_a_run_that_the_service_ended_by_itself_is_tried_again(
    job: AIJob, service: Any, settings: Any
) -> None:
    error = {"error": {"code": "cancelled", "message": "The run was cancelled."}}
    service.post(f"{settings.INFERENCE_URL}/inference", status=409, json=error)
    with pytest.raises(ExternalError) as caught:
        jobs.job_run(job.pk)
    assert caught.value.retryable


@pytest.mark.parametrize("code", ["model_failed", "out_of_memory", "timed_out"])
def test_a_model_that_breaks_fails_the_job_with_its_sentence(
    job: AIJob, service: Any, settings: Any, code: str
) -> None:
    error = {"error": {"code": code, "message": "The model crashed."}}
    service.post(f"{settings.INFERENCE_URL}/inference", status=422, json=error)
    with pytest.raises(ExternalError) as caught:
        jobs.job_run(job.pk)
    assert (caught.value.detail, caught.value.retryable) == ("The model crashed.", False)


def test_who_waits_is_told_how_far_it_is(
    completed: AIJob, api: Any, users: Any, service: Any, settings: Any
) -> None:
    assert completed.seconds == 4.2
    url = f"/api/ai/jobs/{completed.pk}/"
    nothing = {"progress": None, "expected_wait_s": None, "place": None}
    assert api("doctor").get(url).json()["outlook"] == nothing
    waiting = jobs.job_create(
        actor=users["doctor"],
        study_instance_uid=completed.study.study_instance_uid,
        model_type="brain_extraction",
        parameters={"threshold": 0.4},
    )
    url = f"/api/ai/jobs/{waiting.pk}/"
    assert api("doctor").get(url).json()["outlook"] == nothing | {
        "expected_wait_s": 4.2,
        "place": 1,
    }
    AIJob.objects.filter(pk=waiting.pk).update(status="PROCESSING")
    state = {"state": "running", "ahead": 0, "progress": 0.25, "seconds": 1.2}
    place = f"{settings.INFERENCE_URL}/inference/ai-job-{waiting.pk}-run-1/progress"
    service.get(place, json=state)
    known = {"progress": 0.25, "expected_wait_s": 3.0}
    assert api("doctor").get(url).json()["outlook"] == nothing | known
    service.replace("GET", place, status=404, json={"error": {"code": "result_not_found"}})
    assert api("doctor").get(url).json()["outlook"]["progress"] is None


def test_usage_counts_jobs_and_agreement_by_month(completed: AIJob, api: Any) -> None:
    mask = factories.make_mask()
    mask[3] = 0
    meta = {
        "segmentation": completed.segmentation.pk,
        "base_version": 1,
        "slices": completed.segmentation.slices,
        "rows": factories.ROWS,
        "columns": factories.COLUMNS,
        "final": True,
    }
    saved = api("doctor").post(
        f"/api/segmentation/{completed.study.study_instance_uid}/save/",
        {
            "meta": json.dumps(meta),
            "labelmap": SimpleUploadedFile("labelmap.gz", gzip.compress(mask.tobytes())),
        },
        format="multipart",
    )
    assert saved.status_code == 201
    agreement.agreement_measure(completed.pk)
    published = Publication.objects.get()
    assert published.dice == pytest.approx(2 * 20 / (30 + 20))
    assert published.volume_bias == pytest.approx(0.5)
    [row] = api("admin").get(f"{URL}brain_extraction/usage/").json()
    assert (row["jobs"], row["completed"], row["approved"], row["rejected"]) == (1, 1, 1, 0)
    assert (row["seconds"], row["compared"]) == (4.2, 1)
    assert (row["dice"], row["volume_bias"]) == (pytest.approx(0.8), pytest.approx(0.5))
    assert row["month"].endswith("-01")
    assert api("admin").get(f"{URL}brain_extraction/usage/", {"months": 0}).status_code == 400


def test_another_label_is_no_agreement() -> None:
    own, approved = np.array([1, 1, 0, 2], np.uint8), np.array([1, 2, 0, 2], np.uint8)
    dice, bias = agreement.compared(own, approved)
    assert (dice, bias) == (2 * 2 / 6, 0.0)
