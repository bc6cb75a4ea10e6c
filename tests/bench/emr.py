"""The search among 10,000 and 1,000,000 patients, a patient with 2,000 visits, and a merge of two
such records, by the API.

In a database of its own, which is removed at the end. --sizes 10000,100000 makes fewer patients.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ["CDSS_DATABASE_ROLE"] = "owner"  # who may make a database

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from acct import services as accounts  # noqa: E402
from cdss_backend.wsgi import application  # noqa: E402, F401  (loads what a server does)
from emr.models import Encounter, Patient, Vitals  # noqa: E402
from tests.bench.support import openemr_side  # noqa: E402

SIZES = (10_000, 1_000_000)
CHUNK = 100_000
PASSWORD = "Bench-Horse-9-Battery"
REQUESTS = 200
SEARCHES_OF_A_KIND = 1_000
IDLE = "/api/acct/me/"
VISITS = 2_000
ALLOWED_MERGE_S = ALLOWED_UUID_WAIT_S = 1.0
ROWS_OF_A_KIND = 2_000
STUDIES = 300
ALLOWED_MS = {"search": 50.0, "page": 150.0, "openemr_read_through": 60.0}
FAMILY = "김이박최정강조윤장임"
GIVEN = "민서지현우준하은수영진호연아율"
LATIN = ("Emily Carter", "John Abbott", "Maria Silva", "Peter Novak", "Anna Schmidt")
SEARCHES: dict[str, Callable[[int, int], str]] = {
    "name, two syllables": lambda n, size: GIVEN[n % 15] + GIVEN[n // 15 % 15],
    "name, one syllable": lambda n, size: GIVEN[n % 15],
    "name, Latin infix": lambda n, size: ("arter", "bbot", "silv", "nova", "midt")[n % 5],
    "name, two words": lambda n, size: ("carter em", "john ab", "silva mar")[n % 3],
    "MRN prefix": lambda n, size: f"E{(n * 4999) % size:07d}"[:6],
    "phone end": lambda n, size: f"{(n * 4999) % size:08d}"[-6:],
    "birth date": lambda n, size: f"19{40 + n % 60}-0{1 + n % 9}-11",
    "nobody": lambda n, size: f"없는이름{n}",
}


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def patients_add(begin: int, end: int) -> None:
    """Patients ``begin`` to ``end`` with their index, made by the database itself."""
    names = ", ".join(f"'{name}'" for name in LATIN)
    korean = (
        f"CONCAT(SUBSTRING('{FAMILY}', 1 + n % 10, 1), SUBSTRING('{GIVEN}', 1 + n DIV 10 % 15, 1),"
        f" SUBSTRING('{GIVEN}', 1 + n DIV 150 % 15, 1))"
    )
    name = f"IF(n % 3, {korean}, CONCAT(ELT(1 + n % 5, {names}), ' ', n))"
    phone = "CONCAT('010', LPAD(n, 8, '0'))"
    columns = {
        "id": "1 + n",
        "patient_id": "CONCAT('E', LPAD(n, 7, '0'))",
        "full_name": name,
        "birth_date": "DATE_ADD('1940-01-01', INTERVAL n * 7 % 29000 DAY)",
        "gender": "'F'",
        "phone": phone,
        "phone_reversed": f"REVERSE({phone})",
        "address": "''",
        "restricted": "n % 5000 = 0",
        "version": "1",
        "created_at": "NOW()",
        "updated_at": "NOW()",
    }
    for first in range(begin, end, CHUNK):
        last = min(first + CHUNK, end)
        execute(
            f"INSERT INTO emr_patient ({', '.join(columns)}) SELECT {', '.join(columns.values())}"  # noqa: S608
            f" FROM (SELECT seq AS n FROM seq_{first}_to_{last - 1}) AS numbers"
        )
        execute(
            "INSERT IGNORE INTO emr_namesuffix (suffix, patient_id)"  # noqa: S608
            " SELECT SUBSTRING(LOWER(full_name), seq, 40), id FROM emr_patient"
            f" JOIN seq_1_to_40 ON seq <= CHAR_LENGTH(full_name)"
            f" WHERE id > {first} AND id <= {last} AND SUBSTRING(full_name, seq, 1) <> ' '"
            " ORDER BY 1"  # in the order of its pages: each is written once, not once for each row
        )
        print(f"{last:>9,}  patients made", flush=True)
    execute("ANALYZE TABLE emr_patient, emr_namesuffix")


def visits_add(patient: Patient, clinician: Any) -> None:
    now = timezone.now()
    Encounter.objects.bulk_create(
        Encounter(
            patient=patient,
            clinician=clinician,
            kind="outpatient",
            reason=f"visit {n}",
            started_at=now - timedelta(hours=8 * n),
        )
        for n in range(VISITS)
    )


def timed(client: APIClient, url: str, params: dict[str, Any]) -> float:
    begun = time.perf_counter()
    answer = client.get(url, params)
    if answer.status_code != 200:
        raise SystemExit(f"{url} answered {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


def p99(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=100)[98], 1)


def measured(client: APIClient, size: int) -> dict[str, float]:
    """p99 of each kind, asked in turn, and of a request that searches nothing (`idle`).

    In turn, so that a stall of the machine does not fall on one kind; `idle` shows how long those
    are.
    """
    url = "/api/emr/patients/search/"
    times: dict[str, list[float]] = {name: [] for name in ("idle", *SEARCHES)}
    for n in range(-1, SEARCHES_OF_A_KIND):
        times["idle"].append(timed(client, IDLE, {}))
        for name, query in SEARCHES.items():
            times[name].append(timed(client, url, {"q": query(max(n, 0), size), "page_size": 20}))
    found = {}
    for name, each in times.items():
        found[name] = p99(each[1:])
        middle = statistics.median(each)
        print(f"{size:>9,}  {name:24} median {middle:7.1f}  p99 {found[name]:7.1f} ms", flush=True)
    return found


def page_measured(client: APIClient, clinician: Any) -> dict[str, float]:
    """What opening a patient's page asks for, together, and what two of its tabs ask for."""
    patient = Patient.objects.filter(restricted=False).latest("pk")
    visits_add(patient, clinician)
    record = f"/api/emr/patients/{patient.pk}/"
    encounters = ("/api/emr/encounters/", {"patient": patient.pk})
    parts: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "page": [(record, {}), (f"{record}summary/", {})],
        "timeline_tab": [(f"{record}timeline/", {})],
        "encounters_tab": [encounters],
    }
    found = {}
    for name, asked in parts.items():
        times = [sum(timed(client, *part) for part in asked) for _ in range(REQUESTS)]
        found[name] = p99(times)
        middle = statistics.median(times)
        print(f"{VISITS:>9,}  visits: {name:16} median {middle:7.1f}  p99 {found[name]:7.1f} ms")
    return found


