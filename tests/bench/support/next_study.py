"""From the key that takes the next study to its first image, in Chromium on the stack of bin/up."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from typing import Any

import requests

from common.http.api_client import default_base_url
from deploy.native.layout import ROOT

NODE = ROOT / ".venv" / "bin" / "node"
RUNS = os.environ.get("BENCH_RUNS", "10")
ALLOWED_MS = {"prefetched": 1000.0, "not_prefetched": 1500.0}


def next_measured() -> dict[str, float]:
    """Median and 90th percentile, ms: of a study that was prepared, and of one that was not."""
    for command in ([ROOT / "bin" / "up"], [ROOT / "deploy/build_frontends.sh", "--development"]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    run = subprocess.run(
        [NODE, ROOT / "tests/web/bench/next.mjs"],
        env={**os.environ, "BASE_URL": default_base_url(), "BENCH_RUNS": RUNS},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    for uid in found["studies"]:
        _remove(uid)
    figures: dict[str, float] = {}
    for name, allowed in ALLOWED_MS.items():
        times = found[name]
        middle = statistics.median(times)
        high = statistics.quantiles(times, n=10, method="inclusive")[8]
        mark = "" if middle < allowed else "   MISSED"
        print(f"next study, {name:16} median {middle:6.0f}  p90 {high:6.0f} ms{mark}", flush=True)
        figures |= {f"{name}_median_ms": round(middle, 1), f"{name}_p90_ms": round(high, 1)}
    return figures


def _remove(study_instance_uid: str) -> None:
    """From the archive; the index follows."""
    archive = requests.Session()
    archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    url = os.environ["ORTHANC_URL"]
    found = archive.post(f"{url}/tools/lookup", data=study_instance_uid, timeout=60).json()
    for entry in found:
        archive.delete(f"{url}{entry['Path']}", timeout=60).raise_for_status()
