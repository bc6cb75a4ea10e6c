"""What the guides name is there: files, services, settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from deploy.check_compose import load

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("docs/gcp.md", "docs/runbook.md", "docs/deploy.md", "README.md")
PLACE = re.compile(r"(?<![\w/.-])((?:bin|deploy|docs|nginx|tests)/[\w./-]*\w)")
ON_SERVICES = re.compile(
    r"docker compose (?:restart|exec(?: -T)?|logs(?: --since \w+)?) ([a-z][a-z -]*)"
)
SERVICES = set(yaml.safe_load((ROOT / "docker-compose.prod.yml").read_text())["services"])


@pytest.mark.parametrize("guide", GUIDES)
def test_each_file_that_a_guide_names_exists(guide):
    named = set(PLACE.findall((ROOT / guide).read_text()))
    assert {name for name in named if not any(ROOT.glob(f"{name}*"))} == set()


@pytest.mark.parametrize("guide", GUIDES)
def test_each_service_that_a_guide_names_exists(guide):
    text = (ROOT / guide).read_text()
    named = {names.split()[0] for names in ON_SERVICES.findall(text)}
    assert named - SERVICES - {"prometheus", "grafana"} == set()


def test_units_run_what_the_guide_installs():
    unit = (ROOT / "deploy/systemd/neuronova-backup.service").read_text()
    assert "ExecStart=/opt/neuronova/bin/backup ${BACKUP_TARGET}" in unit
    guide = (ROOT / "docs/gcp.md").read_text()
    assert "/etc/neuronova-backup.env" in unit
    assert "/etc/neuronova-backup.env" in guide
    for path in (ROOT / "deploy" / "systemd").iterdir():
        assert path.stem in guide


@pytest.mark.parametrize("file", ["docker-compose.dev.yml", "docker-compose.prod.yml"])
def test_the_hospitals_models_are_mounted_read_only_where_the_service_looks(file):
    service = load(ROOT / file)["services"]["inference"]
    place = service["environment"]["INFERENCE_EXTRA_MODELS_DIR"]
    [mount] = [each for each in service["volumes"] if "INFERENCE_EXTRA_MODELS_DIR" in each]
    source, target = mount.removesuffix(":ro").rsplit(":", 1)
    assert mount.endswith(":ro")
    assert target == place
    default = re.search(r":-(.+)}", source)
    assert (ROOT / default[1]).is_dir()
