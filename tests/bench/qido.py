"""QIDO-RS with 1,000, 100,000 and 1,000,000 studies: what a search costs must not grow with them.

A study here has one series of one image; 300 are made a day, as in a large hospital, so that a
million are nine years of work. --sizes 1000,100000 leaves out the largest, --clear removes what a
killed run left behind, --explain prints the plan of each search.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import django

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from common.http.api_client import ApiClient, default_base_url  # noqa: E402

SIZES = (1_000, 100_000, 1_000_000)
ALLOWED_RATIO = 2.0
ALLOWED_MS = 5.0
REQUESTS = 21
CHUNK = 10_000
FIRST_ID = -(10**9)
STUDIES_PER_PATIENT = 4
STUDIES_PER_DAY = 300
ROOT_UID = "1.2.826.0.1.3680043.10.1.9998"
NEWEST = date(2026, 6, 30)
FAMILY_NAMES = (
    *("Kim", "Kim", "Kim", "Kim", "Lee", "Lee", "Lee", "Park", "Park", "Choi"),
    *("Jung", "Kang", "Cho", "Yoon", "Jang", "Lim", "Han", "Oh", "Seo", "Shin"),
)
TABLES = ("emr_patient", "ris_study", "ris_nameword", "ris_series", "ris_instance")
_NAMED = 400
_DAY = (NEWEST - timedelta(days=1)).strftime("%Y%m%d")
QUERIES: dict[str, str] = {
    "StudyInstanceUID": f"studies?StudyInstanceUID={ROOT_UID}.{_NAMED}",
    "PatientID": f"studies?PatientID=QIDO-{_NAMED // STUDIES_PER_PATIENT}",
    "AccessionNumber": f"studies?AccessionNumber=Q{_NAMED}",
    "PatientName=Kim*": "studies?PatientName=Kim*&limit=100",
    "PatientName rare": "studies?PatientName=Shin%5EMin19*&limit=4",
    "fuzzy name": "studies?PatientName=min100%20kim&fuzzymatching=true&limit=4",
    "one day": f"studies?StudyDate={_DAY}&limit=100",
    "MR of one day": f"studies?StudyDate={_DAY}&ModalitiesInStudy=MR&limit=100",
    "ModalitiesInStudy=MR": "studies?ModalitiesInStudy=MR&limit=100",
    "first page": "studies?limit=100",
    "first 1,000": "studies",
    "offset 10,000": "studies?limit=100&offset=10000",
    "series by UID": f"series?SeriesInstanceUID={ROOT_UID}.{_NAMED}.1",
    "series of a patient": f"series?PatientID=QIDO-{_NAMED // STUDIES_PER_PATIENT}",
    "series of MR": "series?Modality=MR&limit=100",
    "series, first page": "series?limit=100",
    "instance by UID": f"instances?SOPInstanceUID={ROOT_UID}.{_NAMED}.1.1",
    "instances of MR": "instances?Modality=MR&limit=100",
    "instances, first page": "instances?limit=100",
}
LISTS: dict[str, str] = {
    "list, first page": "studies/",
    "list, a patient": f"studies/?patient_id=QIDO-{_NAMED // STUDIES_PER_PATIENT}",
    "list, STAT first": "studies/?ordering=priority",
    "list, by patient": "studies/?ordering=patient",
    "list, by modality": "studies/?ordering=-modality",
    "list, by state": "studies/?ordering=reading_status",
    "search, a name": "studies/?search=shin%20min19",
    "search, accession": f"studies/?search=Q{_NAMED}",
}


def columns(table: str) -> Mapping[str, str]:
    """Column to SQL over ``n``, the number of the study (of the patient for patients)."""
    now = f"'{timezone.now().replace(tzinfo=None):%Y-%m-%d %H:%M:%S}'"
    of = f"n DIV {STUDIES_PER_PATIENT}"
    family = "', '".join(FAMILY_NAMES)
    number = "n" if table == "emr_patient" else of
    name = f"ELT(1 + {number} * 7919 % {len(FAMILY_NAMES)}, '{family}')"
    given = f"CONCAT('Min', {number} % 5000)"
    uid = f"CONCAT('{ROOT_UID}.', n"
    modality = "ELT(1 + n % 4, 'CT', 'MR', 'CR', 'US')"
    study = {"id": f"{FIRST_ID} + n"}
    return {
        "emr_patient": study
        | {"patient_id": "CONCAT('QIDO-', n)", "full_name": f"CONCAT({name}, ' ', {given})"}
        | {"birth_date": "'1960-01-01'", "gender": "'F'", "phone": "''", "address": "''"}
        | {"restricted": "0", "version": "1", "created_at": now, "updated_at": now},
        "ris_study": study
        | {"study_instance_uid": f"{uid})", "orthanc_id": "CONCAT('qido-study-', n)"}
        | {"patient_id": f"{FIRST_ID} + {of}", "dicom_patient_id": f"CONCAT('QIDO-', {of})"}
        | {"dicom_patient_name": f"CONCAT({name}, '^', {given})"}
        | {"dicom_birth_date": "'19600101'", "dicom_sex": "'F'"}
        | {"accession_number": "CONCAT('Q', n)", "study_id": "'1'", "study_time": "'101530'"}
        | {"study_date": f"DATE_SUB('{NEWEST}', INTERVAL n DIV {STUDIES_PER_DAY} DAY)"}
        | {"timezone_offset_from_utc": "''", "referring_physician_name": "''"}
        | {"description": "'MRI brain'", "version": "1"}
        | {"last_instance_at": now, "stable_at": now, "created_at": now, "updated_at": now}
        | {"list_modality": modality, "list_patient_name": f"CONCAT({name}, ' ', {given})"}
        | {"list_priority": "n % 4", "list_reading": "n % 3"},
        "ris_nameword": {"study_id": f"{FIRST_ID} + n", "id": f"{FIRST_ID} + 2 * n + w"}
        | {"word": f"LOWER(IF(w, {given}, {name}))"},
        "ris_series": study
        | {"study_id": f"{FIRST_ID} + n", "series_instance_uid": f"{uid}, '.1')"}
        | {"orthanc_id": "CONCAT('qido-series-', n)", "number": "1", "description": "'T1'"}
        | {"modality": modality, "body_part": "'HEAD'"}
        | {"frame_of_reference_uid": "''", "series_time": "''"}
        | {"performed_procedure_step_start_time": "''"}
        | {"scheduled_procedure_step_id": "''", "requested_procedure_id": "''"},
        "ris_instance": study
        | {"series_id": f"{FIRST_ID} + n", "sop_instance_uid": f"{uid}, '.1.1')"}
        | {"orthanc_id": "CONCAT('qido-image-', n)", "number": "1", "frames": "1"}
        | {"sop_class_uid": "'1.2.840.10008.5.1.4.1.1.4'", "transfer_syntax_uid": "''"}
        | {"file_size": "0", "indexed_at": now, "rows": "256", "columns": "256"}
        | {"htj2k": "'REFUSED'", "htj2k_reason": "'NOT_SUPPORTED'"},
    }[table]


def rows_insert(table: str, begin: int, end: int) -> None:
    """Rows ``begin`` to ``end``, at most CHUNK of them, made by the database itself."""
    chosen = columns(table)
    digits = " UNION ALL ".join(f"SELECT {i} AS i" for i in range(10))
    sources = ", ".join(f"({digits}) AS {name}" for name in "abcd")
    number = f"{begin} + a.i + 10 * b.i + 100 * c.i + 1000 * d.i AS n"
    twice = ", (SELECT 0 AS w UNION ALL SELECT 1) AS words" if table == "ris_nameword" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(f'`{name}`' for name in chosen)})"  # noqa: S608
            f" SELECT {', '.join(chosen.values())}"
            f" FROM (SELECT {number} FROM {sources}) AS numbers{twice}"
            f" WHERE n < {end}"
        )


def studies_add(begin: int, end: int) -> None:
    """Studies ``begin`` to ``end``, a bar while they are made."""
    with connection.cursor() as cursor:
        cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
    work = [
        (table, first, min(first + CHUNK, last))
        for table in TABLES
        for last in [-(-end // STUDIES_PER_PATIENT) if table == "emr_patient" else end]
        for first in range(
            -(-begin // STUDIES_PER_PATIENT) if table == "emr_patient" else begin, last, CHUNK
        )
    ]
    for done, (table, first, last) in enumerate(work, 1):
        rows_insert(table, first, last)
        bar(f"{end:>9,} studies", done, len(work))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE TABLE {', '.join(TABLES)}")
        cursor.fetchall()


def studies_clear() -> None:
    """Their ids are negative: nothing else's are."""
    work = []
    with connection.cursor() as cursor:
        cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
        for table in reversed(TABLES):
            cursor.execute(f"SELECT MAX(id) FROM {table} WHERE id < 0")  # noqa: S608
            last = cursor.fetchone()[0] or FIRST_ID - 1
            work += [(table, first) for first in range(FIRST_ID, last + 1, CHUNK)]
        for done, (table, first) in enumerate(work, 1):
            cursor.execute(
                f"DELETE FROM {table} WHERE id BETWEEN %s AND %s",  # noqa: S608
                [first, min(first + CHUNK, 0) - 1],
            )
            bar("removing", done, len(work))


