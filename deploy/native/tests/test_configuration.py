"""What the processes are given: their own secrets and no others, in files that parse."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    shared = {name for name in envfile.SECRETS if not name.startswith("REDIS_")} - of_others
    for name, account in {
        "django": "WEB",
        "gateway": "WEB",
        "pictures": "WORKER",
        "ws": "WS",
        "beat": "BEAT",
        "worker-django": "AUDIT",
        "worker-fhir": "WORKER",
    }.items():
        assert given(name) == shared - sealing | {f"REDIS_{account}_PASSWORD"}
    assert given("worker-audit") == shared - {"DATABASE_PASSWORD"} | {"REDIS_SEAL_PASSWORD"}


def test_the_places_of_the_signed_heads_are_told_to_the_sealing_process_alone(
    layout: Layout, settings: dict[str, str]
) -> None:
    places = dict.fromkeys(envfile.HEAD_PLACES, "told to nobody else")
    for name, given in environments(layout, settings | places).items():
        told = places.keys() & given.keys()
        assert told == (places.keys() if name == "worker-audit" else set()), name


def test_inference_has_its_own_account_in_the_archive(
    layout: Layout, settings: dict[str, str]
) -> None:
    programs.write_configuration(layout, settings)
    users = json.loads((layout.etc / "orthanc.json").read_text())["RegisteredUsers"]
    inference = environments(layout, settings)["inference"]
    assert users[inference["ORTHANC_USERNAME"]] == inference["ORTHANC_PASSWORD"]
    assert len(users) == 2


def archive(layout: Layout, settings: dict[str, str]) -> dict[str, Any]:
    programs.write_configuration(layout, settings)
    found: dict[str, Any] = json.loads((layout.etc / "orthanc.json").read_text())
    return found


def test_production_knows_no_modality_and_has_no_dicom_server(layout: Layout) -> None:
    settings = envfile.complete(
        layout, {"CDSS_ENV": "prod", "TRUSTED_PROXY": "127.0.0.1"}, port=8080
    )
    found = archive(layout, envfile.assign_ports(settings, keep=False))
    assert (found["DicomServerEnabled"], found["DicomModalities"]) == (False, {})
    assert "query" not in environments(layout, envfile.assign_ports(settings, keep=False))


def test_nodes_of_the_web_application_open_the_dicom_port_and_that_for_queries(
    layout: Layout,
) -> None:
    given = {"CDSS_ENV": "prod", "TRUSTED_PROXY": "127.0.0.1", "DICOM_NODES": "on"}
    settings = envfile.complete(layout, given, port=8080)
    settings = envfile.assign_ports(settings, keep=False)
    found = archive(layout, settings)
    assert (found["DicomServerEnabled"], found["DicomModalities"]) == (True, {})
    assert found["DefaultEncoding"] == "Utf8"
    processes = environments(layout, settings)
    assert processes["orthanc"]["LISTEN_EVERYWHERE"] == settings["ORTHANC_DICOM_PORT"]
    assert processes["query"]["DICOM_QUERY_BIND"] == "0.0.0.0"  # noqa: S104


def test_an_unknown_character_set_stops_the_start(layout: Layout, settings: dict[str, str]) -> None:
    with pytest.raises(StackError, match="DICOM_CHARACTER_SET"):
        programs.write_configuration(layout, settings | {"DICOM_CHARACTER_SET": "EUC-KR"})


def test_in_development_the_sample_modality_is_known_on_the_loopback(
    layout: Layout, settings: dict[str, str]
) -> None:
    found = archive(layout, settings)
    assert found["DicomServerEnabled"] is True
    assert [node["AET"] for node in found["DicomModalities"].values()] == ["SAMPLE_MOD"]
    assert environments(layout, settings)["orthanc"]["LISTEN_EVERYWHERE"] == ""


def test_a_modality_elsewhere_opens_the_dicom_port_alone(
    layout: Layout, settings: dict[str, str]
) -> None:
    settings = settings | {"DICOM_MODALITIES": "CT 1@192.0.2.20:4006, MR1@192.0.2.21"}
    nodes = archive(layout, settings)["DicomModalities"].values()
    named = [(node["AET"], node["Host"], node["Port"]) for node in nodes]
    assert named == [("CT 1", "192.0.2.20", 4006), ("MR1", "192.0.2.21", 104)]
    assert all(node["AllowStore"] and not node["AllowMove"] for node in nodes)
    orthanc = environments(layout, settings)["orthanc"]
    assert orthanc["LISTEN_EVERYWHERE"] == settings["ORTHANC_DICOM_PORT"]


@pytest.mark.parametrize(
    "text",
    [
        *("CT1", "CT1@", "CT1@ct1.example", "@192.0.2.20", "CT1@192.0.2.20:0", "CT1@192.0.2.20:x"),
        *("A\\B@192.0.2.20", "SEVENTEEN_LETTERS@192.0.2.20", "A@192.0.2.20,A@192.0.2.21"),
    ],
)
def test_a_modality_that_cannot_be_read_stops_the_start(
    layout: Layout, settings: dict[str, str], text: str
) -> None:
    with pytest.raises(StackError, match="DICOM_MODALITIES"):
        programs.write_configuration(layout, settings | {"DICOM_MODALITIES": text})


def listens(layout: Layout) -> str:
    text = (layout.etc / "nginx.conf").read_text()
    [found] = re.findall(r"listen (.*);", text)
    return str(found)


def test_production_does_not_speak_in_clear_text_unless_a_proxy_is_named(
    layout: Layout, settings: dict[str, str]
) -> None:
    settings = settings | {"CDSS_ENV": "prod"}
    with pytest.raises(StackError, match="Set TLS_CERTIFICATE and TLS_KEY"):
        programs.write_configuration(layout, settings)
    programs.write_configuration(layout, settings | {"TRUSTED_PROXY": "127.0.0.1"})
    assert listens(layout) == f"127.0.0.1:{settings['CDSS_PORT']}"
    assert "set_real_ip_from 127.0.0.1;" in (layout.etc / "edge.conf").read_text()


def test_with_a_certificate_tls_speaks_http_2(
    layout: Layout, settings: dict[str, str], tmp_path: Path
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    settings = settings | {"TLS_CERTIFICATE": str(certificate), "TLS_KEY": str(key)}
    with pytest.raises(StackError, match="TLS_CERTIFICATE names no file"):
        programs.write_configuration(layout, settings)
    certificate.touch()
    key.touch()
    programs.write_configuration(layout, settings)
    assert listens(layout) == f"127.0.0.1:{settings['CDSS_PORT']} ssl http2"
    assert f'ssl_certificate_key "{key}";' in (layout.etc / "edge.conf").read_text()
    assert envfile.complete(layout, settings, port=8080)["PUBLIC_SCHEME"] == "https"


def test_supervisord_reads_back_what_was_written(layout: Layout, settings: dict[str, str]) -> None:
    settings = settings | {"EXTRA": "50% of, it"}
    found = programs.programs(layout, settings)
    parser = configparser.ConfigParser(
        interpolation=None, inline_comment_prefixes=(";", "#"), strict=False
    )
    parser.read_string(programs.supervisor_file(layout, found))
    assert [s for s in parser.sections() if s.startswith("program:")] == [
        f"program:{name}" for name in (*programs.SERVERS, *programs.APPLICATION, "query")
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
