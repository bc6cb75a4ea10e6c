"""200 clients that have not logged in hammer the door while a doctor works: what that costs.

Each client has an address of its own on the loopback and asks five times a second: to log in, to
renew a session, and for what is nobody's. Quiet and hammered phases in turn; medians of the phases.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

from common.http.api_client import ApiClient, default_base_url

ROUNDS = int(os.environ.get("BENCH_RUNS", "5"))
CLIENTS, PAUSE_S = 200, 0.2
PHASE_S = 12.0
WORK = (
    "acct/me/",
    "emr/patients/?page_size=20",
    "ris/studies/?page_size=20",
    "ocs/orders/?page_size=20",
    "alert/notifications/?page_size=20",
)
TARGET = 2.0


def _requests() -> list[bytes]:
    """One of each kind."""
    login = json.dumps({"username": f"n{random.random()}", "password": f"p{random.random()}"})
    posts = (("login", login), ("token/refresh", json.dumps({"refresh": "a.b.c"})))
    gets = ("api/schema/", "api/emr/patients/", "api/ris/studies/", "healthz", "")
    head = "Host: localhost\r\nContent-Type: application/json\r\n"
    sent = [
        f"POST /api/acct/{path}/ HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"
        for path, body in posts
    ]
    sent += [f"GET /{path} HTTP/1.1\r\n{head}\r\n" for path in gets]
    return [request.encode() for request in sent]


async def _answer(reader: asyncio.StreamReader) -> int:
    """The status, once all of the answer was read."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
    else:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head.split(b" ", 2)[1])


async def _client(number: int, port: int, answers: Counter[int]) -> None:
    here = (f"127.0.{1 + number // 200}.{1 + number % 200}", 0)
    await asyncio.sleep(random.random() * PAUSE_S)
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=here)
            for request in _requests():
                writer.write(request)
                answers[await _answer(reader)] += 1
                await asyncio.sleep(PAUSE_S)
            writer.close()


async def _hammer(port: int) -> None:
    """In a process of its own, of low priority: the clients are not on the server's machine."""
    os.nice(10)
    answers: Counter[int] = Counter()
    clients = [_client(number, port, answers) for number in range(CLIENTS)]
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*clients), PHASE_S)
    print(json.dumps(answers))


def worked(doctor: ApiClient) -> list[float]:
    """Seconds of each of the doctor's requests of one phase."""
    found = []
    end = time.perf_counter() + PHASE_S - 1
    while time.perf_counter() < end:
        for path in WORK:
            begun = time.perf_counter()
            doctor.get(path)
            found.append(time.perf_counter() - begun)
    return found


def percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(len(seconds) * share)]


def main() -> None:
    base_url = default_base_url()
    port = str(urlsplit(base_url).port)
    doctor = ApiClient.logged_in(base_url, "doctor", "doctor123")
    worked(doctor)
    quiet: list[list[float]] = []
    hammered: list[list[float]] = []
    answers: Counter[str] = Counter()
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", flush=True)
        quiet.append(worked(doctor))
        command = [sys.executable, __file__, "hammer", port]
        crowd = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        hammered.append(worked(doctor))
        answers.update(json.loads(crowd.communicate()[0]))
    found = {}
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        for phase, phases in (("quiet", quiet), ("hammered", hammered)):
            value = statistics.median(percentile(one, share) for one in phases)
            found[f"{name}_{phase}_ms"] = round(value * 1000, 1)
    ratio = round(found["p99_hammered_ms"] / found["p99_quiet_ms"], 2)
    print(f"the crowd was answered {dict(answers)}")
    print(f"p99 hammered to quiet: {ratio} (< {TARGET}: {'ok' if ratio < TARGET else 'MISSED'})")
    print(json.dumps({"bench": "door", "rounds": ROUNDS, **found, "ratio": ratio}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["hammer"]:
        asyncio.run(_hammer(int(sys.argv[2])))
    else:
        main()
