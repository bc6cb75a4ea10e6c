"""The first look-up of a patient whom only OpenEMR has, beside the second, which is ours alone.

Needs CDSS_OPENEMR=1 bin/up. Its patients stay in OpenEMR's database: the account may not delete.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import date

import django

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

django.setup()

from common.http.api_client import ApiClient, default_base_url  # noqa: E402
from emr.models import Patient  # noqa: E402
from openemr.models import PatientData  # noqa: E402
from openemr.selectors import is_configured, last_pid  # noqa: E402

COUNT = 200
OTHERS = 10_000
TARGET_MS = 60.0


def patients_make(prefix: str, count: int) -> list[str]:
    """Their MRNs."""
    first = last_pid() + 1
    rows = [
        PatientData(
            pid=first + number,
            pubpid=f"{prefix}-{number:05}",
            fname="Bench",
            lname=f"Patient {number}",
            birth_date=date(1950, 1, 1),
            sex="Female",
        )
        for number in range(count)
    ]
    PatientData.objects.bulk_create(rows, batch_size=1000)
    return [row.pubpid for row in rows]


def measured(client: ApiClient, mrns: list[str]) -> list[float]:
    """The time of each look-up in ms."""
    found = []
    for mrn in mrns:
        begun = time.perf_counter()
        answer = client.get("emr/patients/", patient_id=mrn)
        found.append((time.perf_counter() - begun) * 1000)
        assert answer["count"] == 1, mrn
    return found


def main() -> None:
    if not is_configured():
        sys.exit("There is no OpenEMR: CDSS_OPENEMR=1 bin/up makes one.")
    prefix = f"BENCH{int(time.time())}"
    patients_make(f"{prefix}X", OTHERS)
    mrns = patients_make(prefix, COUNT)
    client = ApiClient.logged_in(default_base_url(), "doctor", "doctor123")
    try:
        through, ours = measured(client, mrns), measured(client, mrns)
    finally:
        Patient.objects.filter(patient_id__startswith=prefix).delete()
    p99 = statistics.quantiles(through, n=100)[98]
    medians = statistics.median(through), statistics.median(ours)
    ratio = medians[0] / medians[1]
    verdict = "ok" if medians[0] < TARGET_MS else "MISSED"
    print(
        f"read-through {medians[0]:.1f} ms, p99 {p99:.1f} ms   target {TARGET_MS:.0f}   {verdict}"
    )
    print(f"ours         {medians[1]:.1f} ms   ratio {ratio:.2f}")
    figures = {"read_through_ms": medians[0], "read_through_p99_ms": p99, "ours_ms": medians[1]}
    rounded = {name: round(value, 1) for name, value in figures.items()}
    print(json.dumps({"bench": "openemr", **rounded, "ratio": round(ratio, 2)}))


if __name__ == "__main__":
    main()
