"""The process that holds one model: loads it, runs it, answers; nothing else is in there."""

from __future__ import annotations

import errno
import importlib
import importlib.util
import os
import shutil
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app import runner, sandbox, transport
from app.errors import InferenceError

DONE, PROGRESS, REFUSED, FAILED, OUT_OF_MEMORY = "done", "progress", "refused", "failed", "memory"
_MEMORY_WORDS = (
    *("bad_alloc", "bad allocation", "Failed to allocate memory", "out of memory"),
    "can't allocate memory",
)
ENVIRONMENT = {"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"}
"""What a model's process keeps of the service's environment, in which secrets are."""
FIXED = {"OPENBLAS_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
"""What it gets instead: onnxruntime would report its use to its makers."""


@dataclass(frozen=True)
class Order:
    """What a process is made for. `settings` are those of a runner that the service brings.

    `libraries` count neither as the model's memory nor as files that it opens.
    """

    folder: Path
    threads: int
    memory_mb: int
    file_mb: int
    runner: str = "runner.py"
    settings: Any = None
    libraries: tuple[str, ...] = ()


def main(connection: Connection, parent: int, scratch: Path, order: Order) -> None:
    """Load the model and run it until the connection ends."""
    for name in set(os.environ) - ENVIRONMENT:
        del os.environ[name]
    os.environ.update(FIXED)
    try:
        for library in order.libraries:
            importlib.import_module(library)
    except Exception as error:
        transport.answer(connection, parent, *_failure(error, with_text=True))
        return
    sandbox.confine(scratch, order.folder, memory_mb=order.memory_mb, file_mb=order.file_mb)
    runner.on_progress(lambda share: transport.answer(connection, parent, PROGRESS, share))
    try:
        model = _load(order)
        transport.answer(connection, parent, DONE, None)
    except BaseException as error:
        transport.answer(connection, parent, *_failure(error, with_text=True))
        return
    while True:
        try:
            method, arguments = transport.receive(connection)
        except (EOFError, OSError):
            return
        _run(connection, parent, model, method, arguments)
        del arguments
        _empty(scratch)


def _load(order: Order) -> Any:  # noqa: ANN401
    if order.runner.endswith(".py"):
        path = order.folder / order.runner
        spec = importlib.util.spec_from_file_location("inference_model", path)
        if spec is None or spec.loader is None:
            raise ImportError("runner.py cannot be loaded")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module.load(order.folder, order.threads)
    return importlib.import_module(order.runner).load(order.folder, order.threads, order.settings)


def _run(
    connection: Connection,
    parent: int,
    model: Any,  # noqa: ANN401
    method: str,
    arguments: tuple[Any, ...],
) -> None:
    try:
        value = getattr(model, method)(*arguments)
        transport.answer(connection, parent, DONE, value)
    except InferenceError as error:
        transport.answer(connection, parent, REFUSED, [error.code, error.message])
    except BaseException as error:
        transport.answer(connection, parent, *_failure(error, with_text=False))


def _failure(error: BaseException, *, with_text: bool) -> tuple[str, dict[str, Any]]:
    """What went wrong. The text of an exception of a run may quote a patient: it stays here."""
    text = str(error)
    frames = traceback.extract_tb(error.__traceback__)
    told = {
        "type": type(error).__name__,
        "where": [f"{frame.filename}:{frame.lineno}" for frame in frames],
        "sentence": _sentence(error),
        "text": text if with_text else "",
    }
    no_memory = isinstance(error, MemoryError) or any(word in text for word in _MEMORY_WORDS)
    del error, frames
    return (OUT_OF_MEMORY if no_memory else FAILED), told


def _sentence(error: BaseException) -> str:
    if isinstance(error, transport.NotAnAnswer):
        return f"The model returned an invalid result: {error}."
    if isinstance(error, OSError):
        return _OS_SENTENCES.get(error.errno or 0, "")
    return ""


_OS_SENTENCES = {
    sandbox.NO_PROCESS_ERRNO: "The model tried to start another process; it may start threads.",
    errno.EFBIG: "The model tried to write a file that is larger than it may be.",
    errno.ENOSPC: "The model filled the disk that it may write to.",
    errno.EACCES: "The model tried to open a file that it may not open.",
}


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
