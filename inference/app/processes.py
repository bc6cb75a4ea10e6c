"""A process for each model that runs, apart from the service: what happens in it stays in it.

The processes are forked from a server of their own (multiprocessing's forkserver), which has no
threads and no connections: never from the service. One network is kept in memory, that of the
last run, and beside it one model of the quick kinds (rules and prompts), which wait for no network.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from app import child, transport
from app.errors import (
    Cancelled,
    DrawingRefused,
    InferenceError,
    InputRefused,
    ModelFailed,
    OutOfMemory,
    RequestInvalid,
    TimedOut,
)

LOAD_SECONDS = 120.0
_LOOK_SECONDS = 0.2
_PRELOAD = ["numpy", "scipy.ndimage", "nibabel", "app.child"]
_SCRATCH = "cdss-model-"
_log = logging.getLogger("inference.process")
_REFUSALS = (InputRefused, DrawingRefused, RequestInvalid)
_RAISED = {each.code: each for each in (*_REFUSALS, TimedOut, OutOfMemory)}
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOAD)


@dataclass(frozen=True)
class Limits:
    """What one run may use; `disk_mb` is that of its folder, and of one file."""

    memory_mb: int
    seconds: float
    disk_mb: int
    threads: int


@dataclass(frozen=True)
class Spec:
    """A model to run. `key` changes with its files; `quick` models wait for no network.

    `libraries` are imported before the limits hold.
    """

    name: str
    key: str
    folder: Path
    limits: Limits
    quick: bool = False
    runner: str = "runner.py"
    settings: Any = None
    libraries: tuple[str, ...] = ()


@dataclass
class Run:
    """A run that somebody waits for: how far it is, and how it is ended.

    `in_thread`: its images are read, and a thread works on it.
    """

    progress: float = 0.0
    started: float | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    in_thread: bool = False
    process: Process | None = None

    def cancel(self) -> None:
        """End the run at once; before it has started it does not start."""
        self.cancelled.set()
        if self.process is not None:
            self.process.kill()


current_run: ContextVar[Run | None] = ContextVar("current_run", default=None)


class Process:
    """One model in its process, with a folder of its own that goes when it goes."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-"))
        limits = spec.limits
        order = child.Order(
            spec.folder,
            limits.threads,
            limits.memory_mb,
            limits.disk_mb,
            spec.runner,
            spec.settings,
            spec.libraries,
        )
        self._connection, theirs = _context.Pipe()
        self._process: ForkServerProcess = _context.Process(
            target=child.main, args=(theirs, os.getpid(), self.scratch, order), daemon=True
        )
        _start(self._process)
        theirs.close()

    @property
    def alive(self) -> bool:
        """Not ended while it waited: the kernel takes an idle one first when memory runs out."""
        return self._process.is_alive()

    def load(self, run: Run) -> None:
        """Wait until the model is loaded.

        Raises:
            ModelFailed: with its reason.
        """
        run.process = self
        self._wait(LOAD_SECONDS, run)

    def call(self, method: str, arguments: tuple[Any, ...], run: Run) -> Any:  # noqa: ANN401
        """What the model's method answers.

        Raises:
            InferenceError: a refusal of the model, its failure, or the end of the run.
        """
        run.process, run.started = self, time.monotonic()
        try:
            transport.send(self._connection, self._process.pid or 0, (method, arguments))
        except OSError:
            raise self._gone(run) from None
        try:
            return self._wait(self.spec.limits.seconds, run)
        finally:
            run.process = None

    def kill(self) -> None:
        """End the process and its group."""
        pid = self._process.pid
        if pid is not None:
            for end in (os.killpg, os.kill):
                with suppress(ProcessLookupError, PermissionError):
                    end(pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill what is left of it, and remove its folder."""
        self.kill()
        self._process.join(5)
        self._connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _wait(self, seconds: float, run: Run) -> Any:  # noqa: ANN401
        deadline = time.monotonic() + seconds
        while True:
            if run.cancelled.is_set():
                raise Cancelled
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(f"The model was ended: it ran longer than {seconds:g} s.")
            self._check_disk()
            if not self._connection.poll(min(left, _LOOK_SECONDS)):
                continue
            try:
                kind, value = transport.read_answer(self._connection)
            except (EOFError, OSError):
                raise self._gone(run) from None
            except ValueError as error:
                raise ModelFailed from error
            if kind == child.DONE:
                return value
            if kind == child.PROGRESS:
                run.progress = max(run.progress, float(value))
                continue
            raise self._error(kind, value)

    def _check_disk(self) -> None:
        limit = self.spec.limits.disk_mb
        if _size_mb(self.scratch) > limit:
            raise ModelFailed(f"The model was ended: it wrote more than {limit} MB to the disk.")

    def _gone(self, run: Run) -> InferenceError:
        """The process ended without an answer."""
        if run.cancelled.is_set():
            return Cancelled()
        self._process.join(5)
        code = self._process.exitcode
        if code == -signal.SIGKILL:
            return OutOfMemory("The model was killed, as the system does when memory runs out.")
        ended = signal.Signals(-code).name if code and code < 0 else f"status {code}"
        return ModelFailed(f"The model crashed: its process ended with {ended}.")

    def _error(self, kind: str, value: Any) -> InferenceError:  # noqa: ANN401
        if kind == child.REFUSED:
            code, message = value
            return _RAISED.get(code, ModelFailed)(message)
        _log.error(
            "model failed",
            extra={
                "model": self.spec.name,
                "error_type": value["type"],
                "places": " > ".join(value["where"]),
            },
        )
        if kind == child.OUT_OF_MEMORY:
            limit = self.spec.limits.memory_mb
            return OutOfMemory(f"The model asked for more memory than its {limit} MB.")
        text = f"{value['type']}: {value['text']}" if value["text"] else ""
        return ModelFailed(value["sentence"] or text)


class Processes:
    """The processes of this service: one network, and one model of the quick kinds."""

    def __init__(self) -> None:
        self._locks = {quick: threading.Lock() for quick in (False, True)}
        self._kept: dict[bool, Process] = {}

    def call(self, spec: Spec, method: str, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
        """Run a method of the model, in the process that holds it or in a new one.

        A process in which a run failed is ended; one that refused its input is kept.

        Raises:
            InferenceError
        """
        run = current_run.get() or Run()
        with self._locks[spec.quick]:
            if run.cancelled.is_set():
                raise Cancelled
            with self._ended_if_failed(spec.quick):
                return self._process_of(spec, run).call(method, arguments, run)

    def close(self) -> None:
        """End all that is kept."""
        for quick in list(self._kept):
            self._drop(quick)

    @contextmanager
    def _ended_if_failed(self, quick: bool) -> Iterator[None]:
        try:
            yield
        except _REFUSALS:
            raise
        except BaseException:
            self._drop(quick)
            raise

    def _process_of(self, spec: Spec, run: Run) -> Process:
        kept = self._kept.get(spec.quick)
        if kept is None or kept.spec != spec or not kept.alive:
            self._drop(spec.quick)
            kept = self._kept[spec.quick] = Process(spec)
            kept.load(run)
        return kept

    def _drop(self, quick: bool) -> None:
        process = self._kept.pop(quick, None)
        if process is not None:
            process.close()


class IsolatedRunner:
    """A runner whose methods run in the model's own process. Call them from a worker thread."""

    def __init__(self, processes: Processes, spec: Spec) -> None:
        self._processes, self._spec = processes, spec

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *arguments: self._processes.call(self._spec, method, arguments)


def try_to_load(spec: Spec) -> None:
    """Load the model once, in a process that ends with it.

    Raises:
        ModelFailed: with the reason.
    """
    process = Process(spec)
    try:
        process.load(Run())
    finally:
        process.close()


def remove_left_behind() -> None:
    """Remove the folders of services that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        owner = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


_starting = threading.Lock()


def _start(process: ForkServerProcess) -> None:
    """Start a process, and first what forks it, where that does not run or has been killed."""
    with _starting, _without_secrets():
        process.start()


@contextmanager
def _without_secrets() -> Iterator[None]:
    """What is started meanwhile inherits nothing of the service's environment but its paths."""
    ours = dict(os.environ)
    kept = {name: ours[name] for name in child.ENVIRONMENT & ours.keys()}
    os.environ.clear()
    os.environ.update(kept | child.FIXED)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(ours)


def _size_mb(folder: Path) -> float:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(place, name).lstat().st_size
    return total / 2**20
