"""Production starts with strong secrets only, and names what is wrong without printing it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRONG = "kZ3vQ9x" * 7
GOOD = {
    "CDSS_ENV": "prod",
    "CDSS_ENV_FILE": "/dev/null",
    "SECRET_KEY": STRONG,
    "JWT_SIGNING_KEY": STRONG,
    "AUDIT_HMAC_KEY": STRONG,
    "DATABASE_URL": f"mysql://cdss_app:{STRONG}@db/cdss_db",
    "REDIS_URL": f"redis://:{STRONG}@redis:6379",
    "ORTHANC_URL": "http://orthanc:8042",
    "ORTHANC_USERNAME": "django",
    "ORTHANC_PASSWORD": STRONG,
    "INFERENCE_URL": "http://inference:8500",
    "INFERENCE_TOKEN": STRONG,
    "HAPI_URL": "http://hapi:8080/fhir",
    "HAPI_TOKEN": STRONG,
}


def start(tmp_path: Path, changes: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    values = {**GOOD, "CDSS_DATA_DIR": str(tmp_path), **changes}
    environment = {k: v for k, v in values.items() if v is not None} | {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "print('started')"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_good_settings(tmp_path):
    done = start(tmp_path, {})
    assert done.returncode == 0, done.stderr
    assert "started" in done.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("JWT_SIGNING_KEY", "short"),
        ("AUDIT_HMAC_KEY", "change-me" * 6),
        ("SECRET_KEY", "dev-only-secret-key-0000000000000000"),
        ("ORTHANC_PASSWORD", "orthanc"),
        ("INFERENCE_TOKEN", "token"),
        ("HAPI_TOKEN", ""),
        ("DATABASE_URL", "mysql://cdss_app:weakpw@db/cdss_db"),
        ("REDIS_URL", "redis://redis:6379"),
        ("OUTBOX_LEASE_S", "soon"),
    ],
)
def test_a_bad_setting_stops_the_start_and_is_named(tmp_path, name, value):
    done = start(tmp_path, {name: value})
    assert done.returncode == 1
    assert name in done.stderr
    assert not value or value not in done.stderr


def test_without_an_environment_it_is_production(tmp_path):
    done = start(tmp_path, {"CDSS_ENV": None, "HAPI_TOKEN": "weak"})
    assert done.returncode == 1
    assert "HAPI_TOKEN" in done.stderr
