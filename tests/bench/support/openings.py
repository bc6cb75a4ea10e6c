"""A study opened in Chromium with nothing in its cache, through a line, in two forms."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from typing import Any
from urllib.parse import urlsplit

from deploy.native.layout import ROOT
from tests.bench.support.gateway_study import BenchStudy
from tests.bench.support.link import Line, line_to

NODE = ROOT / ".venv" / "bin" / "node"
FORMS = ("original", "stored")
HTJ2K = "image/jphc"


def _opened(near: int, study: BenchStudy, form: str) -> dict[str, Any]:
    script = ROOT / "tests/web/bench/opening.mjs"
    run = subprocess.run(
        [NODE, script, study.study, str(len(study.frames)), form],
        env={**os.environ, "BASE_URL": f"http://127.0.0.1:{near}"},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    if any(HTJ2K in media_type for media_type in found["types"]) != (form == "stored"):
        raise RuntimeError(f"asked for the {form} frames, got {found['types']}")
    return found


def opening_ratios(base_url: str, study: BenchStudy, line: Line, runs: int) -> dict[str, float]:
    """Medians of so many openings of each form, in turn, and the stored form to the original."""
    rounds: list[dict[str, dict[str, Any]]] = []
    with line_to(urlsplit(base_url).port or 80, line) as near:
        for number in range(runs):
            print(f"{line.megabits_per_s:g} Mbit/s: run {number + 1} of {runs}", flush=True)
            rounds.append({form: _opened(near, study, form) for form in FORMS})
    found: dict[str, float] = {}
    for name in ("first_image_ms", "all_images_ms"):
        for form in FORMS:
            found[f"{form}_{name}"] = statistics.median(one[form][name] for one in rounds)
        found[name.replace("_ms", "_ratio")] = statistics.median(
            one["stored"][name] / one["original"][name] for one in rounds
        )
    return found
