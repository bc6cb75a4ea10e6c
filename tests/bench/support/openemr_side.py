"""An OpenEMR of the bench's own: its schema, patients and rows, and what it costs to read them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from rest_framework.test import APIClient

from deploy import openemr_schema as schema

ALIAS, DATABASE = "openemr", "test_cdss_db_openemr_bench"
PATIENTS, ROUNDS = 10_000, 200
OF_RUN = 1_000
NO_UUIDS = 1_000_000
_ROWS = (
    "form_encounter (pid, encounter, date, reason) SELECT seq, seq, NOW(), 'visit'",
    "form_vitals (id, pid, activity, date, pulse, weight) SELECT seq, seq, 1, NOW(), 70, 154.3",
    "forms (form_id, pid, formdir, deleted) SELECT seq, seq, 'vitals', 0",
    "lists (pid, type, title, activity) SELECT seq, 'allergy', 'Penicillin', 1",
    "lists (pid, type, title, activity) SELECT seq, 'medical_problem', 'Migraine', 1",
    "prescriptions (patient_id, drug, start_date, txDate, usage_category_title,"
    " request_intent_title) SELECT seq, 'Aspirin', '2026-01-05', '2026-01-05', '', ''",
)


def _execute(*statements: str) -> None:
    with connections[ALIAS].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def openemr_beside() -> Iterator[None]:
    """Its database, on the server of ours; removed at the end."""
    entry = connections.settings["default"] | {"NAME": DATABASE, "TIME_ZONE": "Asia/Seoul"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
    before = connections.settings.get(ALIAS)
    if before is not None:
        connections[ALIAS].close()
        del connections[ALIAS]  # that of bin/up stays as it is
    connections.settings[ALIAS] = entry
    settings.OPENEMR_ENABLED = True
    cache.delete_many(["openemr:down", "openemr:tried", "openemr:tries"])
    tables, _ = schema.best()
    index = "CREATE INDEX cdss_pubpid ON patient_data (pubpid(64))"
    _execute(*schema.used_tables(tables), index)
    _execute(
        "INSERT INTO patient_data (pid, pubpid, fname, lname, DOB, sex)"  # noqa: S608
        f" SELECT seq, CONCAT('OE', seq), 'Emily', CONCAT('Bench', seq), '1980-02-29', 'Female'"
        f" FROM seq_1_to_{PATIENTS}"
    )
    _execute(*(f"INSERT INTO {rows} FROM seq_1_to_{OF_RUN}" for rows in _ROWS))
    try:
        yield
    finally:
        settings.OPENEMR_ENABLED = before is not None
        _execute(f"DROP DATABASE {DATABASE}")
        connections[ALIAS].close()


def read_through(client: APIClient, timed: Callable[..., float]) -> list[float]:
    """The first look-up of patients whom only OpenEMR has, in ms."""
    first = PATIENTS - ROUNDS
    url = "/api/emr/patients/"
    timed(client, url, {"patient_id": f"OE{first}"})
    return [timed(client, url, {"patient_id": f"OE{first + n}"}) for n in range(1, ROUNDS)]


def uuids_filled() -> dict[str, float]:
    """A million rows without a uuid get one, while another connection changes rows of the table."""
    from openemr.missing_uuids import missing_fill
    from openemr.models import ListEntry

    _execute(
        "DELETE FROM lists",
        "INSERT INTO lists (id, pid, type, title, activity)"  # noqa: S608
        f" SELECT seq, seq % {OF_RUN} + 1, 'allergy', 'Latex', 1 FROM seq_1_to_{NO_UUIDS}",
    )
    filled, longest = threading.Event(), [0.0]

    def change_rows() -> None:
        numbers = random.Random(17)
        while not filled.is_set():
            begun = time.perf_counter()
            _execute(f"UPDATE lists SET comments = '-' WHERE id = {numbers.randint(1, NO_UUIDS)}")  # noqa: S608
            longest[0] = max(longest[0], time.perf_counter() - begun)
        connections[ALIAS].close()

    other = threading.Thread(target=change_rows)
    other.start()
    begun = time.perf_counter()
    rows = 0
    try:
        for rows_more in missing_fill(ListEntry):
            rows += rows_more
            if rows % 100_000 == 0:
                print(f"{rows:>9,}  rows have a uuid", flush=True)
    finally:
        filled.set()
        other.join()
    return {
        "uuid_rows": rows,
        "uuid_rows_per_s": round(rows / (time.perf_counter() - begun)),
        "uuid_longest_wait_s": round(longest[0], 3),
    }


def bulk_rows_per_s(actor: Any) -> float:
    """A run over the first patients, each with five rows; patients and rows each second."""
    from emr import sync_runs  # after django.setup()
    from emr.models import SyncRun

    _execute(f"DELETE FROM patient_data WHERE pid > {OF_RUN}")  # noqa: S608
    run = SyncRun.objects.create(requested_by_id=actor.pk)
    begun = time.perf_counter()
    sync_runs.run_continue(run_id=run.pk)
    run.refresh_from_db()
    assert (run.created, run.records_left_out) == (OF_RUN, 0), run
    return (run.done + run.records) / (time.perf_counter() - begun)
