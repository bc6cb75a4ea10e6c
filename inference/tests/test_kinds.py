"""Models of every kind, and folders that are no model: tiny models over the whole service."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from pydicom import dcmread

from app.manifests import schema_text
from tests.conftest import FakeArchive, Service, refusal
from tests.dicom_maker import Series, make_series
from tests.test_service import mask_of

ROOT = Path(__file__).resolve().parents[1]
SHAPE = (6, 7, 8)
AFFINE = np.diag([5.0, 5.0, 5.0, 1.0])
RUNNER = """
from app.runner import Prediction

class Tiny:
    def run(self, volume, parameters):
        return Prediction({prediction})

def load(folder, threads):
    return Tiny()
"""
EMPTY = "(volume.data * 0).astype('uint8')"
QUANTITY = {"id": "midline-shift", "label": "Midline shift", "unit": "mm", "plausible": [0, 30]}
CLASSES = [{"id": "normal", "label": "Normal"}, {"id": "abnormal", "label": "Abnormal"}]
SEGMENT = {
    "number": 1,
    "label": "Lesion",
    "category": {"value": "49755003", "scheme": "SCT", "meaning": "Abnormal Structure"},
    "type": {"value": "52988006", "scheme": "SCT", "meaning": "Lesion"},
}


def write_model(
    models: Path,
    kind: str,
    outputs: dict[str, Any],
    prediction: str,
    **changes: Any,  # noqa: ANN401
) -> None:
    """A model folder `tiny` whose runner returns the same prediction for every series."""
    folder = models / str(changes.get("id", "tiny"))
    folder.mkdir(parents=True)
    manifest = {
        "id": "tiny",
        "version": "1",
        "name": "Tiny",
        "kind": "network",
        "result_kind": kind,
        "inputs": {"modalities": ["PT"]},
        "outputs": outputs,
        "licence": "test",
        "intended_use": "test",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    (folder / "runner.py").write_text(RUNNER.replace("{prediction}", prediction))


@pytest.fixture
def series() -> Series:
    """Six slices of noise without any air: no gate of the brain model would pass it."""
    voxels = np.random.default_rng(1).integers(1, 1000, SHAPE).astype(np.int16)
    return make_series(voxels, AFFINE, Modality="PT")


def service_of(folder: Path, series: Series) -> Service:
    results, archive = folder / "results", FakeArchive(series, modality="PT")
    return Service(results, archive, inference_models_dir=folder / "models")


def infer(folder: Path, series: Series) -> Any:  # noqa: ANN401
    answer = service_of(folder, series).infer(model_type="tiny")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_score_completes_without_a_mask(tmp_path: Path, series: Series) -> None:
    outputs = {"risk_score": "Probability of the finding."}
    write_model(tmp_path / "models", "score", outputs, "risk_score=0.25, confidence=0.5")
    service = service_of(tmp_path, series)
    first = service.infer(key="k", model_type="tiny").json()
    assert (first["risk_score"], first["confidence"]) == (0.25, 0.5)
    assert (first["segmentation"], first["measurements"], first["warnings"]) == ("", [], [])
    assert service.infer(key="k", model_type="tiny").json() == first
    mask = service.ask("GET", f"/inference/{first['job_id']}/mask")
    assert refusal(mask)[:2] == (404, "result_not_found")


def test_a_measurement_gives_its_quantities(tmp_path: Path, series: Series) -> None:
    write_model(
        tmp_path / "models",
        "measurement",
        {"quantities": [QUANTITY]},
        "quantities={'midline-shift': 4.5}",
    )
    assert infer(tmp_path, series)["quantities"] == [{"id": "midline-shift", "value": 4.5}]


def test_a_classification_gives_a_probability_for_each_class(
    tmp_path: Path, series: Series
) -> None:
    prediction = "class_probabilities={'abnormal': 0.25, 'normal': 0.75}"
    write_model(tmp_path / "models", "classification", {"classes": CLASSES}, prediction)
    assert infer(tmp_path, series)["classes"] == [
        {"id": "normal", "probability": 0.75},
        {"id": "abnormal", "probability": 0.25},
    ]


def test_a_probability_map_is_kept_beside_the_mask(tmp_path: Path, series: Series) -> None:
    prediction = "(volume.data > 500).astype('uint8'), probability=volume.data / 1000"
    write_model(tmp_path / "models", "segmentation", {"segments": [SEGMENT]}, prediction)
    service = service_of(tmp_path, series)
    result = service.infer(model_type="tiny").json()
    assert result["has_probability"] is True
    answer = service.ask("GET", f"/inference/{result['job_id']}/probability")
    levels = np.frombuffer(gzip.decompress(answer.content), np.uint8)
    slices = [dcmread(BytesIO(data)).pixel_array for data in series.files.values()]
    np.testing.assert_array_equal(levels.reshape(8, 7, 6), np.rint(np.array(slices) * 0.255))


def test_a_result_says_what_it_was_made_with(tmp_path: Path, series: Series) -> None:
    parameters = {"level": {"description": "l", "default": 0.5, "minimum": 0, "maximum": 1}}
    outputs = {"risk_score": "p"}
    write_model(tmp_path / "models", "score", outputs, "risk_score=0.5", parameters=parameters)
    record = infer(tmp_path, series)["record"]
    assert record["parameters"] == {"level": 0.5}
    assert record["runtime"]["onnxruntime"] == onnxruntime.__version__
    files = sorted(
        (dcmread(BytesIO(data)).SOPInstanceUID, hashlib.sha256(data).hexdigest())
        for data in series.files.values()
    )
    lines = "".join(f"{uid} {digest}\n" for uid, digest in files)
    assert record["input_sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert record["input_instances"] == len(files)


def test_an_unknown_kind_is_served_by_what_it_declares(tmp_path: Path, series: Series) -> None:
    write_model(
        tmp_path / "models",
        "detection",
        {"segments": [SEGMENT], "quantities": [QUANTITY]},
        "(volume.data > 500).astype('uint8'), quantities={'midline-shift': 1.0}",
    )
    result = infer(tmp_path, series)
    assert result["segmentation"]
    assert result["measurements"][0]["volume_ml"] > 0
    assert result["quantities"][0]["value"] == 1.0


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        ({"check": "dark_air", "subject": "hand"}, "no hand in dark air"),
        ({"check": "texture"}, "noise|without inner structure"),
    ],
)
def test_a_gate_holds_only_for_the_model_that_asks_for_it(
    tmp_path: Path, series: Series, gate: dict[str, str], sentence: str
) -> None:
    score = ("score", {"risk_score": "p"}, "risk_score=0.5")
    write_model(tmp_path / "free" / "models", *score)
    assert infer(tmp_path / "free", series)["risk_score"] == 0.5
    write_model(tmp_path / "gated" / "models", *score, gates=[gate])
    status, code, message = refusal(service_of(tmp_path / "gated", series).infer(model_type="tiny"))
    assert (status, code) == (422, "input_refused")
    assert any(each in message for each in sentence.split("|"))


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"max_slice_distance_mm": 4.0}, "The slices are 5.0 mm apart"),
        ({"orientations": ["coronal", "sagittal"]}, "axial; the model is made for coronal or"),
    ],
)
def test_direction_and_distance_of_the_slices_are_limits(
    tmp_path: Path, series: Series, limit: dict[str, Any], sentence: str
) -> None:
    score = ("score", {"risk_score": "p"}, "risk_score=0.5")
    write_model(tmp_path / "models", *score, inputs={"modalities": ["PT"], **limit})
    status, code, message = refusal(service_of(tmp_path, series).infer(model_type="tiny"))
    assert (status, code) == (422, "input_refused")
    assert sentence in message


def test_a_manifest_of_before_names_its_result_as_its_kind(tmp_path: Path, series: Series) -> None:
    write_model(tmp_path / "models", "score", {"risk_score": "p"}, "risk_score=0.5")
    path = tmp_path / "models" / "tiny" / "manifest.json"
    old = json.loads(path.read_text()) | {"kind": "score"}
    del old["result_kind"]
    path.write_text(json.dumps(old))
    [listed] = service_of(tmp_path, series).ask("GET", "/models").json()["models"]
    assert (listed["kind"], listed["result_kind"]) == ("network", "score")


@pytest.mark.parametrize(
    ("outputs", "prediction", "fault"),
    [
        ({"segments": [SEGMENT]}, "risk_score=0.5", "labels are missing"),
        ({"segments": [SEGMENT]}, "volume.data", "labels are float32"),
        ({"segments": [SEGMENT]}, "(volume.data * 0 + 9).astype('uint8')", "label 9"),
        ({"segments": [SEGMENT]}, "volume.data[:2].astype('uint8')", "(2, 7, 6)"),
        ({"quantities": [QUANTITY]}, "volume.data.astype('uint8')", "without a declared"),
        ({"segments": [SEGMENT]}, f"{EMPTY}, probability=volume.data", "lie in 0 to 1"),
        ({"segments": [SEGMENT]}, f"{EMPTY}, probability=volume.data * float('nan')", "lie in 0"),
        ({"segments": [SEGMENT]}, f"{EMPTY}, probability=volume.data[1:] * 0", "(7, 7, 6), not"),
        ({"segments": [SEGMENT]}, f"{EMPTY}, probability={EMPTY}", "map is uint8"),
        ({"risk_score": "p"}, "risk_score=0.5, probability=volume.data * 0", "without a declared"),
        ({"quantities": [QUANTITY]}, "quantities={'other': 1.0}", "midline-shift, other"),
        ({"quantities": [QUANTITY]}, "quantities={'midline-shift': float('nan')}", "finite"),
        ({"classes": CLASSES}, "class_probabilities={'normal': 1, 'abnormal': 1}", "add up"),
        ({"classes": CLASSES}, "class_probabilities={'normal': 2, 'abnormal': -1}", "0 to 1"),
        ({"risk_score": "p"}, "risk_score=1.5", "risk_score"),
        ({"risk_score": "p"}, "", "risk_score is missing"),
    ],
)
def test_a_runner_that_breaks_its_contract_fails_by_name(
    tmp_path: Path, series: Series, outputs: dict[str, Any], prediction: str, fault: str
) -> None:
    write_model(tmp_path / "models", "other", outputs, prediction)
    status, code, message = refusal(service_of(tmp_path, series).infer(model_type="tiny"))
    assert (status, code) == (422, "model_failed")
    assert fault in message


def test_an_implausible_quantity_is_refused(tmp_path: Path, series: Series) -> None:
    write_model(
        tmp_path / "models",
        "measurement",
        {"quantities": [QUANTITY]},
        "quantities={'midline-shift': 80}",
    )
    status, code, message = refusal(service_of(tmp_path, series).infer(model_type="tiny"))
    assert (status, code) == (422, "input_refused")
    assert "Midline shift of 80 mm" in message


BROKEN: dict[str, Callable[[Path], object]] = {
    "no_runner": lambda folder: (folder / "runner.py").unlink(),
    "no_manifest": lambda folder: (folder / "manifest.json").unlink(),
    "no_json": lambda folder: (folder / "manifest.json").write_text("{"),
    "no_python": lambda folder: (folder / "runner.py").write_text("def"),
    "an_exit": lambda folder: (folder / "runner.py").write_text("raise SystemExit(3)"),
    "no_load": lambda folder: (folder / "runner.py").write_text(""),
    "another_id": lambda folder: None,
}


def test_bad_folders_are_refused_by_name_and_the_others_served(
    tmp_path: Path, series: Series, caplog: pytest.LogCaptureFixture
) -> None:
    models = tmp_path / "models"
    score = ("score", {"risk_score": "p"}, "risk_score=0.5")
    write_model(models, *score)
    for name, break_it in BROKEN.items():
        write_model(models, *score, id=name)
        break_it(models / name)
    manifest = models / "another_id" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("another_id", "tiny"))
    write_model(models, "score", {"confidence": "c"}, "confidence=1", id="no_output")
    write_model(models, *score, id="no_weights", files={"weights.onnx": "0"})
    (models / "__pycache__").mkdir()
    service = service_of(tmp_path, series)
    with caplog.at_level(logging.ERROR, "inference.models"):
        body = service.ask("GET", "/models").json()
    assert [each["id"] for each in body["models"]] == ["tiny"]
    reasons = {each["id"]: each["reason"] for each in body["refused"]}
    assert set(reasons) == {*BROKEN, "no_output", "no_weights"}
    assert all(reasons.values())
    assert "outputs.risk_score" in reasons["no_output"]
    assert reasons["no_weights"] == "weights.onnx is missing"
    health = service.ask("GET", "/healthz", headers={}).json()
    assert health == {"status": "ok", "models": 1, "refused": sorted(reasons)}
    assert service.infer(model_type="tiny").json()["risk_score"] == 0.5
    assert refusal(service.infer(model_type="no_json"))[:2] == (404, "model_not_found")


def test_a_service_without_any_model_says_why_it_does_not_start(
    tmp_path: Path, series: Series
) -> None:
    write_model(tmp_path / "models", "score", {}, "")
    with pytest.raises(SystemExit, match="tiny: manifest"):
        service_of(tmp_path, series)


def test_the_hospitals_folder_adds_models_and_replaces_none(tmp_path: Path, series: Series) -> None:
    score = ("score", {"risk_score": "p"}, "risk_score=0.5")
    write_model(tmp_path / "models", *score)
    write_model(tmp_path / "extra", *score)
    write_model(tmp_path / "extra", *score, id="second")
    archive = FakeArchive(series, modality="PT")
    service = Service(
        tmp_path / "results",
        archive,
        inference_models_dir=tmp_path / "models",
        inference_extra_models_dir=tmp_path / "extra",
    )
    body = service.ask("GET", "/models").json()
    assert [each["id"] for each in body["models"]] == ["tiny", "second"]
    assert [each["id"] for each in body["refused"]] == ["tiny"]


def test_the_committed_schema_is_that_of_the_code() -> None:
    committed = (ROOT / "manifest.schema.json").read_text()
    assert committed == schema_text(), "run: python -m app.manifests > manifest.schema.json"


def test_the_example_of_a_mask_marks_the_head_with_its_holes(tmp_path: Path) -> None:
    voxels = np.zeros((16, 64, 64), np.int16)
    head = np.s_[2:14, 8:56, 8:56]
    voxels[head] = 800
    voxels[6, 30:34, 30:34] = 0
    voxels[0, 0, 0] = 800
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    archive = FakeArchive(make_series(voxels, affine, BodyPartExamined="HEAD"))
    service = Service(tmp_path, archive, inference_extra_models_dir=ROOT / "examples")
    answer = service.infer(model_type="head_mask")
    assert answer.status_code == 200, answer.text
    mask = np.asarray(mask_of(service, answer.json()["job_id"]).dataobj)
    assert np.count_nonzero(mask) == 12 * 48 * 48
