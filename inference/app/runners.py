"""The runners that the service brings for a model's folder without a `runner.py`.

A network in one file, with `network` in the manifest, is run in windows (`app.network_file`); a
MONAI bundle as its configuration says (`app.monai_bundle`); a model of another server by its
protocol (`app.remote`, `app.nninteractive`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.manifests import ModelManifest, Network, Remote
from app.remote import Server

RUNNER = "runner.py"
NETWORK_FILES = ("model.onnx", "model.ts", "models/model.ts")
BUNDLE_WEIGHTS = ("models/model.ts", "models/model.pt")
BUNDLE_CONFIGURATIONS = tuple(f"configs/inference.{kind}" for kind in ("json", "yaml", "yml"))
BUNDLE_METADATA = "configs/metadata.json"
_REMOTE = {"kserve": "app.remote", "nninteractive": "app.nninteractive"}
_OF_PYTORCH = frozenset({".ts", ".pt", ".pth"})
NOT_INSTALLED = (
    "{what} is not installed in the inference service: install inference/requirements-torch.txt "
    "(inference/README.md, PyTorch and MONAI bundles)"
)


@dataclass(frozen=True)
class Brought:
    """What runs a folder.

    Attributes:
        runner: `runner.py`, or a module of the service whose `load` also gets `settings`.
        files: those of the folder that a result depends on.
        libraries: imported before the limits of memory and files hold.
    """

    runner: str
    settings: Any = None
    files: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkSettings:
    """Of `app.network_file`. `sequences` are empty for a model of one series."""

    file: str
    network: Network
    segments: int
    sequences: tuple[str, ...]
    reference: str


@dataclass(frozen=True)
class BundleSettings:
    """Of `app.monai_bundle`. `code_allowed`: the operator trusts its configuration's Python."""

    configuration: str
    weights: str
    segments: int
    sequences: tuple[str, ...]
    reference: str
    code_allowed: bool


def runner_of(
    folder: Path,
    manifest: ModelManifest,
    *,
    servers: Mapping[str, str],
    seconds: float,
    code_allowed: bool,
) -> Brought:
    """What runs the folder; nothing of it is run or loaded here.

    Args:
        servers: the addresses of the remote servers by their names.
        seconds: how long one run may take.

    Raises:
        ValueError: what is missing in the folder, in the manifest or in the service.
    """
    if manifest.remote is not None:
        server = _server(manifest, manifest.remote, servers, seconds)
        return Brought(_REMOTE[manifest.remote.protocol], server)
    if (folder / RUNNER).is_file():
        return Brought(RUNNER, files=(RUNNER,), libraries=_wanted_by(folder))
    if manifest.network is not None:
        return _network(folder, manifest, manifest.network)
    if (folder / "configs").is_dir():
        return _bundle(folder, manifest, code_allowed)
    if _first(folder, NETWORK_FILES):
        raise ValueError("the network needs `network` in the manifest, or a runner.py")
    if _has_pytorch(folder):
        raise ValueError(
            "runner.py is missing: weights are no network. Save it as TorchScript (model.ts), "
            "or add a MONAI bundle's configs/inference.json"
        )
    raise ValueError("runner.py is missing")


def _server(
    manifest: ModelManifest, remote: Remote, servers: Mapping[str, str], seconds: float
) -> Server:
    if remote.server not in servers:
        raise ValueError(f"the server {remote.server} is not in INFERENCE_REMOTE_SERVERS")
    return Server(
        url=servers[remote.server],
        model=remote.model,
        version=remote.version,
        input=remote.input,
        output=remote.output,
        seconds=seconds,
        segments=len(manifest.outputs.segments),
    )


def _network(folder: Path, manifest: ModelManifest, network: Network) -> Brought:
    file = _first(folder, NETWORK_FILES)
    if file is None:
        raise ValueError(f"the network is missing: one of {', '.join(NETWORK_FILES)}")
    settings = NetworkSettings(
        file=file,
        network=network,
        segments=len(manifest.outputs.segments),
        sequences=tuple(each.id for each in manifest.inputs.sequences),
        reference=manifest.inputs.reference,
    )
    libraries = () if file.endswith(".onnx") else _installed("torch", "PyTorch")
    return Brought("app.network_file", settings, (file,), libraries)


def _bundle(folder: Path, manifest: ModelManifest, code_allowed: bool) -> Brought:
    configuration = _first(folder, BUNDLE_CONFIGURATIONS)
    weights = _first(folder, BUNDLE_WEIGHTS)
    if configuration is None or weights is None or not (folder / BUNDLE_METADATA).is_file():
        raise ValueError(
            "this is no whole MONAI bundle: it needs configs/metadata.json, "
            "configs/inference.json or .yaml, and models/model.ts or models/model.pt"
        )
    if manifest.kind != "network" or not manifest.outputs.makes_a_mask:
        raise ValueError("a MONAI bundle without a runner.py is a network that only makes a mask")
    libraries = _installed("torch", "PyTorch") + _installed("monai", "MONAI")
    settings = BundleSettings(
        configuration=configuration,
        weights=weights,
        segments=len(manifest.outputs.segments),
        sequences=tuple(each.id for each in manifest.inputs.sequences),
        reference=manifest.inputs.reference,
        code_allowed=code_allowed,
    )
    return Brought(
        "app.monai_bundle", settings, (configuration, weights), (*libraries, "monai.bundle")
    )


def _first(folder: Path, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if (folder / name).is_file()), None)


def _installed(library: str, name: str) -> tuple[str]:
    if find_spec(library) is None:
        raise ValueError(NOT_INSTALLED.format(what=name))
    return (library,)


def _wanted_by(folder: Path) -> tuple[str, ...]:
    """Of a folder with a runner of its own: PyTorch takes gigabytes of address space to import."""
    return ("torch",) if _has_pytorch(folder) and find_spec("torch") else ()


def _has_pytorch(folder: Path) -> bool:
    return any(each.suffix in _OF_PYTORCH for each in folder.rglob("*"))
