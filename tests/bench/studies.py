"""The list of studies with 10,000 of them beside the same list with 100.

--keep leaves the synthetic studies there to look at, --clear removes what was kept.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import django

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from django.utils import timezone  # noqa: E402

from common.http.api_client import ApiClient, default_base_url  # noqa: E402
from emr.models import Patient  # noqa: E402
from pacs.models import Instance, Series, Study  # noqa: E402

COUNT = 10_000
STUDIES_PER_PATIENT = 5
SERIES_PER_STUDY = 2
INSTANCES_PER_SERIES = 5
ROOT_UID = "1.2.826.0.1.3680043.10.1.9999"
MRN = "BENCH-"
REQUESTS = 20
TARGET_MS = 100.0
QUERIES: dict[str, dict[str, Any]] = {
    "first page": {},
    "a page of 200": {"page_size": 200},
    "last page": {"page": -1},
    "unread": {"reading_status": "UNREAD"},
    "MR": {"modality": "MR"},
    "one patient": {"patient_id": f"{MRN}00003"},
    "one month": {"study_date_after": "2025-03-01", "study_date_before": "2025-03-31"},
    "oldest first": {"ordering": "study_date"},
}


def _orthanc_id(kind: int, number: int) -> str:
    digits = f"{kind:08x}{number:032x}"
    return "-".join(digits[i : i + 8] for i in range(0, 40, 8))


def studies_make(count: int) -> None:
    """``count`` studies that only the index knows: nothing of them is in the archive."""
    patients = Patient.objects.bulk_create(
        Patient(
            patient_id=f"{MRN}{number:05}",
            full_name=f"Bench Patient {number}",
            birth_date=date(1950, 1, 1) + timedelta(days=number * 7 % 20000),
            gender="MF"[number % 2],
        )
        for number in range(-(-count // STUDIES_PER_PATIENT))
    )
    now = timezone.now()
    studies = Study.objects.bulk_create(
        (
            Study(
                study_instance_uid=f"{ROOT_UID}.{number}",
                orthanc_id=_orthanc_id(0xB0, number),
                patient=patients[number // STUDIES_PER_PATIENT],
                dicom_patient_id=patients[number // STUDIES_PER_PATIENT].patient_id,
                accession_number=f"B{number}",
                study_date=date(2024, 1, 1) + timedelta(days=number * 13 % 730),
                study_time=f"{number % 24:02}{number % 60:02}00",
                description="MRI brain" if number % 3 else "CT head",
                last_instance_at=now,
                stable_at=now,
            )
            for number in range(count)
        ),
        batch_size=2000,
    )
    series = Series.objects.bulk_create(
        (
            Series(
                series_instance_uid=f"{study.study_instance_uid}.{number}",
                orthanc_id=_orthanc_id(0xB1 + number, index),
                study=study,
                modality="MR" if index % 3 else "CT",
                number=number,
                description="T1",
            )
            for index, study in enumerate(studies)
            for number in range(SERIES_PER_STUDY)
        ),
        batch_size=2000,
    )
    Instance.objects.bulk_create(
        (
            Instance(
                sop_instance_uid=f"{of.series_instance_uid}.{number}",
                orthanc_id=_orthanc_id(0xC0 + number, index),
                series=of,
                sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
                number=number,
                rows=256,
                columns=256,
            )
            for index, of in enumerate(series)
            for number in range(INSTANCES_PER_SERIES)
        ),
        batch_size=5000,
    )


def studies_clear() -> None:
    Study.objects.filter(study_instance_uid__startswith=f"{ROOT_UID}.").delete()
    Patient.objects.filter(patient_id__startswith=MRN).delete()


@contextmanager
def many_studies(count: int = COUNT, *, keep: bool = False) -> Iterator[None]:
    """The synthetic studies while the block runs; after it too with ``keep``."""
    studies_clear()
    try:
        studies_make(count)
        yield
    finally:
        if not keep:
            studies_clear()


def measured(client: ApiClient) -> dict[str, float]:
    """Median time of each query in ms."""
    found = {}
    for name, query in QUERIES.items():
        params = dict(query)
        if params.get("page") == -1:
            params["page"] = -(-client.get("ris/studies/")["count"] // 50)
        seconds = []
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            client.get("ris/studies/", **params)
            seconds.append(time.perf_counter() - begun)
        found[name] = statistics.median(seconds) * 1000
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--clear", action="store_true")
    options = parser.parse_args()
    if options.clear:
        studies_clear()
        return
    client = ApiClient.logged_in(default_base_url(), "doctor", "doctor123")
    with many_studies(100):
        few = measured(client)
    begun = time.monotonic()
    with many_studies(COUNT, keep=options.keep):
        print(f"{COUNT} studies made in {time.monotonic() - begun:.1f} s")
        many = measured(client)
    print(f"\n{'median, ms':16} {'100':>8} {COUNT:>8}   target {TARGET_MS:.0f}")
    for name in QUERIES:
        verdict = "ok" if many[name] < TARGET_MS else "MISSED"
        print(f"{name:16} {few[name]:8.1f} {many[name]:8.1f}   {verdict}")
    measurements = {name.replace(" ", "_") + "_ms": round(many[name], 1) for name in QUERIES}
    ratio = max(many[name] / few[name] for name in QUERIES)
    print(
        json.dumps({"bench": "studies", "studies": COUNT, **measurements, "ratio": round(ratio, 2)})
    )


if __name__ == "__main__":
    main()
