"""How long the main job takes on the stack of bin/up, and how much of it is ours."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from ai.management.main_job import MainJob
from common.http.api_client import default_base_url

ROOT = Path(__file__).resolve().parents[2]
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
TARGETS = {
    "up_again_s": 40.0,
    "ai_request_to_mask_s": 30.0,
    "ai_ours_s": 1.0,
    "approve_to_fhir_s": 5.0,
}


def between(timeline: list[dict[str, Any]], start: str, end: str) -> float:
    """Seconds between two steps of a job."""
    at = {entry["step"]: datetime.fromisoformat(entry["at"]) for entry in timeline}
    return (at[end] - at[start]).total_seconds()


def one_run(base_url: str) -> dict[str, float]:
    job = MainJob(base_url, print)
    job.run()
    steps = job.job["timeline"]
    whole = between(steps, "requested", "completed")
    return {
        "ai_request_to_mask_s": whole,
        "ai_model_s": job.job["result"]["processing_time"],
        "ai_ours_s": whole - job.job["result"]["processing_time"],
        "approve_to_seg_stored_s": between(steps, "approved", "seg_stored"),
        "seg_stored_to_seen_s": between(steps, "seg_stored", "seg_seen"),
        "seen_to_fhir_s": between(steps, "seg_seen", "published"),
        "approve_to_fhir_s": between(steps, "approved", "published"),
        "save_edit_s": job.timings["edit"],
        "open_one_frame_s": job.timings["open"],
    }


def main() -> None:
    start = time.monotonic()
    subprocess.run([ROOT / "bin" / "up"], check=True, stdout=subprocess.DEVNULL)
    measurements: dict[str, float] = {"up_again_s": round(time.monotonic() - start, 1)}
    runs = []
    for number in range(RUNS):
        print(f"run {number + 1} of {RUNS}")
        runs.append(one_run(default_base_url()))
    for name in runs[0]:
        measurements[name] = round(statistics.median(run[name] for run in runs), 3)
    measurements["ours_to_model"] = round(measurements["ai_ours_s"] / measurements["ai_model_s"], 3)
    print(f"\n{'measurement (median)':28} {'measured':>9} {'target':>8}")
    for name, value in measurements.items():
        target = TARGETS.get(name)
        mark = "" if target is None else f"{target:8.1f} {'ok' if value < target else 'MISSED'}"
        print(f"{name:28} {value:9.3f} {mark}")
    print(json.dumps({"bench": "main_job", "runs": RUNS, **measurements}))


if __name__ == "__main__":
    main()
