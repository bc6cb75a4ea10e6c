"""A network without a `runner.py`: what its manifest says is what the service does with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from tests.conftest import FakeArchive, Service, refusal
from tests.dicom_maker import AXIAL
from tests.network_maker import (
    BIAS,
    HEAD,
    LESION,
    NETWORK,
    SAGITTAL,
    WEIGHTS,
    ball,
    ball_series,
    network_folder,
    put,
)
from tests.onnx_maker import pointwise_network
from tests.test_service import mask_of


def serve(tmp_path: Path, axes: Any = AXIAL, **settings: Any) -> Service:  # noqa: ANN401
    archive = FakeArchive(ball_series(axes))
    return Service(tmp_path / "results", archive, inference_models_dir=tmp_path / "m", **settings)


def found_in(service: Service, model: str, **request: Any) -> np.ndarray[Any, Any]:  # noqa: ANN401
    """The mask as (x, y, z) in RAS."""
    answer = service.infer(model_type=model, **request)
    assert answer.status_code == 200, answer.text
    mask = nib.as_closest_canonical(mask_of(service, answer.json()["job_id"]))
    return np.asarray(mask.dataobj)


def onnx(tmp_path: Path, name: str = "net", **changes: Any) -> Path:  # noqa: ANN401
    folder = network_folder(tmp_path / "m", name, **({"network": NETWORK} | changes))
    put(folder, "model.onnx", pointwise_network(WEIGHTS, BIAS))
    return folder


@pytest.mark.parametrize("axes", [AXIAL, SAGITTAL], ids=["axial", "sagittal"])
def test_it_finds_what_it_was_made_for_wherever_the_slices_lie(tmp_path: Path, axes: Any) -> None:  # noqa: ANN401
    folder = onnx(tmp_path)
    service = serve(tmp_path, axes)
    np.testing.assert_array_equal(found_in(service, "net"), ball())
    record = service.infer(model_type="net").json()["record"]
    assert set(record["files"]) == {"model.onnx"}, folder


def test_values_may_be_brought_to_a_range_instead(tmp_path: Path) -> None:
    network = NETWORK | {"value_range": [HEAD, HEAD + 100]}
    folder = onnx(tmp_path, network=network)
    put(folder, "model.onnx", pointwise_network(WEIGHTS, np.array([0.0, -0.99])))
    np.testing.assert_array_equal(found_in(serve(tmp_path), "net"), ball())


def test_a_network_that_answers_otherwise_is_refused(tmp_path: Path) -> None:
    folder = onnx(tmp_path, "three")
    put(folder, "model.onnx", pointwise_network(np.ones((3, 1)), np.ones(3)))
    folder = onnx(tmp_path, "nan")
    put(folder, "model.onnx", pointwise_network(WEIGHTS, np.array([0.0, np.nan])))
    service = serve(tmp_path)
    for name, sentence in (("three", "the network gave (1, 3, "), ("nan", "are not numbers")):
        status, code, message = refusal(service.infer(model_type=name))
        assert (status, code, sentence in message) == (422, "model_failed", True), message


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"network": NETWORK | {"window": [0, 16, 16]}}, "network.window"),
        ({"network": NETWORK | {"overlap": 1.0}}, "network.overlap"),
        ({"network": NETWORK | {"value_range": [5, 5]}}, "value_range: the lower end first"),
        ({"outputs": {"segments": [LESION], "risk_score": "x"}}, "that only makes a mask"),
        ({"network": None}, "needs `network` in the manifest, or a runner.py"),
    ],
)
def test_what_the_manifest_says_of_it_has_to_fit(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    onnx(tmp_path, "good")
    onnx(tmp_path, "bad", **changes)
    [refused] = serve(tmp_path).registry.refused
    assert (refused.id, reason in refused.reason) == ("bad", True), refused


def test_a_network_that_is_not_there_is_named(tmp_path: Path) -> None:
    onnx(tmp_path, "good")
    network_folder(tmp_path / "m", "bad", network=NETWORK)
    [refused] = serve(tmp_path).registry.refused
    assert "one of model.onnx, model.ts, models/model.ts" in refused.reason
