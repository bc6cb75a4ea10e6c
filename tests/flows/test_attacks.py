"""Every attack of the table on the live stack: nothing of the victim's, no 5xx, and a trace."""

from __future__ import annotations

import base64
import json
import os
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
import requests

from common.http.api_client import ApiClient, wait_until
from tests.flows.attacks import wire
from tests.flows.attacks.table import GATEWAY, attacks
from tests.flows.attacks.wire import HOST, Answer
from tests.flows.attacks.world import Attack, Images, World

TOO_MANY = 429
"""nginx's answer to a stranger who asks too often: nobody decides about it."""
OWN, VICTIM = "P2026-0001", "P2026-0002"
SECRETS = (
    b"Carter",
    b"P2026-0002",
    b"DicomAet",
    b"DICM",
    b"RIS2026-0002",
    b"%PNG",
    b"\xff\xd8\xff",
)
QUIET_TYPES = ("application/json", "application/dicom+json", "text/html", "")


def images_of(doctor: ApiClient, study: str) -> Images:
    tree = doctor.get(f"ris/studies/{study}/")
    series = next(s for s in tree["series"] if s["modality"] == "MR")["series_instance_uid"]
    first = doctor.get(f"ris/series/{series}/")["instances"][0]["sop_instance_uid"]
    archive = requests.Session()
    archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    found = archive.post(f"{os.environ['ORTHANC_URL']}/tools/lookup", data=first, timeout=30)
    return Images(study, series, first, found.json()[0]["ID"])


def token_of(client: ApiClient) -> str:
    return str(client.session.headers["Authorization"]).removeprefix("Bearer ")


@pytest.fixture(scope="module")
def world(login, studies) -> World:
    doctor = login("doctor")
    own, victim = (images_of(doctor, studies[one]) for one in (OWN, VICTIM))
    patient = doctor.get(f"ris/studies/{victim.study}/")["patient"]["id"]
    return World(own, victim, patient, token_of(login("patient")), token_of(login("external")))


@pytest.fixture(scope="module")
def pixels(login, world) -> bytes:
    """Some bytes from the middle of the victim's image that are nowhere else."""
    answer = login("doctor").call("GET", f"ris/dicom-web{world.victim.path}/frames/1")
    middle = len(answer.content) // 2
    return answer.content[middle : middle + 48]


@pytest.fixture(scope="module")
def outcomes(world, pixels) -> list[tuple[Attack, list[Answer], bytes]]:
    """All attacks sent, some at a time."""

    def attempt(attack: Attack) -> tuple[Attack, list[Answer], bytes]:
        unfinished = attack.name.startswith("smuggling")
        received = wire.send(attack.data, patience_s=5 if unfinished else wire.PATIENCE_S)
        return attack, wire.answers(received), received

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(attempt, attacks(world)))


def test_there_are_more_than_500_different_attacks(world):
    table = attacks(world)
    assert len({attack.data for attack in table}) >= 500


def test_no_attack_gets_a_byte_of_the_victims(outcomes, pixels):
    assert len(set(pixels)) > 4
    leaks = [
        (attack.name, secret)
        for attack, _, received in outcomes
        for secret in (*SECRETS, pixels)
        if secret in received and secret not in attack.data
    ]
    own = {"accept", "frames"}  # the attacker's own images, asked for in odd ways
    assert [leak for leak in leaks if leak[0].split()[0] not in own] == []


def test_no_attack_makes_a_server_fail(outcomes):
    failed = [(a.name, answer.status) for a, found, _ in outcomes for answer in found
              if answer.status >= 500]  # fmt: skip
    assert failed == []


def test_refusals_are_refusals(outcomes):
    """4xx, or the connection closed; what is harmless may be 200."""
    wrong = [
        (attack.name, answer.status)
        for attack, found, _ in outcomes
        for answer in found
        if not attack.harmless and not 400 <= answer.status < 500
    ]
    assert wrong == []
    silent = [attack.name for attack, found, _ in outcomes if not found]
    assert all(name.startswith("smuggling") for name in silent), silent


