"""Production starts with strong secrets only, and names what is wrong without printing it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRONG = "kZ3vQ9x" * 7
GOOD = {
    "CDSS_ENV": "prod",
    "CDSS_ENV_FILE": "/dev/null",
    "SECRET_KEY": STRONG,
    "JWT_SIGNING_KEY": STRONG,
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


def environment(tmp_path: Path, changes: dict[str, str | None]) -> dict[str, str]:
    values = {**GOOD, "CDSS_DATA_DIR": str(tmp_path), **changes}
    return {k: v for k, v in values.items() if v is not None} | {"PATH": os.environ["PATH"]}


def start(tmp_path: Path, changes: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "print('started')"],
        cwd=ROOT,
        env=environment(tmp_path, changes),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def load(tmp_path, monkeypatch):
    """``load(changes)``: the production settings as a process with this environment reads them."""

    def read(changes: dict[str, str | None]) -> ModuleType:
        monkeypatch.setattr(os, "environ", environment(tmp_path, changes))
        for name in ("env", "base", "prod"):
            monkeypatch.delitem(sys.modules, f"cdss_backend.settings.{name}", raising=False)
        return importlib.import_module("cdss_backend.settings.prod")

    package = importlib.import_module("cdss_backend.settings")
    before, modules = dict(vars(package)), dict(sys.modules)
    yield read
    vars(package).update(before)
    sys.modules.update(modules)


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
        ("AUDIT_HMAC_KEY", f"2:short,1:{STRONG}"),
        ("AUDIT_HMAC_KEY", f"1:{STRONG},{STRONG}"),
        ("AUDIT_SIGNING_KEY", "short"),
        ("AUDIT_SYSLOG", "logs.hospital.org"),
        ("AUDIT_OBJECT_STORE", "https://store/heads"),
        ("AUDIT_OBJECT_STORE", "s3://heads"),
        ("AUDIT_OBJECT_ENDPOINT", "store.hospital.org"),
        ("AUDIT_OBJECT_LOCK_DAYS", "-1"),
        ("SECRET_KEY", "dev-only-secret-key-0000000000000000"),
        ("ORTHANC_PASSWORD", "orthanc"),
        ("INFERENCE_TOKEN", "token"),
        ("HAPI_TOKEN", ""),
        ("DATABASE_URL", "mysql://cdss_app:weakpw@db/cdss_db"),
        ("REDIS_URL", "redis://redis:6379"),
        ("OUTBOX_LEASE_S", "soon"),
    ],
)
def test_a_bad_setting_stops_the_start_and_is_named(load, name, value):
    assert load({}).SECRET_KEY == STRONG
    with pytest.raises(SystemExit) as stopped:
        load({name: value})
    said = str(stopped.value)
    assert name in said
    assert not value or value not in said


def test_the_description_of_the_api_is_behind_a_login(load):
    assert load({}).API_SCHEMA_ACCESS == "authenticated"


def test_without_an_environment_it_is_production(tmp_path):
    done = start(tmp_path, {"CDSS_ENV": None, "HAPI_TOKEN": "weak"})
    assert done.returncode == 1
    assert "HAPI_TOKEN" in done.stderr


def test_the_newest_key_of_a_ring_comes_first_and_one_without_an_id_is_the_first_ever(load):
    ring = load({"AUDIT_HMAC_KEY": f"2:{STRONG}2,{STRONG}"}).AUDIT_HMAC_KEYS
    assert list(ring.items()) == [("2", f"{STRONG}2"), ("1", STRONG)]
    assert load({}).AUDIT_HMAC_KEYS == load({}).AUDIT_SIGNING_KEYS == {}
