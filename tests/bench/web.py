"""The web application and the viewer in Chromium, on the stack of bin/up: bin/bench web [PART].

Beside each measurement stands a peer of the same run, so that a slow machine shows as such: a plain
page, the bare API, a plain list of as many rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import requests

from common.http.api_client import default_base_url
from deploy.native.layout import ROOT
from tests.bench.studies import COUNT, many_studies

NODE = ROOT / ".venv" / "bin" / "node"
RUNS = os.environ.get("BENCH_RUNS", "3")
# measurement: what it is, target, peer
ROWS: dict[str, tuple[str, float | None, str | None]] = {
    "login_interactive_ms": ("login page answers, cold, ms", 1000, "login_peer_ms"),
    "login_kb": ("login page over the wire, kB", 200, None),
    "login_to_dashboard_ms": ("log in to dashboard, ms", None, None),
    "login_and_dashboard_kb": ("login page and dashboard, kB", None, None),
    "scroll_median_ms": ("frame of the worklist, ms", None, "peer_scroll_median_ms"),
    "scroll_p99_ms": ("  99 of 100 frames within, ms", None, "peer_scroll_p99_ms"),
    "scroll_max_ms": ("  longest frame, ms", 50, "peer_scroll_max_ms"),
    "scroll_longest_ms": ("  longest script and layout, ms", None, "peer_scroll_longest_ms"),
    "scroll_slow_frames": ("  frames over 50 ms", None, "peer_scroll_slow_frames"),
    "scroll_task_ms": ("  processor in one task, ms", 50, "peer_scroll_task_ms"),
    "viewer_first_image_ms": ("study page to first image, ms", 2000, "viewer_peer_ms"),
    "viewer_cold_ms": ("  the very first time, ms", None, None),
    "save_edit_ms": ("edit saved, 1 mm volume, ms", 1500, "save_peer_ms"),
    "upload_longest_still_ms": ("500 images: bar stands still, ms", 2000, None),
    "upload_total_ms": ("500 images uploaded, ms", None, "upload_peer_ms"),
}


def measured(part: list[str]) -> dict[str, Any]:
    """What the browser found: the measurements, and the studies it left in the archive."""
    run = subprocess.run(
        [NODE, ROOT / "tests/web/bench/main.mjs", *part],
        env={**os.environ, "BASE_URL": default_base_url(), "BENCH_RUNS": RUNS},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def remove(study_instance_uid: str) -> None:
    """From the archive and from the index."""
    from pacs.models import Study

    archive = requests.Session()
    archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    url = os.environ["ORTHANC_URL"]
    found = archive.post(f"{url}/tools/lookup", data=study_instance_uid, timeout=60).json()
    for entry in found:
        archive.delete(f"{url}{entry['Path']}", timeout=60).raise_for_status()
    Study.objects.filter(study_instance_uid=study_instance_uid).delete()


def print_table(measurements: dict[str, float]) -> None:
    print(f"\n{'median':34} {'measured':>9} {'target':>8}        {'peer':>8} {'ratio':>6}")
    for name, (words, target, peer) in ROWS.items():
        if name not in measurements:
            continue
        verdict = " " * 15
        if target is not None:
            verdict = f"{target:8.0f} {'ok' if measurements[name] < target else 'MISSED':6}"
        beside = ""
        if peer and measurements[peer]:
            beside = f"{measurements[peer]:8.1f} {measurements[name] / measurements[peer]:6.2f}"
        print(f"{words:34} {measurements[name]:9.1f} {verdict} {beside}")


def main() -> None:
    subprocess.run([ROOT / "deploy/build_frontends.sh", "--development"], check=True)
    with many_studies(COUNT):
        found = measured(sys.argv[1:])
    for uid in found["studies"]:
        remove(uid)
    measurements = {name: round(value, 1) for name, value in found["figures"].items()}
    print_table(measurements)
    print(json.dumps({"bench": "web", "runs": int(RUNS), **measurements}))


if __name__ == "__main__":
    main()