def test_what_is_answered_to_the_rest_is_a_page_or_a_list(outcomes):
    kinds = Counter(
        answer.content_type
        for attack, found, _ in outcomes
        for answer in found
        if attack.harmless and not attack.name.startswith(("accept", "frames"))
    )
    assert kinds
    assert set(kinds) <= set(QUIET_TYPES), kinds


def test_a_hidden_request_is_never_answered_with_images(outcomes):
    hidden = [(attack, found) for attack, found, _ in outcomes if "smuggling" in attack.name]
    assert hidden
    for attack, found in hidden:
        assert len(found) <= 2, attack.name
        assert all(answer.status != 200 or answer.body[:1] in (b"[", b"<") for answer in found)


def test_every_attempt_left_a_record(login, stack, outcomes):
    """In the audit log when it came to a decision of the gateway, else in nginx's access log."""
    asked = {answer.request_id: attack.name for attack, found, _ in outcomes for answer in found}
    asked.pop("", None)
    log = stack.layout.log / "nginx.log"
    wait_until(
        lambda: {rid for rid in asked if rid not in log.read_text(errors="replace")},
        lambda missing: not missing,
        what="all of them in the access log",
        timeout_s=30,
    )
    admin = login("admin")
    decided = [
        (answer.request_id, attack.name)
        for attack, found, _ in outcomes
        for answer in found
        if attack.name.startswith(("plain", "child", "no token")) and answer.request_id
        if answer.status != TOO_MANY
    ]
    assert len(decided) > len(asked) // 20
    for request_id, name in decided[::7]:
        rows = wait_until(
            lambda request_id=request_id: admin.get("audit/logs/", request_id=request_id)[
                "results"
            ],
            bool,
            what=f"the record of {name}",
            timeout_s=30,
        )
        assert rows[0]["outcome"] == "denied"


def session_id(token: str) -> str:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sid"]


def test_a_decision_that_is_copied_in_redis_opens_nothing(login, world):
    """The doctor's decision under the attacker's session: whole, and with the attacker's name."""
    doctor, server = login("doctor"), redis.Redis.from_url(f"{os.environ['REDIS_URL']}/2")
    path = f"ris/dicom-web{world.victim.path}/frames/1"
    assert doctor.call("GET", path).status_code == 200
    names = [
        f"dicomweb:decision:{session_id(token)}:{world.victim.study}"
        for token in (token_of(doctor), world.token)
    ]
    given = server.hgetall(names[0])
    assert given
    for changes in ({}, {b"user": b"1"}, {b"mac": b"0" * 32}, {b"until": b"99999999999"}):
        server.hset(names[1], mapping=given | changes)
        server.expire(names[1], 60)
        assert login("patient").status(path) in (403, 404), changes
        server.delete(names[1])


def test_slow_clients_keep_nobody_waiting(login, world):
    """200 connections that send a byte now and then; others are served at once meanwhile."""
    slow = [socket.create_connection(HOST, timeout=30) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(
                f"GET {GATEWAY}{world.own.path}/frames/1 HTTP/1.1\r\nHost: x\r\n".encode()
            )
        begun = time.monotonic()
        for _ in range(10):
            login("patient").call("GET", f"ris/dicom-web{world.own.path}/frames/1")
            for connection in slow:
                connection.sendall(b"X")
        assert time.monotonic() - begun < 20
    finally:
        for connection in slow:
            connection.close()


def test_the_archive_is_alive_and_the_owner_is_served(login, world):
    for username in ("patient", "doctor"):
        client = login(username)
        assert client.call("GET", f"ris/dicom-web{world.own.path}/frames/1").status_code == 200
    refused = requests.get(f"{os.environ['ORTHANC_URL']}/system", timeout=10)
    assert refused.status_code == 401