def record_fill(patient: Patient, clinician: Any) -> None:
    """A long record: visits, vital signs, orders with their results, studies."""
    now = timezone.now()
    visits_add(patient, clinician)
    by = {"patient": patient, "recorded_by": clinician}
    Vitals.objects.bulk_create(Vitals(**by, measured_at=now, pain=1) for _ in range(ROWS_OF_A_KIND))
    numbers = [f"B{patient.pk % 1_000:03}{n:06}" for n in range(ROWS_OF_A_KIND)]
    order, value = apps.get_model("ocs.Order"), apps.get_model("lis.LabValue")
    orders = [
        order(
            patient=patient,
            ordered_by=clinician,
            ordered_at=now,
            accession_number=number,
            job_role="LIS",
            job_type="BLOOD",
        )
        for number in numbers
    ]
    order.objects.bulk_create(orders)
    made = order.objects.filter(patient=patient)
    value.objects.bulk_create(
        value(order=each, patient=patient, code="718-7", value=13.5, unit="g/dL", at=now)
        for each in made
        for _ in range(3)
    )
    study = apps.get_model("pacs.Study")
    study.objects.bulk_create(
        study(
            study_instance_uid=f"1.2.{patient.pk}.{n}",
            orthanc_id=f"{patient.pk}-{n}",
            patient=patient,
            last_instance_at=now,
        )
        for n in range(STUDIES)
    )


