"""Run in the environment of the inference service: `python inference_side.py SECTION`.

reload: the registry when one more version of a model appears. box: from a box to its mask, over
HTTP in memory, with the images read before (`box_s`) and not (`box_first_s`). memory: the most
that the service and its processes held for one job, and for two that were asked at once.
The last line is one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

INFERENCE = Path(__file__).resolve().parents[3] / "inference"
sys.path.insert(0, str(INFERENCE))

from app.processes import Limits  # noqa: E402
from app.registry import Registry  # noqa: E402
from tests.conftest import GRANT, SERIES_ID, FakeArchive, Service  # noqa: E402
from tests.dicom_maker import load_sample, make_series  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", "3"))
MODELS = INFERENCE / "models"
BOX = {"segment": 3, "rows": [84, 153], "columns": [47, 93]}
LOOK_S = 0.01


def reload() -> dict[str, float]:
    times = []
    for run in range(RUNS):
        with tempfile.TemporaryDirectory() as place:
            extra = Path(place)
            registry = Registry((MODELS, extra), Limits(4096, 600.0, 1024, 0))
            version = extra / "brain_extraction" / f"9.0.{run}"
            shutil.copytree(MODELS / "brain_extraction" / "1.0.2", version)
            manifest = json.loads((version / "manifest.json").read_text())
            (version / "manifest.json").write_text(json.dumps(manifest | {"version": version.name}))
            begun = time.perf_counter()
            changed = registry.reload()
            times.append(time.perf_counter() - begun)
            registry.close()
            if not changed or registry.get("brain_extraction").manifest.version != version.name:
                raise SystemExit(f"the new version is not served: {registry.refused}")
    return {"registry_reload_s": round(statistics.median(times), 3)}


def box() -> dict[str, float]:
    series = make_series(*load_sample("tumour1_t1c.nii.gz"))
    slices = list(series.files)
    body = {
        "series_instance_uid": series.uid,
        "model_type": "lesion_assist",
        "archive": {"series": SERIES_ID, "grant": GRANT},
        "prompt": {"boxes": [BOX | {"first_slice": slices[11], "last_slice": slices[17]}]},
    }
    first, later = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as place:
            service = Service(Path(place), FakeArchive(series))
            for times in (first, later):
                begun = time.perf_counter()
                answer = service.ask("POST", "/assist", json=body)
                times.append(time.perf_counter() - begun)
                if answer.status_code != 200 or answer.json()["volume_ml"] <= 0:
                    raise SystemExit(answer.text)
            service.close()
    return {
        "box_first_s": round(statistics.median(first), 3),
        "box_s": round(statistics.median(later), 3),
    }


def memory() -> dict[str, float]:
    one, two = (statistics.median(_peak_of(jobs) for _ in range(RUNS)) for jobs in (1, 2))
    return {
        "memory_one_mb": one,
        "memory_two_mb": two,
        "memory_two_to_one": round(two / one, 3),
    }


def _peak_of(jobs: int) -> float:
    """The most memory (PSS, MB) of a process that runs them and of all below it, seen from here."""
    most = 0
    with subprocess.Popen([sys.executable, __file__, "jobs", str(jobs)]) as running:
        while running.poll() is None:
            most = max(most, sum(map(_pss_kb, _family(running.pid))))
            time.sleep(LOOK_S)
    if running.returncode:
        raise SystemExit(f"{jobs} jobs did not end well")
    return round(most / 1024, 1)


def run_jobs(number: int) -> None:
    """The brain extraction of a whole head, so often at once."""
    series = make_series(*load_sample("colin27_t1.nii.gz"))
    body = {
        "series_instance_uid": series.uid,
        "model_type": "brain_extraction",
        "patient_id": "B",
        "archive": {"series": SERIES_ID, "grant": GRANT},
    }
    with tempfile.TemporaryDirectory() as place:
        service = Service(Path(place), FakeArchive(series))

        async def all_of_them() -> list[int]:
            asked = [service._ask("POST", "/inference", json=body) for _ in range(number)]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

        statuses = asyncio.run(all_of_them())
        service.close()
    if statuses != [200] * number:
        raise SystemExit(f"the jobs ended with {statuses}")


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = task.read_text().split()
        except OSError:
            continue
        for child in below:
            found += _family(int(child))
    return found


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sections = {"reload": reload, "box": box, "memory": memory}
    name = sys.argv[1]
    if name == "jobs":
        run_jobs(int(sys.argv[2]))
    else:
        print(json.dumps(sections[name]()))
