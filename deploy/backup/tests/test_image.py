"""What the image of bin/backup copies is enough for its program to start."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from deploy.native.layout import ROOT


def test_the_program_starts_with_what_the_image_copies(tmp_path: Path) -> None:
    app = tmp_path / "app"
    lines = (ROOT / "deploy" / "backup" / "Dockerfile").read_text().splitlines()
    copies = [line.split()[1:] for line in lines if line.startswith("COPY ")]
    assert copies
    for source, target in copies:
        place = tmp_path / target.lstrip("/")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.mkdir(parents=True)
            shutil.copy(ROOT / source, place)
    started = subprocess.run(
        ["/usr/bin/python3", "-m", "deploy.backup", "--help"],
        cwd=app,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr
