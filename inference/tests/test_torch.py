"""PyTorch and MONAI, where `requirements-torch.txt` is installed (`bin/test --thorough`)."""

from __future__ import annotations

import asyncio
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from tests.conftest import refusal
from tests.dicom_maker import AXIAL
from tests.network_maker import (
    LESION,
    NETWORK,
    SAGITTAL,
    ball,
    ball_series,
    network_folder,
    put,
)
from tests.onnx_maker import pointwise_network
from tests.test_foreign_files import Poison
from tests.test_isolation import Live
from tests.test_network_file import found_in, serve

yaml = pytest.importorskip("yaml")
torch = pytest.importorskip("torch", reason="requirements-torch.txt is not installed")
monai_nets = pytest.importorskip("monai.networks.nets", reason="MONAI is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # TorchScript is deprecated, and says so
NET = {
    "_target_": "monai.networks.nets.UNet",
    "spatial_dims": 3,
    "in_channels": 1,
    "out_channels": 2,
    "channels": [4, 8],
    "strides": [2],
}
_MONAI = "monai.transforms"
CONFIGURATION: dict[str, Any] = {
    "network_def": NET,
    "preprocessing": {
        "_target_": f"{_MONAI}.Compose",
        "transforms": [
            {"_target_": f"{_MONAI}.LoadImaged", "keys": "image"},
            {"_target_": f"{_MONAI}.EnsureChannelFirstd", "keys": "image"},
            {"_target_": f"{_MONAI}.Orientationd", "keys": "image", "axcodes": "LPI"},
            {
                "_target_": f"{_MONAI}.Spacingd",
                "keys": "image",
                "pixdim": [1.5, 1.5, 1.5],
                "mode": "bilinear",
            },
            {"_target_": f"{_MONAI}.NormalizeIntensityd", "keys": "image"},
        ],
    },
    "inferer": {
        "_target_": "monai.inferers.SlidingWindowInferer",
        "roi_size": [16, 16, 16],
        "sw_batch_size": 2,
        "overlap": 0.5,
    },
    "postprocessing": {
        "_target_": f"{_MONAI}.Compose",
        "transforms": [
            {"_target_": f"{_MONAI}.Activationsd", "keys": "pred", "softmax": True},
            {
                "_target_": f"{_MONAI}.Invertd",
                "keys": "pred",
                "transform": "@preprocessing",
                "orig_keys": "image",
                "nearest_interp": False,
            },
            {"_target_": f"{_MONAI}.AsDiscreted", "keys": "pred", "argmax": True},
            {"_target_": f"{_MONAI}.SaveImaged", "keys": "pred", "output_dir": "/eval"},
        ],
    },
}
METADATA: dict[str, Any] = {
    "version": "0.1.0",
    "network_data_format": {
        "inputs": {"image": {"num_channels": 1}},
        "outputs": {"pred": {"num_channels": 2}},
    },
}


def trained(network: Any, voxels: Any, truth: Any, steps: int) -> Any:  # noqa: ANN401
    """The network after some steps of Adam on one volume (1, 1, x, y, z)."""
    optimiser = torch.optim.Adam(network.parameters(), lr=0.02)
    weight = torch.tensor([1.0, 10.0])
    for _ in range(steps):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(network(voxels), truth, weight).backward()
        optimiser.step()
    return network.eval()


def head_tensor() -> tuple[Any, Any]:
    """The made head as the networks are trained on it, and where the ball is."""
    images = [dcmread(BytesIO(data)).pixel_array for data in ball_series().files.values()]
    voxels = np.stack(images).T.astype(np.float32)
    scaled = (voxels - voxels.mean()) / voxels.std()
    return torch.from_numpy(scaled)[None, None], torch.from_numpy(ball().astype(np.int64))[None]


@pytest.fixture(scope="module")
def unet() -> Any:  # noqa: ANN401
    torch.manual_seed(1)
    shape = {name: value for name, value in NET.items() if name != "_target_"}
    return trained(monai_nets.UNet(**shape), *head_tensor(), steps=60)


def saved(network: Any, folder: Path) -> bytes:  # noqa: ANN401
    """What torch.save or torch.jit.save writes of it."""
    path = folder / "saved"
    if isinstance(network, torch.jit.ScriptModule):
        network.save(str(path))
    else:
        torch.save(network, path)
    return path.read_bytes()


def bundle(
    tmp_path: Path,
    network: Any,  # noqa: ANN401
    name: str = "bundle",
    configuration: Any = CONFIGURATION,  # noqa: ANN401
    **manifest: Any,  # noqa: ANN401
) -> Path:
    """The folder of a bundle with a configuration, and the network's weights."""
    folder = network_folder(tmp_path / "m", name, **manifest)
    put(folder, "configs/metadata.json", METADATA)
    put(folder, "configs/inference.json", configuration)
    put(folder, "models/model.pt", saved(network.state_dict(), tmp_path))
    return folder


def test_a_torchscript_network_says_what_the_same_weights_say_in_onnx(tmp_path: Path) -> None:
    torch.manual_seed(2)
    voxels, truth = head_tensor()
    network = trained(torch.nn.Conv3d(1, 2, 1), voxels, truth, steps=80)
    weights = network.weight.detach().numpy().reshape(2, 1)
    bias = network.bias.detach().numpy()
    put(
        network_folder(tmp_path / "m", "onnx", network=NETWORK),
        "model.onnx",
        pointwise_network(weights, bias),
    )
    put(
        network_folder(tmp_path / "m", "script", network=NETWORK),
        "model.ts",
        saved(torch.jit.script(network), tmp_path),
    )
    service = serve(tmp_path, SAGITTAL)
    of_onnx, of_script = (found_in(service, name) for name in ("onnx", "script"))
    np.testing.assert_array_equal(of_script, of_onnx)
    assert 2 * (of_script * ball()).sum() / (of_script.sum() + ball().sum()) > 0.9
    record = service.infer(model_type="script").json()["record"]
    assert set(record["files"]) == {"model.ts"}
    assert record["runtime"]["torch"] == torch.__version__.split("+")[0]


@pytest.mark.parametrize("axes", [AXIAL, SAGITTAL], ids=["axial", "sagittal"])
def test_a_bundle_is_run_as_its_configuration_says(tmp_path: Path, unet: Any, axes: Any) -> None:  # noqa: ANN401
    bundle(tmp_path, unet)
    other = network_folder(tmp_path / "m", "script")
    put(other, "models/model.ts", saved(torch.jit.script(unet), tmp_path))
    put(other, "configs/metadata.json", METADATA)
    text = yaml.safe_dump({k: v for k, v in CONFIGURATION.items() if k != "network_def"})
    put(other, "configs/inference.yaml", text.encode())
    service = serve(tmp_path, axes)
    assert service.registry.refused == ()
    found = found_in(service, "bundle")
    assert 2 * (found * ball()).sum() / (found.sum() + ball().sum()) > 0.8
    np.testing.assert_array_equal(found_in(service, "script"), found)
    record = service.infer(model_type="bundle").json()["record"]
    assert set(record["files"]) == {"configs/inference.json", "models/model.pt"}


def without(configuration: Any, *targets: str) -> Any:  # noqa: ANN401
    """The configuration without some transforms."""
    kept = [
        each
        for each in configuration["postprocessing"]["transforms"]
        if each["_target_"].rpartition(".")[2] not in targets
    ]
    changed = configuration["postprocessing"] | {"transforms": kept}
    return configuration | {"postprocessing": changed}


def test_a_bundle_that_does_not_come_back_to_the_images_is_refused(
    tmp_path: Path,
    unet: Any,  # noqa: ANN401
) -> None:
    bundle(tmp_path, unet, configuration=without(CONFIGURATION, "Invertd"))
    turned = [each for each in CONFIGURATION["preprocessing"]["transforms"] if "pixdim" not in each]
    flipped = CONFIGURATION | {
        "preprocessing": CONFIGURATION["preprocessing"] | {"transforms": turned}
    }
    bundle(tmp_path, unet, "flipped", without(flipped, "Invertd"))
    service = serve(tmp_path)
    for name in ("bundle", "flipped"):
        status, code, message = refusal(service.infer(model_type=name))
        assert (status, code) == (422, "model_failed")
        assert "lies on another grid than the images" in message


def test_channels_that_are_not_background_and_each_segment_are_no_mask(
    tmp_path: Path,
    unet: Any,  # noqa: ANN401
) -> None:
    """Else the first of several overlapping regions would be taken for the background."""
    segments = [LESION, LESION | {"number": 2, "label": "Oedema"}]
    scores = without(CONFIGURATION, "AsDiscreted")
    bundle(tmp_path, unet, "regions", scores, outputs={"segments": segments})
    bundle(tmp_path, unet, "classes", scores)
    service = serve(tmp_path)
    assert "has 2 channels" in refusal(service.infer(model_type="regions"))[2]
    assert found_in(service, "classes").any()


def test_code_in_a_bundle_runs_where_the_operator_allows_the_folder_alone(
    tmp_path: Path,
    unet: Any,  # noqa: ANN401
) -> None:
    inferer = CONFIGURATION["inferer"] | {"overlap": "$float(os.environ.get('x', '0.5'))"}
    configuration = CONFIGURATION | {"imports": ["$import os"], "inferer": inferer}
    for name in ("allowed", "other"):
        bundle(tmp_path, unet, name, configuration)
    service = serve(tmp_path, inference_code_allowed={"allowed/1"})
    [refused] = service.registry.refused
    assert (refused.id, "could run code" in refused.reason) == ("other", True)
    assert found_in(service, "allowed").any()


def test_poisoned_weights_do_not_run(tmp_path: Path, unet: Any) -> None:  # noqa: ANN401
    trap = tmp_path / "trap"
    bundle(tmp_path, unet, "good")
    folder = bundle(tmp_path, unet, "bad")
    put(folder, "models/model.pt", saved({"state_dict": Poison(trap)}, tmp_path))
    service = serve(tmp_path, inference_code_allowed={"bad/1"})
    [refused] = service.registry.refused
    assert refused.reason.startswith("models/model.pt: its pickle calls posix.mkdir")
    assert not trap.exists()


class Slow(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Each window takes a while."""

    def forward(self, given: torch.Tensor) -> torch.Tensor:  # type: ignore[name-defined]
        work = given
        for _ in range(3000):
            work = torch.tanh(work + given)
        return torch.cat([work, given], 1)


class Greedy(torch.nn.Module):  # type: ignore[misc, name-defined]
    """Asks for 10 GB."""

    def forward(self, given: torch.Tensor) -> torch.Tensor:  # type: ignore[name-defined]
        return torch.cat([given, given], 1) + torch.ones([2684354560]).sum()


def test_progress_cancel_and_memory_are_those_of_any_network(tmp_path: Path) -> None:
    for name, network in (("slow", Slow()), ("greedy", Greedy())):
        folder = network_folder(
            tmp_path / "m", name, network=NETWORK, resources={"memory_mb": 500, "seconds": 60}
        )
        put(folder, "model.ts", saved(torch.jit.script(network), tmp_path))
    service = serve(tmp_path)
    assert service.registry.refused == ()
    assert refusal(service.infer(model_type="greedy"))[:2] == (422, "out_of_memory")

    async def scene() -> None:
        live = Live(service)
        run = live.infer("a", "slow")
        state = await live.state("a", "running", 0.31)
        assert 0.3 < state["progress"] < 1
        started = time.monotonic()
        await live.ask("DELETE", "/inference/a")
        assert refusal(await run)[:2] == (409, "cancelled")
        assert time.monotonic() - started < 2

    asyncio.run(scene())


OWN = """
import os
from app.torch_models import bundle_network
from app.runner import Prediction

class Own:
    def __init__(self, network):
        self._network = network

    def run(self, volume, parameters):
        scores = self._network(volume.data[None, None, :16, :16, :16])
        assert scores.shape == (1, 2, 16, 16, 16)
        open("/etc/passwd")

def load(folder, threads):
    if len(os.listdir("/proc/self/task")) != 1:
        raise ValueError("a thread is older than the limits")
    return Own(bundle_network(folder, threads))
"""


def test_a_runner_of_its_own_is_held_to_the_limits_too(tmp_path: Path, unet: Any) -> None:  # noqa: ANN401
    """PyTorch is imported before the limits hold: no thread may be left that is outside of them."""
    folder = bundle(tmp_path, unet, "own", result_kind="score", outputs={"risk_score": "x"})
    put(folder, "runner.py", OWN.encode())
    service = serve(tmp_path)
    assert service.registry.refused == ()
    assert "may not open" in refusal(service.infer(model_type="own"))[2]
