from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ai.tests.factories import make_series

PLANS, EVENTS = "/api/treatments/plans/", "/api/treatments/events/"
ADVERSE, PERFORMANCE = "/api/treatments/adverse-events/", "/api/treatments/performance/"
HISTORY = "/api/treatments/history/"
VISITS, RESPONSES = "/api/followups/visits/", "/api/followups/responses/"
LIFE, CURVES = "/api/followups/vital-status/", "/api/followups/volume-curve/"
SURVIVAL = "/api/followups/survival/"


def day(ago: int) -> str:
    """The hospital's date some days ago."""
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


def plan_body(patient: int, kind: str = "surgery", **fields: Any) -> dict[str, Any]:
    details: dict[str, dict[str, Any]] = {
        "surgery": {"extent_of_resection": "gross_total", "resection_percent": 100},
        "radiotherapy": {"total_dose_gy": 60, "fractions": 30, "technique": "imrt"},
        "chemotherapy": {
            "regimen": "TMZ 5/28",
            "drugs": ["Temozolomide"],
            "cycles": [
                {"cycle": 1, "day": 1, "drug": "Temozolomide", "dose": 150, "unit": "mg/m2"}
            ],
        },
    }
    return {"patient": patient, "kind": kind, "title": f"First {kind}"} | details[kind] | fields


def adverse_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {
        "patient": patient,
        "term": "Platelet count decreased",
        "grade": 2,
        "onset_on": day(3),
        "attribution": "probable",
        "action_taken": "none",
    } | fields


def visit_body(patient: int, hours: float = 24, **fields: Any) -> dict[str, Any]:
    at = timezone.now() + timedelta(hours=hours)
    return {"patient": patient, "planned_at": at.isoformat(), "purpose": "MRI and clinic"} | fields


def response_body(study: Any, longest: float, other: float, **fields: Any) -> dict[str, Any]:
    """Everything is known, and stable."""
    return {
        "patient": study.patient_id,
        "study_instance_uid": study.study_instance_uid,
        "lesions": [{"label": "Left temporal", "longest_mm": longest, "perpendicular_mm": other}],
        "flair": "stable",
        "new_lesion": False,
        "steroid_mg": 2,
        "clinical": "stable",
    } | fields


def study_of(patient: Any, ago: int, tag: str = "1") -> Any:
    """A study of the patient, some days ago."""
    study = make_series(patient, slices=1, tag=tag).study
    study.study_date = date.fromisoformat(day(ago))
    study.save(update_fields=["study_date"])
    return study


def post(client: Any, url: str, body: dict[str, Any], status: int = 201) -> Any:
    answer = client.post(url, body, format="json")
    assert answer.status_code == status, answer.json()
    return answer.json()


def refused_field(client: Any, url: str, body: dict[str, Any], status: int = 400) -> str:
    """The field that a refusal names."""
    field: str = post(client, url, body, status)["error"]["field"]
    return field


def move(client: Any, url: str, row: dict[str, Any], expected: int = 200, /, **body: Any) -> Any:
    answer = client.post(
        f"{url}{row['id']}/move/", body, format="json", headers={"If-Match": f'"{row["version"]}"'}
    )
    assert answer.status_code == expected, answer.json()
    return answer.json()


def patch(client: Any, url: str, row: dict[str, Any], expected: int = 200, /, **body: Any) -> Any:
    answer = client.patch(
        f"{url}{row['id']}/", body, format="json", headers={"If-Match": f'"{row["version"]}"'}
    )
    assert answer.status_code == expected, answer.json()
    return answer.json()


def remove(client: Any, url: str, row: dict[str, Any], reason: str = "Entered twice") -> int:
    status: int = client.delete(
        f"{url}{row['id']}/",
        {"reason": reason},
        format="json",
        headers={"If-Match": f'"{row["version"]}"'},
    ).status_code
    return status


def active_plan(client: Any, patient: int, kind: str = "surgery", ago: int = 60) -> Any:
    plan = post(client, PLANS, plan_body(patient, kind))
    return move(client, PLANS, plan, status="ACTIVE", on=day(ago))
