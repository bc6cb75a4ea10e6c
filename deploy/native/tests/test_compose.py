"""The compose files' own rules, and that breaking one is noticed."""

from __future__ import annotations

import copy
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy import check_compose, check_secrets
from deploy.native import envfile


@pytest.fixture(params=check_compose.FILES)
def file(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(file: str) -> check_compose.Json:
    return check_compose.load(check_compose.ROOT / file)


def test_the_files_have_no_fault(document: check_compose.Json, file: str) -> None:
    assert list(check_compose.faults(document, file)) == []


def test_a_second_door_and_a_dangling_name_are_faults(
    document: check_compose.Json, file: str
) -> None:
    broken = copy.deepcopy(document)
    broken["services"]["inference"]["ports"] = ["8500:8500"]
    broken["services"]["django"]["depends_on"]["nobody"] = {}
    broken["networks"]["database"] = {}
    assert set(check_compose.faults(broken, file)) >= {
        "django depends on nobody, which does not exist",
        "network database is not internal",
        "inference publishes a port; only nginx may",
    }


def test_a_short_cut_between_networks_is_a_fault(document: check_compose.Json, file: str) -> None:
    broken = copy.deepcopy(document)
    broken["services"]["nginx"]["networks"] = ["edge", "web", "pixels", "queue"]
    broken["services"]["hapi"]["networks"] = ["fhir", "database"]
    assert {
        "nginx shares a network with redis, and has no business there",
        "hapi shares a network with mysql, and has no business there",
    } <= set(check_compose.faults(broken, file))


def test_a_service_without_bounds_is_a_fault_in_production() -> None:
    broken = check_compose.load(check_compose.ROOT / check_compose.PRODUCTION)
    redis = broken["services"]["redis"]
    redis["image"] = "redis:7"
    for name in ("mem_limit", "restart", "read_only"):
        del redis[name]
    assert sorted(check_compose.faults(broken, check_compose.PRODUCTION)) == [
        "redis has no mem_limit",
        "redis may write into its image",
        "redis would not come back",
        "redis: its image has no exact version",
    ]


def test_without_internet_no_image_is_left_to_be_fetched(document: check_compose.Json) -> None:
    override = check_compose.load(check_compose.ROOT / check_compose.OFFLINE)
    assert list(check_compose.not_swapped(document, override)) == []
    del override["services"]["orthanc"]
    assert len(list(check_compose.not_swapped(document, override))) == 1


def test_only_the_migration_holds_the_account_that_changes_tables(
    document: check_compose.Json,
) -> None:
    holders = {
        name
        for name, service in document["services"].items()
        if "DATABASE_OWNER_PASSWORD" in service.get("environment", {})
        or "database_owner_password" in service.get("secrets", [])
    }
    assert holders == {"mysql", "migrate"}


def test_one_process_alone_can_seal_and_it_cannot_serve(document: check_compose.Json) -> None:
    def holders(secret: str) -> set[str]:
        return {
            name
            for name, service in document["services"].items()
            if secret.upper() in service.get("environment", {})
            or secret in service.get("secrets", [])
        }

    for key in ("audit_hmac_key", "audit_signing_key", "audit_object_secret_key"):
        assert holders(key) == {"worker-audit"}
    for place in ("audit_syslog", "audit_object_store", "audit_object_endpoint"):
        assert holders(place) == {"worker-audit"}
    assert holders("database_seal_password") == {"mysql", "worker-audit"}
    assert "worker-audit" not in holders("database_password")
    places = {
        name
        for name, service in document["services"].items()
        if any("audit_heads" in volume for volume in service.get("volumes", []))
    }
    assert places == {"prepare", "worker-audit"}


def test_the_worker_deletes_where_nginx_keeps_frames(document: check_compose.Json) -> None:
    services = document["services"]
    folder = services["worker-django"]["environment"]["FRAME_CACHE_DIR"]
    for name in ("nginx", "worker-archive", "worker-django"):
        assert f"frames:{folder}" in services[name]["volumes"]


def test_production_refuses_each_secret_of_development() -> None:
    development = yaml.safe_load((check_compose.ROOT / "docker-compose.dev.yml").read_text())
    known = {name.upper(): value for name, value in development["x-secrets"].items()}
    assert set(known) == set(envfile.SECRETS)
    assert [line.split(":")[0] for line in check_secrets.faults(known)] == list(envfile.SECRETS)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", "is missing"),
        ("short", "32+ characters"),
        ("change-me-" * 5, "everybody knows"),
        ('a"' * 20, "holds a space, a quote"),
        ("s" * 40, "is the same as SECRET_KEY"),
    ],
)
def test_a_weak_secret_is_refused_by_name_and_not_shown(value: str, fault: str) -> None:
    good = {name: f"{number:x}" * 40 for number, name in enumerate(envfile.SECRETS)}
    good["SECRET_KEY"] = "s" * 40
    assert list(check_secrets.faults(good)) == []
    (found,) = check_secrets.faults(good | {"HAPI_TOKEN": value})
    assert found.startswith("HAPI_TOKEN: ") and fault in found
    assert not value or value not in found


def test_every_secret_of_production_is_made_by_the_script(tmp_path: Path) -> None:
    named = check_compose.load(check_compose.ROOT / check_compose.PRODUCTION)["secrets"]
    script = check_compose.ROOT / "deploy" / "make_secrets.sh"
    subprocess.run([script, tmp_path], check=True, capture_output=True)
    made = {path.name for path in tmp_path.iterdir()}
    assert made >= set(named) | {name.lower() for name in envfile.SECRETS}


def test_each_process_is_given_the_password_of_its_own_account_of_redis() -> None:
    services = check_compose.load(check_compose.ROOT / check_compose.PRODUCTION)["services"]
    accounts = {}
    for name, service in services.items():
        given = [one for one in service.get("secrets", []) if "redis" in str(one)]
        found = {one["source"]: one["target"] for one in given}
        account = service.get("environment", {}).get("REDIS_USER")
        assert found == ({f"redis_{account}_password": "redis_password"} if account else {}), name
        accounts[name] = account
    assert {accounts[name] for name in check_compose.DJANGO} == {
        *("web", "ws", "beat", "worker", "audit", "seal")
    }
