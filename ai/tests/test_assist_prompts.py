"""Prompts to an assist model: what is asked of it, what it may refuse, and that nothing is kept."""

from __future__ import annotations

import base64
import json

import pytest

from ai.models import AIJob, Segmentation
from ai.services import assist
from ai.services.labelmap import compress
from ai.tests import factories
from audit.models import AuditLog

pytestmark = pytest.mark.django_db
URL = "/api/ai/assist/"
ASSIST_MODEL = factories.MANIFEST | {"id": "lesion_assist", "kind": "assist"}
REMOTE_MODEL = factories.MANIFEST | {
    "id": "far",
    "kind": "remote",
    "result_kind": "segmentation",
}


@pytest.fixture
def tool(service, series, settings):
    """The service offers an assist model, and answers its prompts."""
    service.replace(
        "GET",
        f"{settings.INFERENCE_URL}/models",
        json={"models": [factories.MANIFEST, ASSIST_MODEL, REMOTE_MODEL]},
    )
    run = factories.run_answer(series)
    mask = base64.b64encode(compress(factories.make_mask())).decode()
    answer = {key: run[key] for key in ("rows", "columns", "slices")} | {
        "labelmap": mask,
        "volume_ml": 0.06,
        "hint": "Correct by strokes.",
        "hint_ko": "스트로크로 수정하십시오.",
        "files": {"runner.py": "ab" * 32},
    }
    service.post(f"{settings.INFERENCE_URL}/assist", json=answer)
    return service


def body(series, **changes):
    slices = [i.sop_instance_uid for i in series.instances.all()]
    box = {"segment": 1, "first_slice": slices[3], "last_slice": slices[1]}
    prompt = {"boxes": [box | {"rows": [1, 4], "columns": [1, 5]}]}
    return {
        "study_instance_uid": series.study.study_instance_uid,
        "series_instance_uid": series.series_instance_uid,
        "model_type": "lesion_assist",
        "prompt": prompt,
    } | changes


def test_the_answer_is_the_models_and_nothing_is_stored(api, tool, series, settings):
    answer = api("doctor").post(URL, body(series), format="json")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["slices"] == factories.run_answer(series)["slices"]
    assert (answer.json()["volume_ml"], answer.json()["hint"]) == (0.06, "Correct by strokes.")
    asked = next(c.request for c in tool.calls if c.request.url.endswith("/assist"))
    sent = json.loads(asked.body)
    assert sent["prompt"]["boxes"] == body(series)["prompt"]["boxes"]
    assert sent["archive"]["series"] == series.orthanc_id
    assert not AIJob.objects.exists()
    assert not Segmentation.objects.exists()
    record = AuditLog.objects.get(action="ai.assist")
    assert record.patient_id == series.study.patient_id


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model_type": "brain_extraction"}, (422, "ERR_403")),
        ({"model_type": "far"}, (422, "ERR_403")),
        ({"model_type": "nothing"}, (404, "ERR_208")),
        ({"study_instance_uid": "1.2.3"}, (404, "ERR_202")),
        ({"series_instance_uid": "1.2.3"}, (404, "ERR_203")),
        ({"prompt": {"boxes": [{"segment": 1}]}}, (400, "ERR_101")),
        ({"prompt": {"scribbles": [{"segment": 1, "slice": "1.2", "points": []}]}}, (400, None)),
        ({"prompt": "box"}, (400, "ERR_101")),
    ],
)
def test_what_cannot_be_asked_is_refused_before_it_is(api, tool, series, changes, expected):
    answer = api("doctor").post(URL, body(series, **changes), format="json")
    code = answer.json()["error"]["code"]
    assert (answer.status_code, code if expected[1] else None) == expected, answer.json()
    assert not [c for c in tool.calls if c.request.url.endswith("/assist")]


def test_a_ct_is_refused_by_the_index(api, tool, series):
    series.modality = "CT"
    series.save()
    answer = api("doctor").post(URL, body(series), format="json")
    assert answer.status_code == 422
    assert "CT" in answer.json()["error"]["detail"]


def test_the_models_refusal_is_a_sentence(api, tool, series, settings):
    refusal = {"error": {"code": "drawing_refused", "message": "The box is reversed."}}
    tool.replace("POST", f"{settings.INFERENCE_URL}/assist", json=refusal, status=422)
    answer = api("doctor").post(URL, body(series), format="json")
    assert (answer.status_code, answer.json()["error"]["detail"]) == (422, "The box is reversed.")
    assert answer.json()["error"]["code"] == "ERR_443"


def test_a_mask_of_other_slices_is_not_shown(api, tool, series, settings):
    run = factories.run_answer(series)
    wrong = {"rows": 6, "columns": 7, "slices": run["slices"][1:], "labelmap": "", "volume_ml": 0}
    tool.replace("POST", f"{settings.INFERENCE_URL}/assist", json=wrong)
    assert api("doctor").post(URL, body(series), format="json").status_code == 502


def test_prompts_are_counted_by_person(api, tool, series, monkeypatch):
    monkeypatch.setattr(assist, "PROMPTS_IN_A_MINUTE", 2)
    monkeypatch.setattr(assist, "_minute", lambda: 1)
    doctor, other = api("doctor"), api("rib")
    codes = [doctor.post(URL, body(series), format="json").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert other.post(URL, body(series), format="json").status_code == 200


def test_a_run_of_an_assist_model_cannot_be_requested(api, tool, series):
    request = {
        "study_instance_uid": series.study.study_instance_uid,
        "model_type": "lesion_assist",
    }
    answer = api("doctor").post("/api/ai/jobs/", request, format="json")
    assert answer.status_code == 422
    assert "draw" in answer.json()["error"]["detail"]
