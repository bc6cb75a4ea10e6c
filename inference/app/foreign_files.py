"""What comes with a model from elsewhere and could run code: pickles, and MONAI configurations.

Nothing of it is run here. A pickle is read with classes that do nothing in the place of its own; of
a configuration only the text is looked at. What could run code refuses the whole folder by name.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PICKLES = frozenset({".pt", ".pth", ".ts", ".ckpt", ".pkl", ".pickle"})
_MAX_PICKLE_BYTES = 2**26
_HARMLESS = re.compile(
    r"torch\.(\w+Storage|Size|device|_utils\._rebuild_(tensor_v2|parameter)|storage\.\w+Storage)"
    r"|__torch__\..*|torch\.jit\._pickle\.\w+"
)
"""What weights consist of; the last two are TorchScript's, which Python never unpickles."""
_ZIP = b"PK\x03\x04"
_OF_FILES = r"(Load|Save)Image(d|D|Dict)?"
_TARGET = re.compile(rf"monai\.(networks\.nets|inferers|transforms)\.(?!{_OF_FILES}\b)[A-Z]\w*")
_NAMES_CODE = frozenset({"reader", "writer", "merger_cls", "pretrained_url"})
"""Arguments by which MONAI imports and calls whatever they name, or loads it from the network."""
_YAML = frozenset({".yaml", ".yml"})
_QUOTED = 60


def check_foreign_files(folder: Path, *, code_allowed: bool) -> None:
    """Look at every file of a model's folder.

    Args:
        code_allowed: the operator trusts the Python in the folder's configurations.

    Raises:
        ValueError: names the file, and what in it could run code.
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _PICKLES:
            _check_pickles(path, str(path.relative_to(folder)))
    if not code_allowed:
        for path in sorted((folder / "configs").glob("*")):
            check_configuration(path, str(path.relative_to(folder)))


def _check_pickles(path: Path, name: str) -> None:
    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP or not zipfile.is_zipfile(path):
            file.seek(0)
            _check_pickle(file.read(_MAX_PICKLE_BYTES), name)
            return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(".pkl"):
                with archive.open(entry) as file:
                    _check_pickle(file.read(_MAX_PICKLE_BYTES), name)


def _check_pickle(content: bytes, name: str) -> None:
    try:
        stream = io.BytesIO(content)
        _Inert(stream).load()
        if stream.read(1):
            raise EOFError  # another pickle follows, as in PyTorch's old files
    except _Refused as refused:
        raise ValueError(f"{name}: its pickle calls {refused}; nothing of it was run") from None
    except Exception:  # whatever a broken pickle raises
        raise ValueError(f"{name} is no file of weights that can be checked") from None


class _Refused(Exception):  # noqa: N818
    """The name of what the pickle would call."""


class _Nothing:
    """Stands for a class or function of a pickle, and for whatever that would have made."""

    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, _: object) -> None: ...


class _Inert(pickle._Unpickler):
    """The one in Python: that in C reserves whatever memory a file asks for."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if _HARMLESS.fullmatch(f"{module}.{name}"):
            return _Nothing
        raise _Refused(f"{module}.{name}"[:_QUOTED])

    def persistent_load(self, pid: object) -> Any:  # noqa: ANN401
        return _Nothing()


def check_configuration(path: Path, name: str) -> None:
    """Python hides behind `$`, in any `_target_` and in files that `%` names; MONAI runs it.

    Raises:
        ValueError: names what in it could run code.
    """
    for key, value in _entries("", without_files(read_configuration(path, name))):
        if _could_run(key, value):
            quoted = json.dumps(str(value)[:_QUOTED])
            raise ValueError(
                f"{name}: {quoted} could run code; nothing of it was run. "
                f"The operator may allow the folder in INFERENCE_CODE_ALLOWED"
            )


def _could_run(key: str, value: object) -> bool:
    if key == "_target_":
        return not (isinstance(value, str) and _TARGET.fullmatch(value))
    if key in _NAMES_CODE:
        return value is not None
    if not isinstance(value, str):
        return False
    return value.lstrip().startswith(("$", "%")) or (key == "_mode_" and value.lower() == "debug")


def without_files(value: Any) -> Any:  # noqa: ANN401
    """A configuration without the steps that load or save files, which are never run."""
    if isinstance(value, dict):
        return {name: without_files(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_files(each) for each in value if not _is_of_files(each)]
    return value


def _is_of_files(value: object) -> bool:
    target = value.get("_target_") if isinstance(value, dict) else None
    return bool(re.fullmatch(rf"(.*\.)?{_OF_FILES}", target)) if isinstance(target, str) else False


def read_configuration(path: Path, name: str = "") -> Any:  # noqa: ANN401
    """What a configuration in JSON or YAML says.

    Raises:
        ValueError: it is neither, or nothing here reads YAML.
    """
    name = name or path.name
    if path.suffix == ".json":
        try:
            return json.loads(path.read_bytes())
        except ValueError:
            raise ValueError(f"{name} is not JSON") from None
    if path.suffix not in _YAML:
        raise ValueError(f"{name}: only configurations in JSON or YAML can be checked")
    try:
        import yaml  # noqa: PLC0415  comes with requirements-torch.txt
    except ImportError:
        raise ValueError(
            f"{name}: YAML is read where inference/requirements-torch.txt is installed"
        ) from None
    try:
        content = path.read_bytes()
        repeats = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(content))
        found = None if repeats else yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ValueError(f"{name} is not YAML") from None
    if repeats:  # a few lines of aliases of aliases fill any memory
        raise ValueError(f"{name}: YAML with aliases (*name) is not read")
    return found


def _entries(key: str, value: object) -> Iterator[tuple[str, object]]:
    """Everything with its key (empty in a list), and every key as a text."""
    yield key, value
    if isinstance(value, list):
        for each in value:
            yield from _entries("", each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield "", str(name)
            yield from _entries(str(name), each)
