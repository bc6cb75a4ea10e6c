"""The env file: generated once, kept, completed; ports only change when somebody took one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from deploy.native import envfile
from deploy.native.layout import Layout
from deploy.native.stack_error import StackError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout("up", tmp_path)


def complete(layout: Layout, values: dict[str, str], port: int = 8080) -> dict[str, str]:
    return envfile.assign_ports(envfile.complete(layout, values, port=port), keep=False)


def test_a_new_file_has_strong_secrets_and_is_private(layout: Layout) -> None:
    settings = complete(layout, {})
    envfile.write(layout.env_file, settings)
    secrets = [settings[name] for name in envfile.SECRETS]
    assert all(len(secret) >= 32 for secret in secrets)
    assert len(set(secrets)) == len(secrets)
    assert stat.S_IMODE(layout.env_file.stat().st_mode) == 0o600


def test_secrets_and_ports_survive_another_run(layout: Layout) -> None:
    first = complete(layout, {})
    envfile.write(layout.env_file, first)
    assert complete(layout, envfile.read(layout.env_file)) == first


def test_only_the_missing_secret_is_made(layout: Layout) -> None:
    first = complete(layout, {})
    second = complete(layout, first | {"HAPI_TOKEN": ""})
    assert second["HAPI_TOKEN"]
    assert {n for n in first if first[n] != second[n]} == {"HAPI_TOKEN"}


def test_a_port_that_somebody_took_is_chosen_anew_and_the_url_follows(layout: Layout) -> None:
    first = complete(layout, {})
    taken = int(first["REDIS_PORT"])
    second = envfile.assign_ports(first, keep=False, is_free=lambda port: port != taken)
    assert {n for n in first if first[n] != second[n]} == {"REDIS_PORT", "REDIS_URL"}
    assert second["REDIS_URL"].endswith(f":{second['REDIS_PORT']}")


def test_ports_of_running_servers_are_kept_though_they_are_in_use(layout: Layout) -> None:
    first = complete(layout, {})
    assert envfile.assign_ports(first, keep=True, is_free=lambda _: False) == first


def test_no_port_is_given_twice(layout: Layout) -> None:
    settings = complete(layout, dict.fromkeys(envfile.PORTS, "20001"))
    ports = [settings[name] for name in (*envfile.PORTS, "CDSS_PORT")]
    assert len(set(ports)) == len(ports)


def test_the_public_host_follows_the_port_unless_it_was_set_by_hand(layout: Layout) -> None:
    first = complete(layout, {})
    assert complete(layout, first, port=9000)["PUBLIC_HOST"] == "localhost:9000"
    by_hand = first | {"PUBLIC_HOST": "cdss.example.org"}
    assert complete(layout, by_hand, port=9000)["PUBLIC_HOST"] == "cdss.example.org"


def test_a_path_with_spaces_and_signs_is_read_back(tmp_path: Path) -> None:
    values = {"A": "/my checkout/#1 $HOME", "B": "", "C": "mysql://u:p@h:1/d"}
    envfile.write(tmp_path / ".env", values)
    assert envfile.read(tmp_path / ".env") == values


def test_a_broken_line_is_named_without_its_content(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nsecret stuff\n")
    with pytest.raises(StackError, match="line 2") as caught:
        envfile.read(tmp_path / ".env")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="CDSS_PORT must be"):
        envfile.public_port({}, {"CDSS_PORT": text})


def test_the_environment_chooses_the_port_before_the_file_does() -> None:
    assert envfile.public_port({"CDSS_PORT": "9000"}, {"CDSS_PORT": "9001"}) == 9001
    assert envfile.public_port({"CDSS_PORT": "9000"}, {}) == 9000
    assert envfile.public_port({}, {}) == 8080


def test_one_setting_adds_an_openemr_and_takes_it_away(layout):
    first = complete(layout, {})
    assert "OPENEMR_DATABASE_URL" not in first
    asked = envfile.with_openemr(first, {"CDSS_OPENEMR": "1"})
    with_it = envfile.assign_ports(asked, keep=False)
    assert with_it["OPENEMR_DATABASE_URL"].startswith("mysql://cdss_openemr:")
    assert envfile.with_openemr(with_it, {}) == with_it
    assert "OPENEMR_DATABASE_URL" not in envfile.with_openemr(with_it, {"CDSS_OPENEMR": "0"})
    own = first | {"OPENEMR_DATABASE_URL": "mysql://cdss:x@emr/openemr"}
    assert envfile.with_openemr(own, {}) == own
