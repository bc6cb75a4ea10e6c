"""The browser tests of tests/web, one file after the other, on the live stack."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.native.layout import ROOT
from tests.flows.conftest import EVERYTHING

JOURNEY = "journey.test.mjs"
"""Leaves a study behind, so it is the last; it walks through what the others test one by one."""
LONGEST = {JOURNEY, *(f"{name}.test.mjs" for name in ("cds", "fusion", "keyboard", "measuring"))}
FILES = sorted(
    (ROOT / "tests" / "web").glob("*.test.mjs"), key=lambda file: (file.name == JOURNEY, file.name)
)
ESSENTIAL = {
    "access.test.mjs": "breaks the glass",
    "accessible.test.mjs": "the login page",
    "alerts.test.mjs": "a broken connection",
    "hanging.test.mjs": "a follow-up",
    "htj2k.test.mjs": "a head is drawn",
    "policy.test.mjs": "the viewer opens",
    "results.test.mjs": "is asked for",
    "roles.test.mjs": "(doctor|external|patient) gets|another person|STAT|shared until",
    "session.test.mjs": "no script|a log-out|under way",
    "upload.test.mjs": "a dropped folder",
    "viewer.test.mjs": "a mask is painted|in the middle of a save",
    "viewer.look.test.mjs": "in Korean|a box by mouse",
    "viewer.study.test.mjs": "an expired token|who has no right",
}
"""What runs of the longest files, which take minutes of drawing in software: the rest is
``bin/test --thorough``."""
NODE = ROOT / ".venv" / "bin" / "node"
PATIENCE_S = 900


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_in_chromium(file: Path, base_url: str, studies: dict[str, str]) -> None:
    """``studies``: the sample studies are in the archive before the first click."""
    if file.name in LONGEST and not EVERYTHING:
        pytest.skip("one of the longest: bin/test --thorough")
    tests = "" if EVERYTHING else ESSENTIAL.get(file.name, "")
    chosen = [f"--test-name-pattern={tests}"] if tests else []
    run = subprocess.Popen(
        [NODE, "--test", "--test-reporter=spec", *chosen, file],
        env={**os.environ, "BASE_URL": base_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = run.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        output = run.communicate()[0] + f"\nstopped after {PATIENCE_S} s"
    assert run.returncode == 0, output
