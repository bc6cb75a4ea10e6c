"""Laboratory messages over MLLP, from the first byte of a message to its AA after the commit.

Listeners of the project on a database of its own, which is removed at the end, and a sender that
is sockets alone: ORU^R01 messages of --lines analytes each, every one of another order.
--processes: how many listeners share the port, as MLLP_PROCESSES.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import statistics
import threading
import time
from contextlib import suppress
from itertools import count
from typing import Any

import django

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

os.environ["CDSS_DATABASE_ROLE"] = "owner"  # who may make a database
django.setup()

from celery import current_app  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from acct import services as accounts  # noqa: E402
from emr.models import Patient  # noqa: E402
from lis.analytes import analytes  # noqa: E402
from lis.mllp_server import END, START, MllpServer  # noqa: E402
from lis.models import InboundMessage  # noqa: E402
from ocs.models import Order  # noqa: E402

TARGET = 200.0
CHUNK = 2_000


def orders_make(doctor: Any, number: int) -> list[str]:
    """The messages for as many orders, a fifth as many patients."""
    patients = Patient.objects.bulk_create(
        Patient(patient_id=f"B{n:06}", full_name=f"Bench {n}", birth_date="1970-01-01", gender="F")
        for n in range(max(1, number // 5))
    )
    rows = Order.objects.bulk_create(
        (
            Order(
                patient=patients[n % len(patients)],
                job_role="LIS",
                job_type="BLOOD",
                accession_number=f"B{n:015}",
                ordered_by=doctor,
                ordered_at=timezone.now(),
            )
            for n in range(number)
        ),
        batch_size=CHUNK,
    )
    return [f"{row.patient.patient_id}|{row.accession_number}" for row in rows]


def frame(named: str, lines: int) -> bytes:
    """One message as an analyser writes it, framed."""
    mrn, accession = named.split("|")
    segments = [
        f"MSH|^~\\&|ANALYSER|LAB|CDSS|HOSPITAL|20260107120000||ORU^R01^ORU_R01|{accession}|P|2.5.1"
        "||||||UNICODE UTF-8",
        f"PID|1||{mrn}^^^H^MR||Bench^Patient||19700101|F",
        f"OBR|1|{accession}||BLOOD^Blood^L|||20260107115500",
    ]
    for place, each in enumerate(list(analytes().values())[:lines], 1):
        found = each.ranges[0] if each.ranges else None
        value = (found.low or 1.0) if found else 1.0
        unit = each.unit
        segments.append(f"OBX|{place}|NM|{each.code}^{each.name['en']}^LN||{value}|{unit}|||||F")
    return START + "\r".join(segments).encode() + b"\r" + END


def listeners(actor: Any, processes: int) -> tuple[int, list[int]]:
    """The port, and the processes that listen there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    connection.close()
    children = []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            asyncio.run(_listen(actor, port))
            os._exit(0)
        children.append(child)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return port, children
        time.sleep(0.1)
    raise SystemExit("nobody listens")


async def _listen(actor: Any, port: int) -> None:
    server = MllpServer(actor, frozenset({"127.0.0.1"}))
    async with await server.listen("127.0.0.1", port, shared=True) as listening:
        await listening.serve_forever()


def send(port: int, frames: list[bytes], connections: int) -> list[float]:
    """The time (s) of each message; every one is answered by AA or the bench ends."""
    times: list[float] = []
    problems: list[str] = []
    number = count()

    def one() -> None:
        with socket.create_connection(("127.0.0.1", port), 60) as peer:
            while (place := next(number)) < len(frames):
                begun = time.perf_counter()
                peer.sendall(frames[place])
                answer = b""
                while not answer.endswith(END):
                    part = peer.recv(1 << 16)
                    if not part:
                        problems.append("hung up")
                        return
                    answer += part
                times.append(time.perf_counter() - begun)
                if b"MSA|AA|" not in answer:
                    problems.append(answer.decode())
                    return

    threads = [threading.Thread(target=one) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise SystemExit(problems[0])
    return times


def stop(child: int) -> float:
    """The processor time (s) that it took."""
    os.kill(child, signal.SIGTERM)
    _, _, usage = os.wait4(child, 0)
    return usage.ru_utime + usage.ru_stime


def measured(options: argparse.Namespace) -> dict[str, float]:
    doctor = accounts.test_user_put(
        username="bench_doctor", password="Bench-Horse-9-Battery", role="doctor", full_name="-"
    )
    lab = accounts.test_user_put(
        username="bench_lab", password="Bench-Horse-9-Battery", role="lab", full_name="-"
    )
    warm = options.connections * 4
    named = orders_make(doctor, options.messages + warm)
    frames = [frame(each, options.lines) for each in named]
    port, children = listeners(lab, options.processes)
    try:
        send(port, frames[:warm], options.connections)
        begun = time.perf_counter()
        times = send(port, frames[warm:], options.connections)
        wall = time.perf_counter() - begun
    finally:
        spent = sum(stop(child) for child in children)
    stored = InboundMessage.objects.filter(state="ACCEPTED").count()
    if stored != len(frames):
        raise SystemExit(f"{stored} of {len(frames)} messages are stored")
    return {
        "hl7_messages_per_second": round(len(times) / wall, 1),
        "median_ms": round(statistics.median(times) * 1000, 1),
        "p99_ms": round(statistics.quantiles(times, n=100)[98] * 1000, 1),
        "listener_cpu_ms": round(spent / len(frames) * 1000, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--lines", type=int, default=8)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    current_app.conf.broker_url = "memory://"  # no worker knows the events of this database
    connection.settings_dict["TEST"]["NAME"] = "test_cdss_db_bench_lis"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        found = measured(options)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    speed = found["hl7_messages_per_second"]
    verdict = "ok" if speed >= TARGET else "MISSED"
    print(f"{speed:.1f} messages/s of {options.lines} lines   target {TARGET:.0f}   {verdict}")
    print(f"answered after {found['median_ms']} ms, p99 {found['p99_ms']} ms")
    print(json.dumps({"bench": "lis", "connections": options.connections, **found}))


if __name__ == "__main__":
    main()
