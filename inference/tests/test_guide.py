"""A model is added by doing what README.md says, from the first command to the last."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import FakeArchive, Service
from tests.dicom_maker import Series, make_series
from tests.guide import guide_commands, guide_files

ROOT = Path(__file__).resolve().parents[1]
SECTION = "A complete example"


@pytest.fixture
def series() -> Series:
    """Eight voxels of 0.125 ml at the maximum, one at its half, one at its fifth."""
    voxels = np.zeros((6, 7, 8), np.int16)
    voxels[1:3, 1:3, 1:3] = 1000
    voxels[4, 4, 4], voxels[5, 5, 5] = 500, 200
    return make_series(voxels, np.diag([5.0, 5.0, 5.0, 1.0]), Modality="PT")


def run(command: str, models: Path, sample: Path) -> str:
    python = Path(sys.executable).parent
    done = subprocess.run(  # noqa: S603
        ["/bin/sh", "-euc", command],
        cwd=ROOT,
        env={
            "PATH": f"{python}:{os.environ['PATH']}",
            "MODELS": str(models),
            "SAMPLE": str(sample),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_of_the_guide_is_added_and_run(tmp_path: Path, series: Series) -> None:
    models, sample = tmp_path / "models", tmp_path / "sample"
    sample.mkdir()
    for uid, data in series.files.items():
        (sample / f"{uid}.dcm").write_bytes(data)
    begin, trial = guide_commands(SECTION)
    run(begin, models, sample)
    folder = models / "uptake_volume" / "1.0.0"
    for name, content in guide_files("uptake_volume").items():
        (folder / name).write_text(content)
    said = json.loads(run(trial, models, sample))
    assert said["model"] == "uptake_volume 1.0.0"
    assert said["quantities"] == {"uptake-volume": pytest.approx(9 * 0.125)}

    archive = FakeArchive(series, modality="PT")
    service = Service(tmp_path / "results", archive, inference_models_dir=models)
    listed = service.ask("GET", "/models").json()
    assert listed["refused"] == []
    (card,) = listed["models"]
    assert card["intended_use"].startswith("An example for model authors.")
    assert card["licence"]
    assert card["limits"]
    answer = service.infer(model_type="uptake_volume", parameters={"share": 0.1})
    [quantity] = answer.json()["quantities"]
    assert quantity == {"id": "uptake-volume", "value": pytest.approx(10 * 0.125)}


def test_a_trial_says_why_a_series_is_refused(tmp_path: Path) -> None:
    models = ROOT / "examples"
    for number, data in enumerate(make_series(np.ones((6, 7, 8)), np.eye(4)).files.values()):
        (tmp_path / f"{number}.dcm").write_bytes(data)
    with pytest.raises(AssertionError, match="no contrast: all values are the same"):
        run(f"python -m app.trial {models} uptake_volume {tmp_path}", models, tmp_path)


def test_the_guide_shows_the_example_that_ships() -> None:
    shipped = ROOT / "examples" / "uptake_volume"
    for name, content in guide_files("uptake_volume").items():
        assert content == (shipped / name).read_text(), f"{name} of the README is another"
