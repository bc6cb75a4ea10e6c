"""What the requests and answers of the API's description hold."""

from __future__ import annotations

from typing import Any

from emr.examples import PATIENT_BRIEF

_STUDY = "1.2.826.0.1.3680043.8.498.1"


def _record(pk: int, new: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A record as it is answered."""
    common = {
        "id": pk,
        "note": "",
        "recorded_by": 2,
        "recorded_by_name": "이서연",
        "created_at": "2026-02-02T10:00:00+09:00",
        "updated_at": "2026-02-02T10:00:00+09:00",
        "version": 1,
    }
    return common | new | fields | {"patient": PATIENT_BRIEF}


_DOSE = {"cycle": 1, "day": 1, "drug": "Temozolomide", "dose": 150.0, "unit": "mg/m2"}
PLAN_NEW = {
    "patient": 1,
    "kind": "chemotherapy",
    "title": "Adjuvant temozolomide",
    "planned_on": "2026-02-02",
    "regimen": "TMZ 5/28",
    "drugs": ["Temozolomide"],
    "cycles": [_DOSE],
}
PLAN = _record(
    4,
    PLAN_NEW,
    status="PLANNED",
    started_on=None,
    ended_on=None,
    stop_reason="",
    order=None,
    extent_of_resection="",
    resection_percent=None,
    total_dose_gy=None,
    fractions=None,
    technique="",
    target="",
)
PLAN_MOVE = {"status": "ACTIVE", "on": "2026-02-02"}
EVENT_NEW = {"plan": 4, "kind": "cycle_given", "occurred_on": "2026-02-06", "cycle": 1}
EVENT = _record(9, EVENT_NEW, fractions=None)
ADVERSE_NEW = {
    "patient": 1,
    "plan": 4,
    "term": "Platelet count decreased",
    "grade": 2,
    "onset_on": "2026-02-20",
    "attribution": "probable",
    "action_taken": "dose_reduced",
}
ADVERSE = _record(3, ADVERSE_NEW, ended_on=None)
TERM = {"term": "Platelet count decreased", "ko": "혈소판 감소", "lowest": 1, "highest": 4}
PERFORMANCE_NEW = {"patient": 1, "assessed_on": "2026-02-20", "karnofsky": 80, "ecog": 1}
PERFORMANCE = _record(2, PERFORMANCE_NEW)
LIFE_NEW = {"patient": 1, "status": "alive", "on": "2026-02-20"}
LIFE = _record(2, LIFE_NEW)
REMOVAL = {"reason": "Recorded for the wrong patient"}
VISIT_NEW = {
    "patient": 1,
    "planned_at": "2026-03-02T09:30:00+09:00",
    "purpose": "MRI and clinic after cycle 1",
    "clinician": 2,
}
VISIT = _record(5, VISIT_NEW, clinician_name="이서연", status="PLANNED")
VISIT_MOVE = {"status": "DONE", "note": ""}
_LESION = {"label": "Left temporal", "longest_mm": 24.0, "perpendicular_mm": 15.0}
RESPONSE_NEW = {
    "patient": 1,
    "study_instance_uid": _STUDY,
    "assessed_on": "2026-03-01",
    "baseline": False,
    "lesions": [_LESION],
    "flair": "stable",
    "new_lesion": False,
    "steroid_mg": 2.0,
    "clinical": "stable",
}
_JUDGEMENT = {
    "response": "SD",
    "reasons": ["sum_halved", "unconfirmed"],
    "unconfirmed": "PR",
    "confirmed_on": None,
    "pseudoprogression": False,
    "sum_mm2": 360.0,
    "baseline_mm2": 800.0,
    "smallest_mm2": 800.0,
    "baseline_change_percent": -55.0,
    "smallest_change_percent": -55.0,
    "lesions": [],
}
RESPONSE = _record(
    7, RESPONSE_NEW, new_lesion_outside_field=None, response="SD", judgement=_JUDGEMENT
) | {"study_moved": False}
REVISION = {
    "id": 12,
    "kind": "plan",
    "row": 4,
    "action": "moved",
    "version": 2,
    "reason": "",
    "actor": 2,
    "actor_name": "이서연",
    "at": "2026-02-02T10:05:00+09:00",
    "values": {"status": "ACTIVE", "started_on": "2026-02-02"},
}
CURVES = {
    "volumes": [
        {
            "study_instance_uid": _STUDY,
            "on": "2026-03-01",
            "label": "Enhancing tumour",
            "label_ko": "조영증강 종양",
            "volume_ml": 4.2,
            "job_id": 11,
            "version": 2,
        }
    ],
    "diameters": [
        {
            "study_instance_uid": _STUDY,
            "on": "2026-03-01",
            "lesions": [_LESION],
            "sum_mm2": 360.0,
            "response": "SD",
        }
    ],
}
SURVIVAL = {
    "steps": [
        {
            "days": 0,
            "at_risk": 21,
            "deaths": 0,
            "censored": 0,
            "survival": 1.0,
            "low": None,
            "high": None,
        },
        {
            "days": 42,
            "at_risk": 21,
            "deaths": 3,
            "censored": 1,
            "survival": 0.857,
            "low": 0.62,
            "high": 0.952,
        },
    ],
    "median_days": None,
}
