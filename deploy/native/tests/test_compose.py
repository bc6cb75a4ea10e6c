"""The compose files' own rules, and that breaking one is noticed."""

from __future__ import annotations

import copy

import pytest

from deploy import check_compose


@pytest.fixture(params=check_compose.FILES)
def document(request: pytest.FixtureRequest) -> check_compose.Json:
    return check_compose.load(check_compose.ROOT / request.param)


def test_the_files_have_no_fault(document: check_compose.Json) -> None:
    assert list(check_compose.faults(document)) == []


def test_a_second_door_and_a_dangling_name_are_faults(document: check_compose.Json) -> None:
    broken = copy.deepcopy(document)
    broken["services"]["orthanc"]["ports"] = ["8042:8042"]
    broken["services"]["django"]["depends_on"]["nobody"] = {}
    broken["networks"]["data"] = {}
    assert sorted(check_compose.faults(broken)) == [
        "django depends on nobody, which does not exist",
        "network data is not internal",
        "orthanc publishes a port; only nginx may",
    ]


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


def test_the_worker_deletes_where_nginx_keeps_frames(document: check_compose.Json) -> None:
    services = document["services"]
    folder = services["prepare"]["environment"]["FRAME_CACHE_DIR"]
    assert services["worker-django"]["environment"]["FRAME_CACHE_DIR"] == folder
    for name in ("nginx", "worker-django"):
        assert f"frames:{folder}" in services[name]["volumes"]
