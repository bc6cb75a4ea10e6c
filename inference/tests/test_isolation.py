"""A run that goes wrong ends alone: the service, its memory and its disk are as before."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app import sandbox
from app.processes import remove_left_behind
from tests.conftest import GRANT, SERIES_ID, TOKEN, FakeArchive, Service, refusal
from tests.dicom_maker import Series, make_series
from tests.test_kinds import AFFINE, SHAPE

RUNNER = """
import ctypes, os, subprocess, sys, tempfile, threading, time
import numpy as np
from pathlib import Path
from app.runner import Prediction, progress

class Tiny:
    def run(self, volume, parameters):
{body}
        return Prediction(risk_score=0.5)

def load(folder, threads):
{load}
    return Tiny()
"""
SCORE = {"risk_score": "Probability of the finding."}
HANG = "while True: time.sleep(0.01)"


def write(models: Path, name: str, body: str = "pass", load: str = "pass", **manifest: Any) -> None:  # noqa: ANN401
    """A model of the network kind whose run is `body`."""
    folder = models / name
    folder.mkdir(parents=True)
    about = {
        "id": name,
        "version": "1",
        "name": name,
        "kind": "network",
        "result_kind": "score",
        "inputs": {"modalities": ["PT"]},
        "outputs": SCORE,
        "licence": "test",
        "intended_use": "test",
    }
    (folder / "manifest.json").write_text(json.dumps(about | manifest))
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    (folder / "runner.py").write_text(RUNNER.format(body=lines, load=f"    {load}"))


@pytest.fixture
def series() -> Series:
    voxels = np.random.default_rng(1).integers(1, 1000, SHAPE).astype(np.int16)
    return make_series(voxels, AFFINE, Modality="PT")


def serve(folder: Path, series: Series, **settings: Any) -> Service:  # noqa: ANN401
    archive = FakeArchive(series, modality="PT")
    return Service(folder / "results", archive, inference_models_dir=folder / "models", **settings)


def scratch_folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob(f"cdss-model-{os.getpid()}-*"))


def _leads_to(link: Path, folders: set[str]) -> bool:
    try:
        return os.readlink(link) in folders
    except OSError:
        return False


FAULTS = {
    "segfault": ("ctypes.string_at(0)", "model_failed", "crashed: its process ended with SIGSEGV"),
    "exit": ("os._exit(3)", "model_failed", "ended with status 3"),
    "abort": ("os.abort()", "model_failed", "SIGABRT"),
    "ten_gb": ("np.ones(10 * 2**30, np.uint8)", "out_of_memory", "more memory than its 300 MB"),
    "hang": (HANG, "timed_out", "longer than 1 s"),
    "fork": ("os.fork()", "model_failed", "start another process"),
    "fork_bomb": (
        "while True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        "timed_out",
        "longer than 1 s",
    ),
    "program": ("subprocess.run(['/bin/sleep', '60'])", "model_failed", "start another process"),
    "threads": (
        "while True: threading.Thread(target=time.sleep, args=(9,)).start()",
        "model_failed|out_of_memory|timed_out",
        "",
    ),
    "one_file": ("Path('x').write_bytes(bytes(9 * 2**20))", "model_failed", "larger than it may"),
    "many_files": (
        "for n in range(40): tempfile.NamedTemporaryFile(delete=False).write(bytes(2**20))\n"
        "time.sleep(9)",
        "model_failed",
        "wrote more than 8 MB",
    ),
    "elsewhere": ("Path('/var/tmp/x').write_text('x')", "model_failed", "may not open"),
    "reads": ("Path('/etc/passwd').read_text()", "model_failed", "may not open"),
    "lists": ("os.listdir('/')", "model_failed", "may not open"),
    "parent": (
        "Path(f'/proc/{os.getppid()}/environ').read_bytes()",
        "model_failed",
        "may not open",
    ),
    "not_numbers": ("return Prediction(quantities=object())", "model_failed", "a object"),
    "system_exit": ("sys.exit()", "model_failed", "run failed"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_ends_one_run_with_a_sentence(tmp_path: Path, series: Series, name: str) -> None:
    body, codes, sentence = FAULTS[name]
    before = scratch_folders()
    limits = {"memory_mb": 300, "seconds": 1}
    write(tmp_path / "models", "bad", body, resources=limits)
    write(tmp_path / "models", "good")
    service = serve(tmp_path, series, inference_disk_mb=8)
    started = time.monotonic()
    status, code, message = refusal(service.infer(model_type="bad"))
    assert time.monotonic() - started < 8
    assert (status, code in codes.split("|")) == (422, True), (code, message)
    assert sentence in message
    assert service.infer(model_type="good").json()["risk_score"] == 0.5
    service.close()
    assert scratch_folders() == before
    assert not Path("/var/tmp/x").exists()  # noqa: S108


def test_a_process_that_ended_while_it_waited_costs_the_next_run_nothing(
    tmp_path: Path, series: Series
) -> None:
    write(tmp_path / "models", "good")
    service = serve(tmp_path, series)
    assert service.infer(model_type="good").json()["risk_score"] == 0.5
    folders = {str(folder) for folder in scratch_folders()}
    holding = [link.parent for link in Path("/proc").glob("[0-9]*/cwd") if _leads_to(link, folders)]
    assert holding
    for process in holding:
        os.kill(int(process.name), signal.SIGKILL)
    time.sleep(0.3)
    assert service.infer(model_type="good", key="another").json()["risk_score"] == 0.5
    service.close()


def test_what_a_fault_says_of_the_images_stays_in_the_process(
    tmp_path: Path, series: Series, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "models", "bad", "raise ValueError('Kim Minjun')")
    service = serve(tmp_path, series)
    logging.getLogger("inference.process").addHandler(caplog.handler)
    _, code, message = refusal(service.infer(model_type="bad"))
    assert (code, "Kim" in message) == ("model_failed", False)
    [record] = [
        r for r in caplog.records if r.getMessage() == "model failed" and r.name.endswith("process")
    ]
    assert (vars(record)["error_type"], "runner.py:9" in vars(record)["places"]) == (
        "ValueError",
        True,
    )
    assert "Kim" not in str(vars(record))


def test_a_model_sees_no_secret_of_the_service(
    tmp_path: Path, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERENCE_TOKEN", "a-secret-of-the-service")
    write(tmp_path / "models", "nosy", "if 'INFERENCE_TOKEN' in os.environ: os.abort()")
    assert serve(tmp_path, series).infer(model_type="nosy").json()["risk_score"] == 0.5


def test_a_network_stays_loaded_and_a_run_keeps_no_file(tmp_path: Path, series: Series) -> None:
    body = (
        "if list(Path('.').iterdir()): os.abort()\nPath('x').mkdir(); Path('x/y').write_text('1')"
    )
    write(tmp_path / "models", "net", body, load="time.sleep(0.5)")
    service = serve(tmp_path, series)
    assert service.infer(model_type="net").status_code == 200
    started = time.monotonic()
    assert service.infer(model_type="net").status_code == 200
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize(
    ("error", "code"),
    [("InputRefused", "input_refused"), ("RequestInvalid", "request_invalid")],
)
def test_a_refusal_of_the_model_is_passed_on_and_ends_no_process(
    tmp_path: Path, series: Series, error: str, code: str
) -> None:
    body = f"from app import errors\nraise errors.{error}('The head is missing.')"
    write(tmp_path / "models", "net", body)
    service, seen = serve(tmp_path, series), list[set[Path]]()
    for _ in range(2):
        answer = refusal(service.infer(model_type="net"))
        assert answer == (422, code, "The head is missing.")
        seen.append(scratch_folders())
    assert seen[0] == seen[1], "the same process answered"


def test_one_network_is_in_memory_at_a_time(tmp_path: Path, series: Series) -> None:
    for name in ("first", "second"):
        write(tmp_path / "models", name, f"Path('{name}').write_text('')\ntime.sleep(0.05)")
    service = serve(tmp_path, series)
    before = scratch_folders()
    for name in ("first", "second", "first"):
        assert service.infer(model_type=name).status_code == 200
        assert len(scratch_folders() - before) == 1
    service.close()


def test_what_forks_the_models_has_one_thread_and_no_secret(tmp_path: Path, series: Series) -> None:
    write(tmp_path / "models", "good")
    serve(tmp_path, series)
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    assert "Threads:\t1\n" in Path(f"/proc/{pid}/status").read_text()
    environment = Path(f"/proc/{pid}/environ").read_text()
    assert ("PATH=" in environment, "PYTEST_CURRENT_TEST" in environment) == (True, False)


def test_what_forks_the_models_has_no_secret_when_it_is_started_again(
    tmp_path: Path, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFERENCE_TOKEN", "a-secret-of-the-service")
    write(tmp_path / "models", "good")
    service = serve(tmp_path, series)
    before = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    service.app.state.registry.close()
    os.kill(before, signal.SIGKILL)
    time.sleep(0.3)
    assert service.infer(model_type="good").json()["risk_score"] == 0.5
    again = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    assert again != before
    assert "INFERENCE_TOKEN" not in Path(f"/proc/{again}/environ").read_text()
    assert os.environ["INFERENCE_TOKEN"]


def test_no_other_process_reads_a_model_and_its_service(tmp_path: Path, series: Series) -> None:
    body = (
        "told = ctypes.CDLL(None).prctl\n"
        "if told(3, 0, 0, 0, 0) != 0 or told(39, 0, 0, 0, 0) != 1: os.abort()"
    )
    write(tmp_path / "models", "seen", body)
    assert serve(tmp_path, series).infer(model_type="seen").json()["risk_score"] == 0.5
    get_dumpable = 3
    assert ctypes.CDLL(None).prctl(get_dumpable, 0, 0, 0, 0) == 0


def test_the_model_reads_its_folder_and_the_libraries(tmp_path: Path, series: Series) -> None:
    body = "import sqlite3, scipy.signal, certifi\nPath(certifi.where()).read_bytes()"
    load = "Path(folder, 'manifest.json').read_text()"
    write(tmp_path / "models", "good", body, load)
    assert serve(tmp_path, series).infer(model_type="good").json()["risk_score"] == 0.5


def test_the_confinement_takes_less_than_50_ms(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from app import sandbox;"
        "started = time.process_time();"
        "sandbox._use_only(Path(sys.argv[1]), Path(sys.argv[1])); sandbox.hide();"
        "print(time.process_time() - started)"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    assert float(said) < 0.05


def test_a_kernel_without_landlock_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sandbox, "_landlock_version", lambda: -1)
    logging.getLogger("inference.sandbox").addHandler(caplog.handler)
    sandbox.warn_if_open()
    assert "no Landlock" in caplog.text


def test_folders_of_a_killed_service_are_removed(tmp_path: Path) -> None:
    lost = Path(tempfile.mkdtemp(prefix="cdss-model-999999999-"))
    remove_left_behind()
    assert not lost.exists()


class Live:
    """Calls to one service that go on at the same time."""

    def __init__(self, service: Service) -> None:
        transport = httpx.ASGITransport(service.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://service")
        self.uid = service.archive.series.uid

    def infer(self, key: str, model: str) -> asyncio.Task[httpx.Response]:
        body = {
            "series_instance_uid": self.uid,
            "model_type": model,
            "patient_id": "P",
            "archive": {"series": SERIES_ID, "grant": GRANT},
        }
        headers = {"X-Idempotency-Key": key}
        return asyncio.create_task(self.ask("POST", "/inference", json=body, headers=headers))

    async def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {TOKEN}"} | kwargs.pop("headers", {})
        return await self.http.request(method, path, headers=headers, timeout=60, **kwargs)

    async def state(self, key: str, wanted: str, progress: float = 0.0) -> dict[str, Any]:
        """The state of the run, as soon as it is the wanted one."""
        for _ in range(500):
            answer = await self.ask("GET", f"/inference/{key}/progress")
            found: dict[str, Any] = answer.json()
            if found.get("state") == wanted and found["progress"] >= progress:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(found)


def test_a_run_tells_how_far_it_is_and_ends_when_it_is_cancelled(
    tmp_path: Path, series: Series
) -> None:
    write(tmp_path / "models", "slow", f"progress(0.4)\n{HANG}")
    write(tmp_path / "models", "good")
    service = serve(tmp_path, series, inference_seconds=30)

    async def scene() -> None:
        live = Live(service)
        first, second = live.infer("a", "slow"), None
        state = await live.state("a", "running", 0.4)
        assert (state["progress"], state["ahead"]) == (0.4, 0)
        second, third = live.infer("b", "good"), live.infer("c", "good")
        assert (await live.state("c", "waiting"))["ahead"] == 2
        await live.ask("DELETE", "/inference/b")
        assert refusal(await second)[:2] == (409, "cancelled")
        started = time.monotonic()
        assert (await live.ask("DELETE", "/inference/a")).status_code == 204
        assert refusal(await first)[:2] == (409, "cancelled")
        assert time.monotonic() - started < 2
        assert (await third).json()["risk_score"] == 0.5
        over = await live.ask("GET", "/inference/a/progress")
        assert refusal(over)[:2] == (404, "result_not_found")

    asyncio.run(scene())


def test_a_run_that_is_cancelled_before_it_arrives_does_not_start(
    tmp_path: Path, series: Series
) -> None:
    write(tmp_path / "models", "good")
    service = serve(tmp_path, series)
    assert service.ask("DELETE", "/inference/early").status_code == 204
    assert refusal(service.infer(key="early", model_type="good"))[:2] == (409, "cancelled")
    assert service.archive.reads == 0


def test_a_load_can_be_cancelled(tmp_path: Path, series: Series) -> None:
    marker = "time.sleep(9 if Path(folder, 'slow').exists() else 0)"
    write(tmp_path / "models", "net", load=marker)
    service = serve(tmp_path, series)
    (tmp_path / "models" / "net" / "slow").touch()

    async def scene() -> None:
        live = Live(service)
        run = live.infer("a", "net")
        await asyncio.sleep(0.5)
        started = time.monotonic()
        await live.ask("DELETE", "/inference/a")
        assert refusal(await run)[:2] == (409, "cancelled")
        assert time.monotonic() - started < 2

    asyncio.run(scene())