def merge_measured(clinician: Any, clients: tuple[APIClient, APIClient]) -> dict[str, float]:
    """Of two long records: the preview, the confirmation and the undo (s)."""
    survivor, duplicate = Patient.objects.filter(restricted=False).order_by("-pk")[1:3]
    for patient in (survivor, duplicate):
        record_fill(patient, clinician)
    proposer, confirmer = clients
    pair = {"survivor": survivor.pk, "duplicate": duplicate.pk}
    found = {"preview": timed(proposer, "/api/emr/merges/preview/", pair) / 1000}
    body = pair | {"reason": "registered twice"}
    merge = proposer.post("/api/emr/merges/", body, format="json").json()["id"]
    for step in ("confirm", "undo"):
        begun = time.perf_counter()
        answer = confirmer.post(f"/api/emr/merges/{merge}/{step}/")
        found[step] = time.perf_counter() - begun
        if answer.status_code != 200:
            raise SystemExit(f"{step} answered {answer.status_code}")
    print("merge of two long records: " + ", ".join(f"{k} {v:.2f} s" for k, v in found.items()))
    return {name: round(seconds, 3) for name, seconds in found.items()}


def logged_in(name: str, role: str) -> tuple[Any, APIClient]:
    user = accounts.test_user_put(username=name, password=PASSWORD, role=role, full_name="-")
    _, tokens = accounts.login(username=name, password=PASSWORD)
    return user, APIClient(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")


def openemr_measured(client: APIClient, doctor: Any) -> dict[str, float]:
    """Patients whom only OpenEMR has, and a run over all of them."""
    with openemr_side.openemr_beside():
        times = openemr_side.read_through(client, timed)
        rows = round(openemr_side.bulk_rows_per_s(doctor))
        uuids = openemr_side.uuids_filled()
    median = round(statistics.median(times), 1)
    print(f"OpenEMR: read-through median {median} ms, p99 {p99(times)} ms; a run {rows} rows/s")
    print("uuids of {uuid_rows:,} rows: {uuid_rows_per_s} rows/s,".format(**uuids), end=" ")
    print("another waits {uuid_longest_wait_s} s at most".format(**uuids))
    return {
        "openemr_read_through_ms": median,
        "openemr_read_through_p99_ms": p99(times),
        "openemr_bulk_rows_per_s": rows,
        **uuids,
        "allowed_uuid_wait_s": ALLOWED_UUID_WAIT_S,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    settings.ALLOWED_HOSTS = ["testserver"]
    connection.settings_dict["TEST"]["NAME"] = "test_cdss_db_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        doctor, client = logged_in("bench_doctor", "doctor")
        _, confirmer = logged_in("bench_admin", "admin")
        made = 0
        summary: dict[str, Any] = {"bench": "emr", "allowed_ms": ALLOWED_MS}
        for size in sizes:
            patients_add(made, size)
            made = size
            summary[str(size)] = measured(client, size)
        summary |= {f"{name}_ms": ms for name, ms in page_measured(client, doctor).items()}
        merged = merge_measured(doctor, (client, confirmer))
        summary |= {"merge_seconds": merged["confirm"], "allowed_merge_seconds": ALLOWED_MERGE_S}
        summary |= {f"merge_{step}_seconds": merged[step] for step in ("preview", "undo")}
        summary |= openemr_measured(client, doctor)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
