"""Weights and configurations from elsewhere: what could run code refuses the folder by name."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.foreign_files import check_foreign_files
from tests.dicom_maker import Series
from tests.network_maker import NETWORK, network_folder, put
from tests.test_isolation import series as series  # noqa: PLC0414  the fixture
from tests.test_isolation import serve, write

TRANSFORMS = "monai.transforms"
CLEAN = {
    "network_def": {"_target_": "monai.networks.nets.UNet", "in_channels": 4},
    "inferer": {"_target_": "monai.inferers.SlidingWindowInferer", "roi_size": [96, 96, 96]},
    "size": "@inferer#roi_size",
}


class Poison:
    """Pickled, it makes a file when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __reduce__(self) -> Any:  # noqa: ANN401
        return os.mkdir, (str(self._place),)


def saved(content: bytes, *, script: bool = False) -> bytes:
    """As torch.save or torch.jit.save writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/data.pkl", content)
        archive.writestr("model/data/0", bytes(16))
        if script:
            archive.writestr("model/code/__torch__.py", "class Net(Module): ...")
            archive.writestr("model/constants.pkl", pickle.dumps(()))
    return buffer.getvalue()


def state_dict() -> bytes:
    """The pickle of a state dict, written opcode by opcode as torch does."""
    return (
        b"\x80\x02ccollections\nOrderedDict\n)R(X\x06\x00\x00\x00weight"
        b"ctorch._utils\n_rebuild_tensor_v2\n"
        b"((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x04tQ"
        b"K\x00K\x04\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRu."
    )


@pytest.mark.parametrize(
    "files",
    [
        {"models/model.pt": saved(state_dict())},
        {"model.ts": saved(b"\x80\x02c__torch__.net\nNet\n)\x81}b.", script=True)},
        {"plain.pkl": pickle.dumps(OrderedDict(mean=[1.0, 2.0]))},
        {"configs/inference.json": CLEAN, "configs/metadata.json": {"version": "0.1"}},
        {"configs/inference.json": {"x": [{"_target_": "LoadImageD", "reader": "$os.system"}]}},
    ],
    ids=lambda files: next(iter(files)),
)
def test_clean_files_pass(tmp_path: Path, files: dict[str, Any]) -> None:
    for name, content in files.items():
        put(tmp_path, name, content)
    check_foreign_files(tmp_path, code_allowed=False)


@pytest.mark.parametrize("wrap", ["zip", "script", "plain", "nested"])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_poisoned_pickle_is_named_and_does_not_run(
    tmp_path: Path, wrap: str, protocol: int
) -> None:
    trap = tmp_path / "trap"
    what: object = Poison(trap)
    if wrap == "nested":
        what = OrderedDict(weight=np.zeros(2).tolist(), extra=[{"deep": what}])
    content = pickle.dumps(what, protocol)
    if wrap != "plain":
        content = saved(content, script=wrap == "script")
    put(tmp_path / "m", "models/model.pt", content)
    with pytest.raises(ValueError, match=r"models/model\.pt: its pickle calls posix\.mkdir"):
        check_foreign_files(tmp_path / "m", code_allowed=True)
    assert not trap.exists()


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "builtins.eval",
        "torch.load",
        "torch.hub.load",
        "monai.bundle.run",
        "torch._utils._import_dotted_name",
    ],
)
def test_only_what_weights_consist_of_is_let_through(tmp_path: Path, name: str) -> None:
    module, _, function = name.rpartition(".")
    put(tmp_path, "w.pth", f"c{module}\n{function}\n(tR.".encode())
    with pytest.raises(ValueError, match=f"w.pth: its pickle calls {name}"):
        check_foreign_files(tmp_path, code_allowed=True)


@pytest.mark.parametrize("content", [b"", b"\x80\x02", b"no pickle", b"\x80\x04\x95" + b"\xff" * 8])
def test_what_cannot_be_checked_is_refused(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "w.pt", content)
    with pytest.raises(ValueError, match=r"w\.pt is no file of weights that can be checked"):
        check_foreign_files(tmp_path, code_allowed=True)


@pytest.mark.parametrize(
    "config",
    [
        {"imports": ["$import os"]},
        {"x": {"y": [" $__import__('os').system('true')"]}},
        {"network_def": {"_target_": "os.system", "command": "true"}},
        {"network_def": {"_target_": "monai.bundle.run"}},
        {"network_def": {"_target_": "monai.networks.netsX.UNet"}},
        {"network_def": {"_target_": "UNet"}},
        {"network_def": "%../../elsewhere.json::network_def"},
        {"$import os": 1},
        {"preprocessing": {"_target_": f"{TRANSFORMS}.LoadImage", "reader": "os.system"}},
        {"preprocessing": {"_target_": f"{TRANSFORMS}.SaveImageDict", "writer": "os.system"}},
        {
            "x": [
                {
                    "_target_": f"{TRANSFORMS}.Lambda",
                    "func": {"_target_": f"{TRANSFORMS}.LoadImageD"},
                }
            ]
        },
        {"x": {"_target_": {"_target_": f"{TRANSFORMS}.Compose"}, "filename": "x.npy"}},
        {"x": {"_target_": "monai.inferers.PatchInferer", "merger_cls": "@elsewhere"}},
    ],
    ids=str,
)
def test_a_configuration_that_could_run_code_needs_the_operator(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    put(tmp_path, "configs/inference.json", CLEAN | config)
    with pytest.raises(ValueError, match=r"^configs/inference\.json: .*could run code"):
        check_foreign_files(tmp_path, code_allowed=False)
    check_foreign_files(tmp_path, code_allowed=True)


def test_a_configuration_that_nobody_can_check_needs_the_operator(tmp_path: Path) -> None:
    put(tmp_path, "configs/train.py", b"import os")
    with pytest.raises(ValueError, match="only configurations in JSON or YAML can be checked"):
        check_foreign_files(tmp_path, code_allowed=False)
    check_foreign_files(tmp_path, code_allowed=True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: $import os", "could run code"),
        (b"1: {_target_: os.system, command: 'true'}", "could run code"),
        (b"a: &a [x, x]\nb: [*a, *a]", "YAML with aliases"),
        (b"a: {_target_: monai.networks.nets.UNet, _mode_: debug}", "could run code"),
        (b"a: !!python/object/apply:os.system ['true']", "is not YAML"),
        (b"a: [", "is not YAML"),
    ],
)
def test_a_configuration_in_yaml_is_read_without_running_it(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    if find_spec("yaml") is None:
        reason = "YAML is read where inference/requirements-torch.txt is installed"
    put(tmp_path, "configs/inference.yaml", content)
    with pytest.raises(ValueError, match=reason):
        check_foreign_files(tmp_path, code_allowed=False)


def test_the_service_refuses_the_folder_and_serves_the_others(
    tmp_path: Path, series: Series
) -> None:
    models = tmp_path / "models"
    for name in ("good", "bundle", "poisoned"):
        write(models, name)
    put(models / "bundle", "configs/inference.json", CLEAN | {"a": "$import os"})
    trap = tmp_path / "trap"
    put(models / "poisoned", "models/model.pt", saved(pickle.dumps(Poison(trap))))
    service = serve(tmp_path, series)
    body = service.ask("GET", "/models").json()
    assert [each["id"] for each in body["models"]] == ["good"]
    reasons = {each["id"]: each["reason"] for each in body["refused"]}
    assert reasons["poisoned"].startswith("models/model.pt: its pickle calls posix.mkdir")
    assert '"$import os" could run code' in reasons["bundle"]
    assert not trap.exists()


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"configs/inference.json": CLEAN}, "this is no whole MONAI bundle"),
        ({"model.pt": saved(state_dict())}, "runner.py is missing: weights are no network"),
        ({"model.ts": saved(b"\x80\x02N.")}, "needs `network` in the manifest, or a runner.py"),
    ],
)
def test_a_network_alone_is_no_model(
    tmp_path: Path, series: Series, files: dict[str, Any], reason: str
) -> None:
    for model in ("good", "bare"):
        write(tmp_path / "models", model)
    for name, content in files.items():
        put(tmp_path / "models" / "bare", name, content)
    (tmp_path / "models" / "bare" / "runner.py").unlink()
    [refused] = serve(tmp_path, series).registry.refused
    assert reason in refused.reason


@pytest.mark.skipif(find_spec("torch") is not None, reason="PyTorch is installed")
def test_without_pytorch_the_refusal_says_what_to_install(tmp_path: Path, series: Series) -> None:
    models = tmp_path / "models"
    write(models, "good")
    put(network_folder(models, "script", network=NETWORK), "model.ts", saved(b"\x80\x02N."))
    bundle = network_folder(models, "bundle")
    for name in ("inference", "metadata"):
        put(bundle, f"configs/{name}.json", CLEAN)
    put(bundle, "models/model.pt", saved(state_dict()))
    service = serve(tmp_path, series)
    assert {each.name for each in service.registry.refused} == {"script/1", "bundle/1"}
    for refused in service.registry.refused:
        assert "PyTorch is not installed in the inference service" in refused.reason
        assert "install inference/requirements-torch.txt" in refused.reason


def test_the_operator_allows_one_folder(tmp_path: Path, series: Series) -> None:
    for name in ("bundle", "other"):
        write(tmp_path / "models", name)
        put(tmp_path / "models" / name, "configs/inference.json", {"a": "$import os"})
    service = serve(tmp_path, series, inference_code_allowed={"bundle"})
    assert [each["id"] for each in service.ask("GET", "/models").json()["models"]] == ["bundle"]
