"""The models folder while the service runs: versions, changes, bad folders."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.dicom_maker import Series
from tests.test_isolation import HANG, Live, serve, write
from tests.test_isolation import series as series  # noqa: PLC0414  the fixture


def add(folder: Path, name: str, body: str = "pass", **manifest: Any) -> Path:  # noqa: ANN401
    """The model `net` in the folder of the version `name`."""
    write(folder / "models" / "net", name, body, **({"id": "net", "version": name} | manifest))
    return folder / "models" / "net" / name


def scored(folder: Path, version: str, score: float) -> Path:
    return add(folder, version, f"return Prediction(risk_score={score})")


def test_versions_stand_side_by_side_and_the_newest_is_the_default(
    tmp_path: Path, series: Series
) -> None:
    for version, score in (("1.9", 0.1), ("1.10", 0.2), ("1.2", 0.3)):
        scored(tmp_path, version, score)
    service = serve(tmp_path, series)
    listed = service.ask("GET", "/models").json()["models"]
    assert [each["version"] for each in listed] == ["1.10", "1.9", "1.2"]
    answer = service.infer(model_type="net").json()
    assert (answer["model"], answer["risk_score"]) == ({"id": "net", "version": "1.10"}, 0.2)
    answer = service.infer(model_type="net", model_version="1.9").json()
    assert (answer["model"]["version"], answer["risk_score"]) == ("1.9", 0.1)
    unknown = service.infer(model_type="net", model_version="7").json()["error"]
    assert (unknown["code"], "known: 1.10, 1.2, 1.9" in unknown["message"]) == (
        "model_not_found",
        True,
    )


def test_a_folder_is_taken_refused_and_dropped_while_the_service_runs(
    tmp_path: Path, series: Series, caplog: pytest.LogCaptureFixture
) -> None:
    scored(tmp_path, "1", 0.1)
    service = serve(tmp_path, series)
    logging.getLogger("inference.models").addHandler(caplog.handler)
    registry = service.registry
    assert not registry.reload(), "nothing has changed"
    added = scored(tmp_path, "2", 0.2)
    bad = add(tmp_path, "3")
    (bad / "runner.py").write_text("def")
    started = time.monotonic()
    assert registry.reload()
    assert time.monotonic() - started < 1
    assert service.infer(model_type="net").json()["risk_score"] == 0.2
    [refused] = service.ask("GET", "/models").json()["refused"]
    assert (refused["id"], refused["version"]) == ("net", "3")
    assert "SyntaxError" in refused["reason"]
    health = service.ask("GET", "/healthz", headers={}).json()
    assert health == {"status": "ok", "models": 1, "refused": ["net/3"]}
    assert "net/3" in [getattr(record, "model", "") for record in caplog.records]

    runner = added / "runner.py"
    runner.write_text(runner.read_text().replace("0.2", "0.25"))
    shutil.rmtree(bad)
    assert registry.reload()
    assert service.infer(model_type="net").json()["risk_score"] == 0.25
    assert registry.refused == ()
    shutil.rmtree(added)
    assert registry.reload()
    assert service.infer(model_type="net").json()["risk_score"] == 0.1


def test_what_has_not_changed_is_not_loaded_again(tmp_path: Path, series: Series) -> None:
    add(tmp_path, "1")
    service = serve(tmp_path, series)
    kept = service.registry.get("net")
    scored(tmp_path, "2", 0.2)
    service.registry.reload()
    assert service.registry.get("net", "1") is kept


def test_a_run_finishes_with_the_version_it_began_with(tmp_path: Path, series: Series) -> None:
    slow = "progress(0.5)\ntime.sleep(1)\nreturn Prediction(risk_score=0.1)"
    first = add(tmp_path, "1", slow)
    service = serve(tmp_path, series)

    async def scene() -> None:
        live = Live(service)
        run = live.infer("a", "net")
        await live.state("a", "running", 0.5)
        scored(tmp_path, "2", 0.2)
        shutil.rmtree(first)
        assert await asyncio.to_thread(service.registry.reload)
        body = (await run).json()
        assert (body["risk_score"], body["model"]["version"]) == (0.1, "1")
        assert (await live.infer("b", "net")).json()["risk_score"] == 0.2

    asyncio.run(scene())


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "another version than its folder": ({"version": "9"}, "the version 9 is not the folder's"),
    "another id than its folder": ({"id": "other"}, "the id other is not the folder's name"),
    "wrong weights": ({"files": {"runner.py": "0" * 64}}, "runner.py is not the file"),
    "an unknown kind of run": ({"kind": "cloud"}, "kind"),
    "an unknown field": ({"surprise": 1}, "surprise"),
    "no modality": ({"inputs": {}}, "inputs.modalities"),
    "too little memory": ({"resources": {"memory_mb": 1}}, "resources.memory_mb"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_refused_by_what_is_wrong(
    tmp_path: Path, series: Series, name: str
) -> None:
    changes, reason = BAD[name]
    scored(tmp_path, "1", 0.1)
    add(tmp_path, "2", **changes)
    service = serve(tmp_path, series)
    [refused] = service.registry.refused
    assert refused.name == "net/2"
    assert reason in refused.reason
    assert service.infer(model_type="net").json()["risk_score"] == 0.1


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        ("os._exit(1)", "status 1"),
        ("ctypes.string_at(0)", "SIGSEGV"),
        ("np.ones(2**34, np.uint8)", "more memory than its 4096 MB"),
        ("raise ValueError('no weights')", "ValueError: no weights"),
        ("os.fork()", "start another process"),
    ],
)
def test_a_model_that_cannot_be_loaded_is_refused_and_the_others_served(
    tmp_path: Path, series: Series, load: str, reason: str
) -> None:
    scored(tmp_path, "1", 0.1)
    write(tmp_path / "models", "bad", load=load)
    service = serve(tmp_path, series)
    [refused] = service.registry.refused
    assert refused.id == "bad"
    assert reason in refused.reason
    assert service.infer(model_type="net").json()["risk_score"] == 0.1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("configs/inference.json", "could run code"),
        ("model.ts", "model.ts is no file of weights"),
        ("model.pt", "model.pt is no file of weights"),
    ],
)
def test_what_comes_from_elsewhere_is_refused_and_nothing_of_it_runs(
    tmp_path: Path, series: Series, name: str, reason: str
) -> None:
    scored(tmp_path, "1", 0.1)
    bundle = add(tmp_path, "2")
    (bundle / "runner.py").unlink()
    poisoned = bundle / name
    poisoned.parent.mkdir(exist_ok=True)
    trap = tmp_path / "trap"
    poisoned.write_text(json.dumps({"x": f"$__import__('pathlib').Path('{trap}').touch()"}))
    service = serve(tmp_path, series)
    [refused] = service.registry.refused
    assert reason in refused.reason
    assert service.infer(model_type="net").json()["model"]["version"] == "1"
    assert not trap.exists()


def test_a_model_that_never_loads_is_refused(
    tmp_path: Path, series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.processes.LOAD_SECONDS", 0.5)
    scored(tmp_path, "1", 0.1)
    write(tmp_path / "models", "bad", load=HANG)
    [refused] = serve(tmp_path, series).registry.refused
    assert (refused.id, "longer than 0.5 s" in refused.reason) == ("bad", True)


def test_the_folder_is_watched(tmp_path: Path, series: Series) -> None:
    scored(tmp_path, "1", 0.1)
    service = serve(tmp_path, series, inference_reload_seconds=0.1)

    async def scene() -> list[str]:
        async with service.app.router.lifespan_context(service.app):
            scored(tmp_path, "2", 0.2)
            for _ in range(200):
                await asyncio.sleep(0.05)
                if len(service.registry.manifests()) == 2:
                    break
            return [each.version for each in service.registry.manifests()]

    assert asyncio.run(scene()) == ["2", "1"]


def test_an_old_manifest_stays_one_version(tmp_path: Path, series: Series) -> None:
    """`<id>/manifest.json` without a folder of the version."""
    write(tmp_path / "models", "flat", version="3.1")
    service = serve(tmp_path, series)
    assert json.loads((tmp_path / "models/flat/manifest.json").read_text())["version"] == "3.1"
    assert service.infer(model_type="flat", model_version="3.1").json()["model"]["id"] == "flat"
