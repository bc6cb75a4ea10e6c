"""The worklist and the list of studies, among 10,000 and 1,000,000 studies, by the API.

300 studies are made a day; the newest 20,000 wait to be read (or half of them), the others were
read.

In a database of its own, which is removed at the end. --sizes 10000,100000 makes fewer,
--requests 20 asks less often for each filter and order. Then, each in a module of
tests/bench/support: from the key that takes the next study to its first image (next_study.py, on
the stack of bin/up), 200 radiologists at once (reading_load.py), the registration of two series
(registration_side.py). --only readers, for example, measures nothing else.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django

os.environ["CDSS_DATABASE_ROLE"] = "owner"  # who may make a database

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from acct import services as accounts  # noqa: E402
from cdss_backend.wsgi import application  # noqa: E402, F401  (loads what a server does)
from ris.worklist.paging import ORDERS  # noqa: E402
from tests.bench.support.next_study import next_measured  # noqa: E402
from tests.bench.support.reading_load import READERS, readers_measured as readers_load  # noqa: E402

SIZES = (10_000, 1_000_000)
ALLOWED_MS = 100.0
DATABASE = "test_cdss_db_bench"
STUDIES_OF_READERS = 100_000
CHUNK = 50_000
WAITING = 20_000
PASSWORD = "Bench-Horse-9-Battery"
REQUESTS = 60
PAGES = 5
ENTRIES = import_module("ris.migrations.0008_reading_locks").ENTRIES
FAMILY = "김이박최정강조윤장임"
GIVEN = "민서지현우준하은수영진호연아율"
FILTERS: dict[str, dict[str, str]] = {
    "all": {},
    "unread": {"state": "unread"},
    "to be read": {"state": "unread,being_read"},
    "read": {"state": "read"},
    "STAT": {"priority": "stat"},
    "unread STAT": {"state": "unread", "priority": "stat"},
    "routine": {"priority": "routine"},
    "MR": {"modality": "MR"},
    "unread MR": {"state": "unread", "modality": "MR"},
    "rare modality": {"modality": "NM"},
    "no such modality": {"modality": "ZZ"},
    "urgent CT": {"priority": "urgent", "modality": "CT"},
    "mine": {"assigned": "me"},
    "nobody's": {"assigned": "nobody"},
    "read by me": {"state": "read", "reader": "me"},
    "name": {"search": "김민"},
    "MRN": {"search": "R0000012"},
}
STUDIES: dict[str, dict[str, Any]] = {
    "first page": {},
    "page 100": {"page": 100},
    "unread": {"reading_status": "UNREAD"},
    "read": {"reading_status": "READ"},
    "MR": {"modality": "MR"},
    "by patient": {"ordering": "patient"},
    "by priority": {"ordering": "priority"},
    "a name": {"search": "김민"},
}


def columns(table: str, size: int) -> dict[str, str]:
    """Column to SQL over ``n``, the number of the study (of the patient for patients)."""
    now = "UTC_TIMESTAMP(6)"
    number = "n" if table == "emr_patient" else "n DIV 4"
    name = (
        f"CONCAT(SUBSTRING('{FAMILY}', 1 + {number} % 10, 1),"
        f" SUBSTRING('{GIVEN}', 1 + {number} DIV 10 % 15, 1),"
        f" SUBSTRING('{GIVEN}', 1 + {number} DIV 150 % 15, 1))"
    )
    arrived = f"({now} - INTERVAL ({size} - n) * 288 SECOND)"
    share = "CRC32(CONCAT('m', n)) % 1000"
    modality = (
        f"CASE WHEN {share} < 300 THEN 'MR' WHEN {share} < 650 THEN 'CT' WHEN {share} < 900"
        f" THEN 'CR' WHEN {share} < 980 THEN 'US' WHEN {share} < 999 THEN 'XA' ELSE 'NM' END"
    )
    urgency = "CRC32(CONCAT('p', n)) % 100"
    priority = (
        f"CASE WHEN {urgency} < 3 THEN 0 WHEN {urgency} < 15 THEN 1 WHEN {urgency} < 90 THEN 2"
        " ELSE 3 END"
    )
    waiting = min(WAITING, size // 2)
    state = f"IF(n < {size - waiting}, 2, IF(n % 100 = 0, 1, 0))"
    row = {"id": "1 + n", "created_at": now, "updated_at": now, "version": "1"}
    return {
        "emr_patient": row
        | {"patient_id": "CONCAT('R', LPAD(n, 7, '0'))", "full_name": name, "gender": "'F'"}
        | {"birth_date": "'1960-01-01'", "phone": "''", "address": "''"}
        | {"restricted": "n % 5000 = 0"},
        "ris_study": row
        | {"study_instance_uid": "CONCAT('1.2.826.0.1.3680043.10.1.9997.', n)"}
        | {"orthanc_id": "CONCAT('bench-study-', n)", "patient_id": "1 + n DIV 4"}
        | {"dicom_patient_id": "CONCAT('R', LPAD(n DIV 4, 7, '0'))"}
        | {"dicom_patient_name": name, "dicom_birth_date": "'19600101'", "dicom_sex": "'F'"}
        | {"accession_number": "CONCAT('A', n)", "study_id": "'1'", "study_time": "'101530'"}
        | {"study_date": f"DATE({arrived})", "timezone_offset_from_utc": "''"}
        | {"referring_physician_name": "''", "description": "'MRI brain'"}
        | {"last_instance_at": arrived, "stable_at": arrived, "list_modality": modality}
        | {"list_patient_name": name, "list_priority": priority, "list_reading": state},
        "ris_nameword": {"study_id": "1 + n", "word": name},
        "ris_series": {"id": "1 + n", "study_id": "1 + n", "number": "1", "description": "'T1'"}
        | {"series_instance_uid": "CONCAT('1.2.826.0.1.3680043.10.1.9997.', n, '.1')"}
        | {"orthanc_id": "CONCAT('bench-series-', n)", "modality": modality}
        | {"body_part": "'HEAD'", "frame_of_reference_uid": "''", "series_time": "''"}
        | {"performed_procedure_step_start_time": "''", "scheduled_procedure_step_id": "''"}
        | {"requested_procedure_id": "''", "acquisition": "'{}'"},
    }[table]


def execute(sql: str, params: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def studies_make(size: int, readers: list[int]) -> None:
    """Patients, studies, series, readings and the worklist, made by the database itself."""
    execute("SET unique_checks = 0, foreign_key_checks = 0")
    for table in ("emr_patient", "ris_study", "ris_nameword", "ris_series"):
        chosen = columns(table, size)
        count = -(-size // 4) if table == "emr_patient" else size
        for first in range(0, count, CHUNK):
            last = min(first + CHUNK, count) - 1
            execute(
                f"INSERT INTO {table} ({', '.join(f'`{name}`' for name in chosen)})"  # noqa: S608
                f" SELECT {', '.join(chosen.values())}"
                f" FROM (SELECT seq AS n FROM seq_{first}_to_{last}) AS numbers"
            )
        print(f"{count:>9,}  {table}", flush=True)
    execute(
        "INSERT IGNORE INTO emr_namesuffix (suffix, patient_id)"
        " SELECT SUBSTRING(full_name, seq, 40), id FROM emr_patient JOIN seq_1_to_3"
        " ON seq <= CHAR_LENGTH(full_name) ORDER BY 1"
    )
    some = ", ".join(map(str, readers))
    execute(
        "INSERT INTO ris_reading (study_id, status, reader_id, since, expires_at)"  # noqa: S608
        " SELECT id, IF(list_reading = 2, 'READ', 'READING'),"
        f" ELT(1 + id % {len(readers)}, {some}),"
        " last_instance_at + INTERVAL 20 MINUTE, IF(list_reading = 2, NULL,"
        " UTC_TIMESTAMP() + INTERVAL 1 DAY) FROM ris_study WHERE list_reading > 0"
    )
    reports_make()
    for first in range(0, size + 1, CHUNK):
        execute(ENTRIES, [first, first + CHUNK])
    execute(
        f"UPDATE ris_worklistentry SET assignee_id = ELT(1 + study_id % {len(readers)}, {some})"  # noqa: S608
        " WHERE study_id % 7 = 0"
    )
    execute("SET unique_checks = 1, foreign_key_checks = 1")
    tables = "emr_patient, emr_namesuffix, ris_study, ris_nameword, ris_series, ris_reading"
    execute(f"ANALYZE TABLE {tables}, ris_worklistentry, ris_report, ris_readingevent")
    print(f"{size:>9,}  studies made", flush=True)


def reports_make() -> None:
    """What was read was opened after some minutes, and its report signed within two hours."""
    execute(
        "INSERT INTO ris_readingevent (study_id, step, actor_id, reason, at)"
        " SELECT study_id, 'locked', reader_id, '', since - INTERVAL 10 MINUTE FROM ris_reading"
    )
    execute(
        "INSERT INTO ris_report (created_at, updated_at, version, study_id, patient_id, template,"
        " language, edition, reason, status, in_force, author_id, saved_by_id, saved_at,"
        " signed_by_id, signed_at)"
        " SELECT since, since, 1, ris_reading.study_id, patient_id, 'general', 'ko', 1, '',"
        " 'signed', 1,"
        " reader_id, reader_id, since, reader_id, since +"
        " INTERVAL CRC32(ris_reading.study_id) % 6000 SECOND"
        " FROM ris_reading JOIN ris_study ON ris_study.id = ris_reading.study_id"
        " WHERE ris_reading.status = 'READ'"
    )


def statistics_times(client: APIClient, size: int, requests: int) -> dict[str, float]:
    """Of the last month, quarter and year, and of one modality."""
    today = timezone.localdate()
    asked: dict[str, dict[str, Any]] = {
        "month": {},
        "month, MR": {"modality": "MR"},
        "quarter": {"since": str(today - timedelta(days=91))},
        "year": {"since": str(today - timedelta(days=365))},
    }
    return {
        name: shown(
            size,
            f"statistics: {name}",
            [timed(client, "/api/ris/statistics/", query)[0] for _ in range(max(requests // 3, 5))],
            allowed=None,
        )
        for name, query in asked.items()
    }


def logged_in(name: str, role: str) -> tuple[Any, APIClient]:
    user = accounts.test_user_put(username=name, password=PASSWORD, role=role, full_name=name)
    _, tokens = accounts.login(username=name, password=PASSWORD)
    return user, APIClient(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")


def timed(client: APIClient, url: str, params: dict[str, Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    answer = client.get(url, params)
    if answer.status_code != 200:
        raise SystemExit(f"{url} {params} answered {answer.status_code}")
    return (time.perf_counter() - begun) * 1000, answer.json()


def worklist_times(client: APIClient, params: dict[str, Any], requests: int) -> list[float]:
    """Of the first pages, each behind the one before, again and again."""
    times: list[float] = []
    while len(times) < requests:
        cursor: dict[str, str] = {}
        for _ in range(PAGES):
            took, answer = timed(client, "/api/ris/worklist/", params | cursor)
            times.append(took)
            if not answer["next"]:
                break
            cursor = {"cursor": parse_qs(urlsplit(answer["next"]).query)["cursor"][0]}
    return times


def p99(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=100, method="inclusive")[98], 1)


def client_tidied() -> None:
    """Django's test client connects signals anew for each request and leaves a finalizer each.

    After ten thousand of them a full collection takes 150 ms, which no server has to do.
    """
    gc.collect()
    gc.freeze()


def shown(size: int, name: str, times: list[float], allowed: float | None = ALLOWED_MS) -> float:
    client_tidied()
    found = p99(times)
    mark = "" if allowed is None or found < allowed else "   MISSED"
    middle = statistics.median(times)
    print(f"{size:>9,}  {name:32} median {middle:7.1f}  p99 {found:7.1f} ms{mark}", flush=True)
    return found


def measured(client: APIClient, chief: APIClient, size: int, requests: int) -> dict[str, Any]:
    timed(client, "/api/ris/worklist/", {})
    worklist = {
        f"{name}, {sign}{order}": shown(
            size,
            f"{name}, {sign}{order}",
            worklist_times(client, query | {"ordering": sign + order}, requests),
        )
        for name, query in FILTERS.items()
        for order in ORDERS
        for sign in ("", "-")
    }
    studies = {
        name: shown(
            size,
            f"studies: {name}",
            [timed(client, "/api/ris/studies/", query)[0] for _ in range(requests)],
        )
        for name, query in STUDIES.items()
    }
    figures = statistics_times(chief, size, requests)
    begun = time.perf_counter()
    taken = [client.post("/api/ris/worklist/next/", {}, format="json") for _ in range(requests)]
    if {answer.status_code for answer in taken} != {200}:
        raise SystemExit("there is no next study")
    each = (time.perf_counter() - begun) * 1000 / requests
    print(f"{size:>9,}  next study: {each:.1f} ms each")
    return {
        "worklist_p99_ms": max(worklist.values()),
        "worklist_over": sorted(name for name, ms in worklist.items() if ms >= ALLOWED_MS),
        "studies_p99_ms": max(studies.values()),
        "next_ms": round(each, 1),
        "worklist": worklist,
        "studies": studies,
        "statistics": figures,
    }


def registration_measured() -> dict[str, Any]:
    """In the environment of the inference service; its table is printed as it comes."""
    root = Path(__file__).resolve().parents[2]
    script = root / "tests" / "bench" / "support" / "registration_side.py"
    command = [str(root / ".venv-inference" / "bin" / "python"), str(script)]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            last = line
            if not line.startswith("{"):
                print(line, end="")
    return dict(json.loads(last))


@contextmanager
def hospital_of(size: int, readers: int) -> Iterator[list[tuple[Any, APIClient]]]:
    """A database of so many studies while the block runs, and its radiologists logged in."""
    settings.ALLOWED_HOSTS = ["testserver"]
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    old = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        people = [logged_in(f"reader{number}", "rib") for number in range(readers)]
        studies_make(size, [user.pk for user, _ in people[:8]])
        yield people
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


def worklist_measured(sizes: list[int], requests: int) -> dict[str, Any]:
    """By number of studies, in a database of that many."""
    found: dict[str, Any] = {}
    for size in sizes:
        with hospital_of(size, 8) as people:
            _, chief = logged_in("chief", "admin")
            found[str(size)] = measured(people[0][1], chief, size, requests)
    return found


def readers_measured() -> dict[str, Any]:
    """Of 200 at once, on the application's server (tests/bench/support/reading_load.py)."""
    with hospital_of(STUDIES_OF_READERS, READERS) as people:
        tokens = [(user.pk, client.defaults["HTTP_AUTHORIZATION"]) for user, client in people]
        return dict(readers_load(DATABASE, tokens, PASSWORD))


PARTS = ("worklist", "next", "readers", "registration")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    parts = [options.only] if options.only else PARTS
    sizes = [int(size) for size in options.sizes.split(",")]
    summary: dict[str, Any] = {"bench": "ris", "allowed_ms": ALLOWED_MS}
    if "worklist" in parts:
        summary |= worklist_measured(sizes, options.requests)
    if "next" in parts:
        summary["next"] = next_measured()
    if "readers" in parts:
        summary["readers"] = readers_measured()
    if "registration" in parts:
        summary["registration"] = registration_measured()
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
