"""Windows over a large volume say what the network says of the whole."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from app import runner
from app.sliding import bounding_box, sliding_window
from tests.conftest import FakeArchive, Service
from tests.dicom_maker import make_series
from tests.onnx_maker import sigmoid_network
from tests.test_kinds import SEGMENT
from tests.test_service import mask_of

RUNNER = """
from app.runner import OnnxModel, Prediction
from app.sliding import bounding_box, sliding_window

class Net:
    def __init__(self, network):
        self.network = network

    def run(self, volume, parameters):
        box = bounding_box(volume.data > 0, 2)
        image = (volume.data[box] - 500)[None]
        probability = sliding_window(image, (8, 8, 8), self.network)[0]
        labels = (volume.data * 0).astype("uint8")
        labels[box] = probability > 0.5
        return Prediction(labels)

def load(folder, threads):
    return Net(OnnxModel(folder / "tiny.onnx", threads))
"""
FloatArray = npt.NDArray[np.float32]


def smooth(batch: FloatArray) -> FloatArray:
    """A network that sees one voxel to each side, with two classes."""
    said = ndimage.uniform_filter(batch[0, 0], 3, mode="constant")
    return np.stack([said, 1 - said])[None].astype(np.float32)


@pytest.mark.parametrize("shape", [(20, 24, 17), (8, 8, 8), (5, 30, 8), (9, 8, 11)])
@pytest.mark.parametrize("overlap", [0.25, 0.5, 0.75])
def test_each_voxel_gets_a_blend_of_what_is_said_of_it(
    shape: tuple[int, int, int], overlap: float
) -> None:
    image = np.random.default_rng(3).random((1, *shape)).astype(np.float32)
    same = sliding_window(image, (8, 8, 8), lambda batch: batch * 2, overlap=overlap)
    assert same.shape == (1, *shape)
    np.testing.assert_allclose(same, image * 2, rtol=1e-4)


def test_the_edge_of_a_window_counts_little() -> None:
    image = np.random.default_rng(3).random((1, 24, 24, 24)).astype(np.float32)
    whole = smooth(image[None])[0]
    blended = sliding_window(image, (12, 12, 12), smooth, overlap=0.5)
    plain = sliding_window(image, (12, 12, 12), smooth, overlap=0.0)
    inner = (slice(None), *[slice(2, -2)] * 3)
    error, without = (float(np.abs(x - whole)[inner].max()) for x in (blended, plain))
    assert error < 0.02
    assert without > 10 * error


def test_the_doctor_sees_how_many_windows_are_done() -> None:
    told: list[float] = []
    runner.on_progress(told.append)
    try:
        sliding_window(np.ones((1, 16, 8, 8), np.float32), (8, 8, 8), lambda b: b, overlap=0.5)
    finally:
        runner.on_progress(lambda _: None)
    assert told == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_an_overlap_of_all_is_no_overlap() -> None:
    with pytest.raises(ValueError, match="below 1"):
        sliding_window(np.ones((1, 8, 8, 8), np.float32), (8, 8, 8), lambda b: b, overlap=1)


def test_the_box_of_a_mask_is_widened_within_the_grid() -> None:
    mask = np.zeros((10, 10, 10), bool)
    assert bounding_box(mask) == (slice(0, 10),) * 3
    mask[0, 4:6, 9] = True
    assert bounding_box(mask, 2) == (slice(0, 3), slice(2, 8), slice(7, 10))


def test_a_network_runs_in_windows_inside_the_head(tmp_path: Path) -> None:
    """The whole way: an ONNX file, a box, windows, and a mask on the grid of the series."""
    folder = tmp_path / "models" / "net" / "1"
    folder.mkdir(parents=True)
    weights = sigmoid_network(0.1)
    (folder / "tiny.onnx").write_bytes(weights)
    (folder / "runner.py").write_text(RUNNER)
    manifest = {
        "id": "net",
        "version": "1",
        "name": "Net",
        "kind": "network",
        "result_kind": "segmentation",
        "inputs": {"modalities": ["MR"]},
        "outputs": {"segments": [SEGMENT]},
        "licence": "test",
        "intended_use": "test",
        "files": {"tiny.onnx": hashlib.sha256(weights).hexdigest()},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    voxels = np.zeros((20, 22, 18), np.int16)
    voxels[4:15, 5:16, 3:14] = np.random.default_rng(2).integers(1, 1000, (11, 11, 11))
    archive = FakeArchive(make_series(voxels, np.diag([2.0, 2.0, 2.0, 1.0])))
    service = Service(tmp_path / "results", archive, inference_models_dir=tmp_path / "models")
    body = service.infer(model_type="net").json()
    mask = np.asarray(mask_of(service, body["job_id"]).dataobj)
    assert mask.sum() == np.count_nonzero(voxels > 500)
