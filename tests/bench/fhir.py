"""Reads and searches of our FHIR server beside HAPI's with the same ImagingStudies, by HTTP.

Ours on a database of its own, HAPI on a file of its own; both are removed at the end. --sizes:
how many studies ours has at each step. HAPI, which takes minutes for ten thousand, is loaded up to
--hapi of them, and compared where both have the same number.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django

os.environ["CDSS_DATABASE_ROLE"] = "owner"  # who may make a database

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from acct import services as accounts  # noqa: E402
from emr.models import Patient  # noqa: E402
from fhir.facade.declarations import REGISTRY  # noqa: E402
from pacs.models import Instance, Series, Study  # noqa: E402
from tests.bench.support.fhir_servers import FhirServer, hapi_beside, load, ours  # noqa: E402

SIZES = (2_000, 100_000)
HAPI = 2_000
STUDIES_PER_PATIENT, SERIES_PER_STUDY, INSTANCES_PER_SERIES = 5, 2, 3
PASSWORD = "Bench-Horse-9-Battery"
ROOT_UID = "1.2.826.0.1.3680043.10.1.9998"
REQUESTS = 100
ALLOWED_MS = {"read": 30.0, "search": 100.0}
_DAYS = 730
_FIRST = date(2024, 1, 1)
_UID = "urn%3Adicom%3Auid%7Curn%3Aoid%3A"


def day(n: int) -> date:
    return _FIRST + timedelta(days=n * 13 % _DAYS)


def mrn(patient: int) -> str:
    return f"BENCH-{patient:06}"


SEARCHES: dict[str, Callable[[int, int], str]] = {
    "identifier": lambda n, size: f"ImagingStudy?identifier={_UID}{ROOT_UID}.{n * 37 % size}",
    "patient": lambda n, size: f"ImagingStudy?patient.identifier={mrn(n * 37 % (size // 5))}",
    "day, newest first": lambda n, size: f"ImagingStudy?started={day(n)}&_sort=-started",
    "modality since": lambda n, size: f"ImagingStudy?modality=CT&started=ge{day(n)}&_sort=started",
    "with the patient": lambda n, size: (
        f"ImagingStudy?started={day(n + 400)}&_include=ImagingStudy:patient"
    ),
    "patients who have CT": lambda n, size: (
        f"Patient?birthdate=ge{1950 + n % 50}-01-{1 + n % 28:02}"
        "&_has:ImagingStudy:patient:modality=CT"
    ),
}
"""Each asked once with each value: HAPI keeps the answers to equal searches for a while."""


def archive_id(kind: int, number: int) -> str:
    digits = f"{kind:08x}{number:032x}"
    return "-".join(digits[i : i + 8] for i in range(0, 40, 8))


def studies_add(begin: int, end: int) -> None:
    first = begin // STUDIES_PER_PATIENT
    patients = Patient.objects.bulk_create(
        (
            Patient(
                patient_id=mrn(n),
                full_name=f"Bench Patient {n}",
                birth_date=date(1950, 1, 1) + timedelta(days=n * 7 % 20_000),
                gender="MF"[n % 2],
            )
            for n in range(first, -(-end // STUDIES_PER_PATIENT))
        ),
        batch_size=2_000,
    )
    now = timezone.now()
    studies = Study.objects.bulk_create(
        (
            Study(
                study_instance_uid=f"{ROOT_UID}.{n}",
                orthanc_id=archive_id(0xB0, n),
                patient=patients[n // STUDIES_PER_PATIENT - first],
                study_date=day(n),
                description="MRI brain" if n % 3 else "CT head",
                last_instance_at=now,
                stable_at=now,
            )
            for n in range(begin, end)
        ),
        batch_size=2_000,
    )
    series = Series.objects.bulk_create(
        (
            Series(
                series_instance_uid=f"{study.study_instance_uid}.{n}",
                orthanc_id=archive_id(0xB1 + n, begin + at),
                study=study,
                modality="MR" if (begin + at) % 3 else "CT",
                number=n,
            )
            for at, study in enumerate(studies)
            for n in range(SERIES_PER_STUDY)
        ),
        batch_size=2_000,
    )
    Instance.objects.bulk_create(
        (
            Instance(
                sop_instance_uid=f"{of.series_instance_uid}.{n}",
                orthanc_id=archive_id(0xC0 + n, begin * SERIES_PER_STUDY + at),
                series=of,
                sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
                number=n,
            )
            for at, of in enumerate(series)
            for n in range(INSTANCES_PER_SERIES)
        ),
        batch_size=5_000,
    )
    tables = ", ".join(one._meta.db_table for one in (Patient, Study, Series, Instance))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE TABLE {tables}")
        cursor.fetchall()


def resources(user: Any) -> list[dict[str, Any]]:
    """All patients and studies as we say them, by ids that HAPI takes."""
    found = []
    for kind in ("Patient", "ImagingStudy"):
        source = REGISTRY[kind].sources[0]
        for row in source.rows(user).order_by("pk"):
            made = source.resource(row)
            made = made | {"id": f"b{made['id']}", "meta": {}}
            made.pop("endpoint", None)
            if "subject" in made:
                named = made["subject"]["reference"].replace("Patient/", "Patient/b")
                made["subject"] = {"reference": named}
            found.append(made)
    return found


def p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=20)[18], 1)


def measured(server: FhirServer, size: int, prefix: str) -> dict[str, Any]:
    """p95 (ms) of reads and of each kind of search, and how many matches the searches had."""
    first = server.get("ImagingStudy?_count=1&_sort=_id")["entry"][0]["resource"]["id"]
    number = int(first.removeprefix(prefix))
    paths = {
        "read": lambda n, size: f"ImagingStudy/{prefix}{number + n * 37 % size}",
        **SEARCHES,
    }
    times: dict[str, list[float]] = {name: [] for name in paths}
    matches = 0
    for n in range(-2, REQUESTS):
        for name, path in paths.items():
            took, answer = server.timed(path(n % 1_000, size))
            if n >= 0:
                times[name].append(took)
                entries = answer.get("entry", [])
                matches += sum(one["search"]["mode"] == "match" for one in entries)
    found = {name: p95(each) for name, each in times.items()}
    every = [took for name, each in times.items() if name != "read" for took in each]
    return {"each": found, "read": found["read"], "search": p95(every), "matches": matches}


def shown(name: str, size: int, found: dict[str, Any]) -> None:
    for each, took in found["each"].items():
        print(f"{name:5} {size:>8,}  {each:22} p95 {took:8.1f} ms", flush=True)


def compared(sizes: list[int], most: int) -> dict[str, Any]:
    user = accounts.test_user_put(
        username="bench_doctor", password=PASSWORD, role="doctor", full_name="-"
    )
    _, tokens = accounts.login(username="bench_doctor", password=PASSWORD)
    summary: dict[str, Any] = {"bench": "fhir", "allowed_ms": ALLOWED_MS, "hapi_studies": 0}
    made = 0
    for size in sizes:
        studies_add(made, size)
        made = size
        with ours(tokens.access) as server:
            found = measured(server, size, "")
        shown("ours", size, found)
        summary[f"read_p95_ms_{size}"] = found["read"]
        summary[f"search_p95_ms_{size}"] = found["search"]
        if size <= most:
            summary |= beside(user, size, found)
    return summary


def beside(user: Any, size: int, ours_found: dict[str, Any]) -> dict[str, Any]:
    """HAPI's times for the same, and the share of them that ours are."""
    with hapi_beside() as server:
        speed = load(server, resources(user))
        print(f"hapi  {size:>8,}  loaded with {speed:.0f} resources/s", flush=True)
        found = measured(server, size, "b")
    shown("hapi", size, found)
    if found["matches"] != ours_found["matches"]:
        print(f"matches: ours {ours_found['matches']}, HAPI {found['matches']}")
    return {
        "hapi_studies": size,
        "hapi_read_p95_ms": found["read"],
        "hapi_search_p95_ms": found["search"],
        "read_of_hapi": round(ours_found["read"] / found["read"], 2),
        "search_of_hapi": round(ours_found["search"] / found["search"], 2),
        "same_matches": found["matches"] == ours_found["matches"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--hapi", type=int, default=HAPI, help="studies of it, 0: none")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    connection.settings_dict["TEST"]["NAME"] = "test_cdss_db_bench_fhir"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        summary = compared(sizes, options.hapi)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
