"""Frames are asked for while one process after the other is killed: what was served is recorded."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import requests

from common.http.api_client import ApiCallFailed, wait_until
from tests.flows.conftest import verify_audit

TUMOUR = "P2026-0002"
HANDS = 4
VICTIMS = ("worker-django", "redis", "gateway", "django", "redis")


@pytest.fixture
def instances(login, studies):
    """Addresses below the gateway by SOP Instance UID."""
    root = f"ris/dicom-web/studies/{studies[TUMOUR]}/instances"
    return {
        found["00080018"]["Value"][0]: "ris/dicom-web/studies/{}/series/{}/instances/{}".format(
            *(found[tag]["Value"][0] for tag in ("0020000D", "0020000E", "00080018"))
        )
        for found in login("doctor").get(root)
    }


def look(client, instances, enough):
    """Ask for one frame after the other; what was served, and how many got no image."""
    served, failed = Counter(), 0
    with requests.Session() as session:
        session.headers.update(client.session.headers)
        while not enough.is_set():
            for uid, path in instances.items():
                url = f"{client.base_url}/api/{path}/frames/1"
                try:
                    answer = session.get(url, timeout=30)
                except requests.RequestException:
                    failed += 1
                    continue
                if answer.status_code == 200:
                    served[uid] += 1
                else:
                    failed += 1
                    assert answer.status_code >= 500, answer.text
    return served, failed


def pages(client, path, **params):
    number, rows = 1, []
    while True:
        page = client.get(path, page=number, page_size=200, **params)
        rows += page["results"]
        if page["next"] is None:
            return rows
        number += 1


def recorded(admin, begun):
    """How often the audit log says that each instance's frame was given to the doctor."""
    asked = {
        "actor_username": "doctor",
        "action": "dicomweb.retrieve",
        "outcome": "ok",
        "since": (begun - timedelta(minutes=1)).isoformat(),
        "ordering": "id",
    }
    found = []
    for row in pages(admin, "audit/logs/", **asked):
        if row["until"]:
            items = pages(admin, f"audit/logs/{row['id']}/items/")
            assert len(items) == row["requests"]
            found += [(item["at"], item["sop_instance_uid"]) for item in items]
        elif row["detail"].get("route") == "wado-frames":
            found.append((row["occurred_at"], row["detail"]["sop_instance_uid"]))
    return Counter(uid for at, uid in found if datetime.fromisoformat(at) >= begun)


def unrecorded(admin, begun, served):
    """What is left of ``served``; all of it while somebody who was killed still starts."""
    try:
        return served - recorded(admin, begun)
    except ApiCallFailed:
        return served


def test_nothing_is_served_without_a_record_whoever_is_killed(login, instances, stack):
    doctor, admin = login("doctor"), login("admin")
    begun = datetime.now(UTC).replace(microsecond=0)
    enough = Event()
    with ThreadPoolExecutor(HANDS) as hands:
        looking = [hands.submit(look, doctor, instances, enough) for _ in range(HANDS)]
        try:
            for victim in VICTIMS:
                stack.kill(victim)
                stack.wait_running(victim)
                wait_until(
                    lambda: doctor.status(f"{next(iter(instances.values()))}/frames/1"),
                    lambda status: status == 200,
                    what=f"a frame after {victim}",
                )
        finally:
            enough.set()
        results = [hand.result() for hand in looking]
    served = sum((counts for counts, _ in results), Counter())
    failed = sum(count for _, count in results)
    assert sum(served.values()) > len(instances)
    missing = wait_until(
        lambda: unrecorded(admin, begun, served), lambda left: not left, what="every record"
    )
    assert not missing
    more = recorded(admin, begun) - served
    assert sum(more.values()) <= 2 * failed + len(VICTIMS), "recorded twice"
    assert verify_audit(admin)["intact"]
