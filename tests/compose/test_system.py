"""What a hospital counts on, on a real engine: docker-compose.prod.yml with the Debian override."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest
import requests

from ai.management.main_job import MODEL
from common.http.api_client import wait_until
from deploy.native.envfile import SECRETS
from deploy.native.layout import ROOT
from tests.compose.engine import STATE, run
from tests.compose.system import ONE_SHOT, System, missing

PORTS = {
    "mysql": 3306,
    "redis": 6379,
    "orthanc": 8042,
    "hapi": 8080,
    "inference": 8500,
    "django": 8000,
    "gateway": 8002,
    "pictures": 8003,
    "ws": 8001,
}
NEEDED = {
    "nginx": {"django", "gateway", "pictures", "ws", "orthanc"},
    "django": {"mysql", "redis", "orthanc", "inference"},
    "gateway": {"mysql", "redis", "orthanc"},
    "pictures": {"redis", "orthanc"},
    "ws": {"mysql", "redis"},
    "beat": {"mysql", "redis"},
    "query": {"mysql", "redis", "orthanc"},
    "worker-archive": {"mysql", "redis", "orthanc"},
    "worker-audit": {"mysql", "redis"},
    "worker-django": {"mysql", "redis", "orthanc"},
    "worker-fastapi": {"mysql", "redis", "orthanc", "inference"},
    "worker-fhir": {"mysql", "redis", "hapi"},
    "worker-image": {"mysql", "redis", "orthanc"},
    "inference": {"orthanc"},
    "orthanc": set(),
    "hapi": set(),
    "mysql": set(),
    "redis": set(),
}
FORBIDDEN = {
    name: {"mysql", "redis", "orthanc", "hapi"} - needed for name, needed in NEEDED.items()
}
"""What the four that hold data must not hear from."""


def attempt(system: System, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", "compose", *arguments],
        env=system.environment,
        cwd=system.checkout,
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_comes_up_from_nothing(system: System, tmp_path: Path) -> None:
    system.up()
    system.populate(tmp_path)


def test_the_main_job_runs(system: System) -> None:
    system.main_job()


def test_only_nginx_is_published(system: System) -> None:
    published = {
        name: sorted(container["HostConfig"]["PortBindings"] or {})
        for name, container in system.containers().items()
    }
    assert {name: ports for name, ports in published.items() if ports} == {
        "nginx": ["8080/tcp", "8443/tcp"]
    }
    described = json.loads(
        system.compose(
            "config", "--format", "json", settings={"CDSS_HTTP_PORT": "", "CDSS_HTTPS_PORT": ""}
        ).stdout
    )
    assert [p["published"] for p in described["services"]["nginx"]["ports"]] == ["80", "443"]


def test_port_80_leads_to_tls(system: System) -> None:
    port = system.settings["CDSS_HTTP_PORT"]
    answer = requests.get(
        f"http://localhost:{port}/api/docs/?a=1", allow_redirects=False, timeout=10
    )
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{system.base_url}/api/docs/?a=1"
    page = requests.get(f"{system.base_url}/", timeout=10)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert speaks(system, "-tls1_2") and not speaks(system, "-tls1_1")


def speaks(system: System, version: str) -> bool:
    command = ["openssl", "s_client", "-cipher", "DEFAULT:@SECLEVEL=0", version, "-connect"]
    done = subprocess.run(
        [*command, system.settings["PUBLIC_HOST"]],
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
    )
    return done.returncode == 0


def test_nobody_writes_into_an_image_or_has_rights(system: System) -> None:
    for name, container in system.containers().items():
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert host["Memory"] > 0 and host["NanoCpus"] > 0 and host["PidsLimit"] > 0, name
        assert host["LogConfig"]["Config"]["max-size"] == "10m", name
        if name not in ONE_SHOT:
            assert host["RestartPolicy"]["Name"] == "unless-stopped", name
            assert system.inside(name, "id", "-u").strip() in ("10001", "999"), name


def opened(system: System, source: str, doors: dict[str, list[tuple[str, int]]]) -> set[str]:
    """Behind which names a connection from the container opens; all are tried at once."""
    tries = [
        f"(timeout 4 bash -c 'exec 3<>/dev/tcp/{host}/{port}' && echo {name}) 2>/dev/null &"
        for name, places in doors.items()
        for host, port in places
    ]
    return set(system.inside(source, "bash", "-c", "\n".join([*tries, "wait"])).split())


@pytest.mark.parametrize("source", NEEDED)
def test_each_reaches_what_it_needs_and_no_data_of_others(system: System, source: str) -> None:
    containers = system.containers()
    doors = {}
    for target in NEEDED[source] | FORBIDDEN[source] - {source}:
        networks = containers[target]["NetworkSettings"]["Networks"].values()
        hosts = [target, *(network["IPAddress"] for network in networks)]
        doors[target] = [(host, PORTS[target]) for host in hosts]
    assert opened(system, source, doors) == NEEDED[source]


def test_only_nginx_has_a_way_out(system: System) -> None:
    try:
        outside = socket.gethostbyname("deb.debian.org")
    except OSError:
        pytest.skip("this machine has no way out itself")
    way_out = {"out": [(outside, 80)]}
    assert [name for name in NEEDED if opened(system, name, way_out)] == ["nginx"]


@pytest.mark.parametrize("victim", sorted(NEEDED))
def test_what_is_killed_comes_back(system: System, victim: str) -> None:
    begun = system.containers()[victim]["State"]["StartedAt"]
    system.kill(victim)
    wait_until(
        lambda: system.containers()[victim]["State"],
        lambda state: state["Status"] == "running" and state["StartedAt"] != begun,
        what=victim,
    )
    wait_until(system.works, bool, what="pixels")


def test_a_worker_that_is_stopped_hands_its_task_back(system: System) -> None:
    doctor = system.login("doctor")
    asked = {"study_instance_uid": system.study, "model_type": MODEL}
    job = doctor.post("ai/jobs/", json=asked)["id"]
    wait_until(
        lambda: doctor.get(f"ai/jobs/{job}/")["status"],
        lambda status: status != "PENDING",
        what="start of the job",
    )
    system.compose("restart", "worker-fastapi", "inference")
    ended = wait_until(
        lambda: doctor.get(f"ai/jobs/{job}/")["status"],
        lambda status: status in ("COMPLETED", "FAILED"),
        what="end of the job",
        timeout_s=300,
    )
    assert ended == "COMPLETED"


def test_after_all_that_the_main_job_runs(system: System) -> None:
    system.wait_ready()
    system.main_job()


def test_a_reboot_loses_nothing_and_needs_nobody(system: System) -> None:
    if not system.engine.is_ours:
        pytest.skip("the machine's own engine is not ours to stop")
    rows, instances = system.settled_rows(), system.instances()
    system.engine.restart()
    system.wait_ready()
    assert missing(rows, system.rows()) == {}
    assert system.instances() == instances
    system.main_job()


def test_on_another_subnet_it_works_as_before(system: System) -> None:
    if not system.engine.is_ours:
        pytest.skip("the machine's own engine is not ours to stop")
    rows, instances = system.settled_rows(), system.instances()
    address = system.containers()["django"]["NetworkSettings"]["Networks"]
    system.down()
    system.engine.restart(elsewhere=True)
    system.compose("up", "--detach")
    system.wait_ready()
    assert system.containers()["django"]["NetworkSettings"]["Networks"] != address
    assert missing(rows, system.rows()) == {}
    assert system.instances() == instances
    system.main_job()


def test_a_secret_whose_file_is_not_there_is_named(system: System) -> None:
    path = Path(system.settings["CDSS_SECRETS"]) / "hapi_token"
    path.rename(path.with_suffix(".away"))
    done = attempt(system, "up", "--detach", "--force-recreate", "hapi")
    path.with_suffix(".away").rename(path)
    assert done.returncode != 0 and "hapi_token" in done.stderr.lower()
    system.compose("up", "--detach")
    system.wait_ready()


def test_a_weak_or_missing_secret_stops_everything_by_name(system: System) -> None:
    folder = Path(system.settings["CDSS_SECRETS"])
    for name in SECRETS:
        path = folder / name.lower()
        good = path.read_text()
        for bad in ("", "short", "change-me-" * 5):
            path.chmod(0o600)
            path.write_text(bad)
            done = attempt(system, "run", "--rm", "--no-deps", "prepare")
            path.write_text(good)
            path.chmod(0o444)
            assert done.returncode != 0
            assert f"{name}:" in done.stderr, done.stderr
            assert not bad or bad not in done.stderr


def test_nothing_is_lost_from_backup_to_restore(system: System) -> None:
    target = system.state / "backup"
    rows, instances = system.settled_rows(), system.instances()
    reports, files = system.reports(), system.files()
    assert instances and reports and files
    run(ROOT / "bin" / "backup", target, env=system.environment)
    system.down("--volumes")
    run(ROOT / "bin" / "restore", target, env=system.environment)
    system.wait_ready()
    system.wait_fast_frames()
    assert missing(rows, system.rows()) == {}
    assert system.instances() == instances
    assert system.reports() == reports
    assert system.files() == files
    system.main_job()


def git(*arguments: str) -> str:
    return run("git", *arguments, cwd=ROOT).stdout.strip()


def version_before() -> str | None:
    """CDSS_UPDATE_FROM, or the commit before this one, if it could run in containers."""
    commit = os.environ.get("CDSS_UPDATE_FROM", "HEAD^")
    found = git("ls-tree", "--name-only", commit, "docker-compose.offline.yml")
    return git("rev-parse", commit) if found else None


def take_back_newest_migration(system: System, before: str) -> None:
    """Under the data as they are, so that the update has something to migrate: a commit seldom
    brings a migration. Its reverse takes columns or tables away, and what is in them."""
    if git("diff", "--name-only", before, "--", "*/migrations/0*"):
        return
    newest = ("log", "-1", "--diff-filter=A", "--name-only", "--format=", "--", "*/migrations/0*")
    app, _, name = git(*newest).splitlines()[0].split("/")
    previous = f"{int(name[:4]) - 1:04}"
    others = system.containers().keys() - ONE_SHOT - {"mysql", "redis"}
    system.compose("stop", *others)
    owner = ("--env", "CDSS_DATABASE_ROLE=owner")
    run_once = ("run", "--rm", "--no-deps", *owner, "migrate", "manage")
    system.compose(*run_once, "migrate", app, previous)
    assert "[ ]" in system.compose(*run_once, "showmigrations", app).stdout


def test_an_update_migrates_live_data(system: System, tmp_path: Path) -> None:
    commit = version_before()
    if commit is None:
        pytest.skip("no earlier commit runs in containers")
    previous = STATE / "previous"
    run("git", "worktree", "prune", cwd=ROOT)
    run("git", "worktree", "add", "--force", "--detach", previous, commit, cwd=ROOT)
    try:
        system.down("--volumes")
        system.checkout = previous
        system.settings["CDSS_TAG"] = "previous"
        system.up()
        system.populate(tmp_path)
        system.main_job()
        system.take_study("radiologist")
        instances = system.instances()
        system.settled_rows()
        take_back_newest_migration(system, commit)
        rows = system.rows()
    finally:
        system.checkout = ROOT
        del system.settings["CDSS_TAG"]
        run("git", "worktree", "remove", "--force", previous, cwd=ROOT)
    system.up()
    assert "[ ]" not in system.manage("showmigrations")
    assert missing(rows, system.rows()) == {}
    assert system.instances() == instances
    assert system.reader() == "radiologist"
    system.main_job()
