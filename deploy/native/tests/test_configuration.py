"""What the processes are given: their own secrets and no others, in files that parse."""

from __future__ import annotations

import configparser
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import render
from deploy.native import envfile, programs
from deploy.native.layout import ROOT, Layout
from deploy.native.stack_error import StackError


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    root = tmp_path / "check out"
    root.mkdir()
    for name in ("deploy", "nginx", "orthanc"):
        (root / name).symlink_to(ROOT / name)
    layout = Layout("up", root)
    layout.create()
    yield layout
    shutil.rmtree(layout.sockets)


@pytest.fixture
def settings(layout: Layout) -> dict[str, str]:
    return envfile.assign_ports(envfile.complete(layout, {}, port=8080), keep=False)


def environments(layout: Layout, settings: dict[str, str]) -> dict[str, dict[str, str]]:
    return {p.name: dict(p.environment) for p in programs.programs(layout, settings)}


def test_each_process_gets_its_own_secrets_only(layout: Layout, settings: dict[str, str]) -> None:
    secrets = {settings[name]: name for name in envfile.SECRETS}

    def given(name: str) -> set[str]:
        values = " ".join(environments(layout, settings)[name].values())
        return {secrets[secret] for secret in secrets if secret in values}

    assert given("nginx") == given("mariadb") == given("orthanc") == set()
    assert given("hapi") == {"HAPI_TOKEN"}
    assert given("inference") == {"INFERENCE_TOKEN", "INFERENCE_ORTHANC_PASSWORD"}
    of_others = {"DATABASE_OWNER_PASSWORD", "INFERENCE_ORTHANC_PASSWORD"}
    sealing = {"AUDIT_HMAC_KEY", "AUDIT_SIGNING_KEY", "DATABASE_SEAL_PASSWORD"}
    serving = {"DATABASE_PASSWORD"}
    for name in set(programs.APPLICATION) - {"worker-audit", "nginx"}:
        assert given(name) == set(envfile.SECRETS) - of_others - sealing
    assert given("worker-audit") == set(envfile.SECRETS) - of_others - serving


def test_inference_has_its_own_account_in_the_archive(
    layout: Layout, settings: dict[str, str]
) -> None:
    programs.write_configuration(layout, settings)
    users = json.loads((layout.etc / "orthanc.json").read_text())["RegisteredUsers"]
    inference = environments(layout, settings)["inference"]
    assert users[inference["ORTHANC_USERNAME"]] == inference["ORTHANC_PASSWORD"]
    assert len(users) == 2


def test_supervisord_reads_back_what_was_written(layout: Layout, settings: dict[str, str]) -> None:
    settings = settings | {"EXTRA": "50% of, it"}
    found = programs.programs(layout, settings)
    parser = configparser.ConfigParser(
        interpolation=None, inline_comment_prefixes=(";", "#"), strict=False
    )
    parser.read_string(programs.supervisor_file(layout, found))
    assert [s for s in parser.sections() if s.startswith("program:")] == [
        f"program:{name}" for name in programs.SERVERS + programs.APPLICATION
    ]
    assert '"50%% of, it"' in parser["program:django"]["environment"]
    assert "check out" in parser["program:nginx"]["directory"]


def test_a_changed_configuration_restarts_its_process_only(
    layout: Layout, settings: dict[str, str]
) -> None:
    def hashes(port: int) -> dict[str, str]:
        moved = envfile.assign_ports(envfile.complete(layout, settings, port=port), keep=True)
        programs.write_configuration(layout, moved)
        return {n: e["CDSS_VERSION"] for n, e in environments(layout, moved).items()}

    before, after = hashes(8080), hashes(8081)
    assert {name for name in before if before[name] != after[name]} == {"nginx"}


def test_a_secret_in_a_path_or_a_quote_is_refused_without_showing_it() -> None:
    with pytest.raises(render.RenderError, match="PASSWORD holds") as caught:
        render.render("requirepass {{PASSWORD}}", {"PASSWORD": 'hush"'})
    assert "hush" not in str(caught.value)


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(render.RenderError, match="NOT_THERE is not set"):
        render.render("{{NOT_THERE}}", {})


def test_json_values_are_escaped() -> None:
    text = render.render('{"a": "{{A}}"}', {"A": 'b"\\c'}, as_json=True)
    assert json.loads(text) == {"a": 'b"\\c'}


def test_a_deep_checkout_keeps_its_sockets_short(tmp_path: Path) -> None:
    deep = Layout("up", tmp_path / ("x" * 100))
    assert len(os.fsencode(deep.sockets / "supervisor.sock.1234567")) <= 107
    assert deep.sockets != Layout("test", deep.root).sockets


def test_a_socket_directory_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout("up", tmp_path)
    layout.create()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(StackError, match="belongs to somebody else"):
        layout.create()
