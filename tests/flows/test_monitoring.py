"""Readiness names what fails; every metric that alerts and dashboard ask for is exported."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest
import requests
import yaml

from common.http.api_client import wait_until

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
METRIC = re.compile(r"\bcdss_[a-z_]+")
LABELLED = re.compile(r"\b(cdss_[a-z_]+)\{([^}]*)\}")
NOT_ALWAYS = {"cdss_backup_timestamp_seconds", "cdss_audit_copy_waiting_seconds"}
"""Known after a backup, and where copies of signed heads go elsewhere."""


@pytest.fixture
def inside(stack):
    """Ask Django itself, as Prometheus does: nginx leads nobody there (test_edge)."""
    address = f"http://127.0.0.1:{stack.settings['DJANGO_PORT']}"
    return lambda path: requests.get(f"{address}/{path}", timeout=30)


def expressions():
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]
    for panel in json.loads((MONITORING / "grafana.json").read_text())["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def alerts():
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    return [rule["alert"] for group in rules["groups"] for rule in group["rules"]]


def metric(text, line_start):
    lines = [line for line in text.splitlines() if line.startswith(line_start)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def test_each_metric_of_alerts_and_dashboard_exists(inside, login, studies):
    login("doctor").session.get(f"{login('doctor').base_url}/api/nothing", timeout=10)
    wanted = {name for expression in expressions() for name in METRIC.findall(expression)}
    text = wait_until(
        lambda: inside("metrics").text,
        lambda text: "cdss_errors_total{" in text and "cdss_decisions_total{" in text,
        what="what was counted",
    )
    samples = {re.split(r"[{ ]", line)[0] for line in text.splitlines() if line[0] != "#"}
    listed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert wanted - NOT_ALWAYS - samples == set()
    assert listed >= NOT_ALWAYS
    for expression in expressions():
        for name, labels in LABELLED.findall(expression):
            line = next(line for line in text.splitlines() if line.startswith(f"{name}{{"))
            for label in re.findall(r"(\w+)[=!]", labels):
                assert f'{label}="' in line, expression


def test_counts_of_all_processes_come_together(inside, login, studies):
    doctor = login("doctor")
    before = metric(inside("metrics").text, 'cdss_request_seconds_count{route="studies"}')
    for _ in range(20):
        doctor.get("ris/studies/")
    wait_until(
        lambda: metric(inside("metrics").text, 'cdss_request_seconds_count{route="studies"}'),
        lambda now: now >= before + 20,
        what="twenty requests, whoever answered them",
    )


def test_every_alert_is_in_the_runbook():
    headings = set(re.findall(r"^### (\w+)", (ROOT / "docs" / "runbook.md").read_text(), re.M))
    assert set(alerts()) - headings == set()


def wait_ready(inside):
    wait_until(lambda: inside("readyz").status_code, lambda status: status == 200, what="readiness")


def test_readiness_names_what_fails_and_nothing_more(stack, inside):
    wait_ready(inside)
    stack.stop_one("inference")
    try:
        answer = inside("readyz")
        assert answer.status_code == 503
        found = answer.json()["checks"]
        failing = [name for name, check in found.items() if check["status"] != "ok"]
        assert failing == ["inference"]
        assert "127.0.0.1" not in answer.text
        assert stack.settings["INFERENCE_PORT"] not in answer.text
        assert 'cdss_up{dependency="inference"} 0.0' in inside("metrics").text
        assert inside("healthz").status_code == 200, "alive all the same"
    finally:
        stack.start_one("inference")
    wait_ready(inside)


def test_a_frozen_dependency_costs_three_seconds_at_most(stack, inside):
    pid = stack.pid("orthanc")
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = inside("readyz")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert answer.status_code == 503
    assert answer.json()["checks"]["archive"]["status"] in ("timeout", "failing")
    assert answer.json()["checks"]["database"]["status"] == "ok"
    assert answer.elapsed.total_seconds() < 5