def bar(what: str, done: int, total: int) -> None:
    filled = 30 * done // total
    print(f"\r{what} [{'#' * filled:30}]", end="\n" if done == total else "", flush=True)


@contextmanager
def many_studies() -> Iterator[None]:
    """Whatever happens inside the block, the studies are removed after it."""
    studies_clear()
    try:
        yield
    finally:
        studies_clear()


def measured(client: ApiClient) -> dict[str, tuple[float, int]]:
    """Median time of each search in ms, and how many rows it found."""
    paths = {name: f"ris/dicom-web/{path}" for name, path in QUERIES.items()}
    paths |= {name: f"ris/{path}" for name, path in LISTS.items()}
    found = {}
    for name, path in paths.items():
        seconds = []
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            answer = client.get(path)
            seconds.append(time.perf_counter() - begun)
        rows = answer if isinstance(answer, list) else answer["results"]
        found[name] = statistics.median(seconds) * 1000, len(rows)
    return found


def table_print(results: Mapping[int, Mapping[str, tuple[float, int]]]) -> list[str]:
    """The measurements side by side; the searches that are not flat.

    A search is compared with itself among the fewest studies that gave it as many rows.
    """
    sizes = list(results)
    print(f"\n{'median, ms':22}" + "".join(f"{size:>11,}" for size in sizes) + "   rows")
    grown = []
    for name, (many, rows) in results[sizes[-1]].items():
        few = next(results[size][name][0] for size in sizes if results[size][name][1] == rows)
        verdict = "flat" if many <= ALLOWED_RATIO * few + ALLOWED_MS else "GROWS"
        if verdict == "GROWS":
            grown.append(name)
        measurements = "".join(f"{results[size][name][0]:11.1f}" for size in sizes)
        print(f"{name:22}{measurements}{rows:7}   {verdict}")
    return grown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--clear", action="store_true")
    options = parser.parse_args()
    if options.clear:
        studies_clear()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the studies are removed
    client = ApiClient.logged_in(default_base_url(), "doctor", "doctor123")
    results: dict[int, dict[str, tuple[float, int]]] = {}
    made = 0
    with many_studies():
        for size in map(int, options.sizes.split(",")):
            studies_add(made, size)
            made = size
            results[size] = measured(client)
    summary: dict[str, Any] = {"bench": "qido", "grows": table_print(results)}
    for size, measurements in results.items():
        summary[str(size)] = {name: round(ms, 1) for name, (ms, _) in measurements.items()}
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
