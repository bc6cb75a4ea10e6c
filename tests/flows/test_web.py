"""The browser tests of tests/web, one file after the other, on the live stack."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from deploy.native.layout import ROOT

THOROUGH = {"accessible.test.mjs", "viewer.study.test.mjs"}
"""Minutes of drawing in software, each: ``bin/test --thorough``."""
FILES = [
    pytest.param(
        file,
        id=file.name,
        marks=pytest.mark.skipif(
            file.name in THOROUGH and not os.environ.get("CDSS_TEST_THOROUGH"),
            reason="bin/test --thorough",
        ),
    )
    for file in sorted((ROOT / "tests" / "web").glob("*.test.mjs"))
]
NODE = ROOT / ".venv" / "bin" / "node"
PATIENCE_S = 900


@pytest.mark.parametrize("file", FILES)
def test_in_chromium(file: Path, base_url: str, studies: dict[str, str]) -> None:
    """``studies``: the sample studies are in the archive before the first click."""
    run = subprocess.Popen(
        [NODE, "--test", "--test-reporter=spec", file],
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
