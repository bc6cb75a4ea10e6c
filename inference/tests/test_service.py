"""The contract over HTTP, with the real model on a real head."""

from __future__ import annotations

import asyncio
import base64
import gzip
import os
from pathlib import Path
from typing import Any

import httpx
import nibabel as nib
import numpy as np
import pytest

from app.results import KEEP_SECONDS
from app.settings import load_settings
from tests.conftest import GRANT, TOKEN, FakeArchive, Service, refusal
from tests.dicom_maker import Series


def mask_of(service: Service, job_id: str) -> nib.Nifti1Image:
    answer = service.ask("GET", f"/inference/{job_id}/mask")
    assert answer.status_code == 200
    return nib.Nifti1Image.from_bytes(gzip.decompress(answer.content))


def test_a_run_gives_mask_volume_and_preview(service: Service) -> None:
    body = service.infer().json()
    (brain,) = body["measurements"]
    assert brain["label"] == "Brain"
    assert 1500 < brain["volume_ml"] < 2200
    assert body["risk_score"] is None
    assert 0.9 < body["confidence"] <= 1
    assert base64.b64decode(body["segmentation"]).startswith(b"\x89PNG")
    assert body["slices"] == list(service.archive.series.files)
    mask = mask_of(service, body["job_id"])
    assert mask.shape == (body["columns"], body["rows"], len(body["slices"]))
    voxels = np.asarray(mask.dataobj)
    assert set(np.unique(voxels)) == {0, 1}
    heat = service.ask("GET", f"/inference/{body['job_id']}/probability").content
    levels = np.frombuffer(gzip.decompress(heat), np.uint8).reshape(voxels.shape[::-1])
    inside = levels[voxels.transpose(2, 1, 0) == 1] / 255
    assert inside.mean() == pytest.approx(body["confidence"], abs=0.002)
    ml = voxels.sum() * abs(np.linalg.det(mask.affine[:3, :3])) / 1000
    assert ml == pytest.approx(brain["volume_ml"], rel=1e-4)


def test_the_same_key_answers_the_stored_result(service: Service) -> None:
    first = service.infer(key="ai-job-1-run-1").json()
    reads = service.archive.reads
    again = service.infer(key="ai-job-1-run-1").json()
    assert again == first
    assert service.archive.reads == reads
    other = service.infer(key="ai-job-1-run-1", patient_id="P9")
    assert refusal(other)[:2] == (422, "request_invalid")


def at(part: str, grant: str) -> dict[str, Any]:
    """Another place in the archive."""
    return {"archive": {"series": "-".join([part] * 5), "grant": grant}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model_type": "nothing"}, (404, "model_not_found")),
        ({"series_instance_uid": "1.2.3"}, (422, "request_invalid")),
        (at("1" * 8, GRANT), (404, "series_not_found")),
        (at("0" * 8, "20001 ended"), (502, "archive_unavailable")),
        (at("../patients", GRANT), (422, "request_invalid")),
        (at("0" * 8, "20001 a\r\nX: y"), (422, "request_invalid")),
        ({"archive": None}, (422, "request_invalid")),
        ({"series_instance_uid": "../etc"}, (422, "request_invalid")),
        ({"series_instance_uid": None}, (422, "request_invalid")),
        ({"parameters": {"unknown": 1}}, (422, "request_invalid")),
        ({"parameters": {"threshold": 7}}, (422, "request_invalid")),
        ({"surprise": 1}, (422, "request_invalid")),
    ],
)
def test_bad_requests_are_refused(
    service: Service, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert refusal(service.infer(**changes))[:2] == expected


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("no"), httpx.ReadTimeout("late"), httpx.Response(500)]
)
def test_an_archive_that_fails_is_502(
    service: Service, failure: httpx.Response | Exception
) -> None:
    service.archive.failure = failure
    assert refusal(service.infer())[:2] == (502, "archive_unavailable")


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}]
)
def test_the_token_guards_everything_but_health(service: Service, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/models"), ("POST", "/inference"), ("GET", "/nothing")):
        assert refusal(service.ask(method, path, headers=headers))[:2] == (401, "unauthorized")
    assert service.ask("GET", "/healthz", headers={}).json() == {
        "status": "ok",
        "models": 6,
        "refused": [],
    }


def test_models_tell_what_a_hospital_needs_to_know(service: Service) -> None:
    cards = {card["id"]: card for card in service.ask("GET", "/models").json()["models"]}
    assert set(cards) == {"M1", "MG", "MM", "brain_extraction", "lesion_assist", "stroke_risk"}
    assert cards["lesion_assist"]["kind"] == "assist"
    card = cards["brain_extraction"]
    assert card["outputs"]["segments"][0]["type"]["value"] == "12738006"
    assert card["licence"].startswith("MIT")
    assert card["intended_use"]
    assert card["limits"]


def test_results_expire(service: Service, tmp_path: Path) -> None:
    job_id = service.infer().json()["job_id"]
    folder = tmp_path / job_id
    old = folder.stat().st_mtime - KEEP_SECONDS - 1
    os.utime(folder, (old, old))
    assert refusal(service.ask("GET", f"/inference/{job_id}/mask"))[:2] == (
        404,
        "result_not_found",
    )


def test_one_run_at_a_time_and_a_short_queue(tmp_path: Path, head_series: Series) -> None:
    service = Service(tmp_path, FakeArchive(head_series), inference_queue=0)

    async def both() -> list[httpx.Response]:
        body = {
            "series_instance_uid": head_series.uid,
            "model_type": "brain_extraction",
            "patient_id": "P",
            **at("0" * 8, GRANT),
        }
        calls = [service._ask("POST", "/inference", json=body) for _ in range(2)]
        return list(await asyncio.gather(*calls))

    answers = asyncio.run(both())
    assert sorted(answer.status_code for answer in answers) == [200, 503]


def test_a_bad_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORTHANC_URL", "ORTHANC_USERNAME", "ORTHANC_PASSWORD", "INFERENCE_RESULTS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INFERENCE_TOKEN", "short-secret")
    with pytest.raises(SystemExit) as stop:
        load_settings()
    message = str(stop.value)
    assert "ORTHANC_URL" in message
    assert "INFERENCE_TOKEN" in message
    assert "short-secret" not in message
