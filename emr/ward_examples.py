"""Examples of wards, care teams and the own record for the description of the API."""

from __future__ import annotations

from emr.examples import PATIENT_BRIEF, VITALS, VITALS_NEW

_DOCTOR = {"id": 2, "username": "doctor", "full_name": "이서연", "role": "doctor"}
_NURSE = {"id": 5, "username": "nurse", "full_name": "박지훈", "role": "nurse"}
_WARD_PATIENT = PATIENT_BRIEF | {"restricted": False}
WARD_CHANGE = {
    "name_ko": "신경외과 병동",
    "name_en": "Neurosurgery ward",
    "beds": ["501-1", "501-2", "502-1"],
}
WARD_NEW = {"code": "5W", **WARD_CHANGE}
_WARD_BRIEF = {
    "id": 1,
    "code": "5W",
    "name": {"ko": "신경외과 병동", "en": "Neurosurgery ward"},
}
WARD = _WARD_BRIEF | {"beds": ["501-1", "501-2", "502-1"], "active": True, "version": 1}
STAY_CHANGE = {"ward": 1, "bed": "501-2", "reason": "Closer to the nurse station"}
STAY_NEW = {"encounter": 1, "ward": 1, "bed": "501-1"}
STAY_END = {"discharge": True, "reason": "Home"}
STAY = {
    "id": 3,
    "patient": PATIENT_BRIEF,
    "encounter": 1,
    "ward": _WARD_BRIEF,
    "bed": "501-1",
    "started_at": "2026-01-05T09:30:00+09:00",
    "ended_at": None,
    "reason": "",
    "placed_by": _NURSE,
    "ended_by": None,
    "version": 1,
}
_BEDSIDE = {
    "stay": 3,
    "stay_version": 1,
    "since": "2026-01-05T09:30:00+09:00",
    "encounter": 1,
    "kind": "inpatient",
    "admitted_at": "2026-01-05T09:30:00+09:00",
    "patient": _WARD_PATIENT,
    "age": 51,
    "latest": [
        {
            "measure": "heart_rate",
            "value": 96.0,
            "at": "2026-01-05T14:00:00+09:00",
            "flag": "high",
        }
    ],
    "limits": [{"measure": "heart_rate", "low": 51.0, "high": 90.0}],
    "consciousness": "alert",
    "supplemental_oxygen": False,
    "news": {
        "score": None,
        "risk": None,
        "refusal": "incomplete",
        "scale": 1,
        "at": "2026-01-05T14:00:00+09:00",
        "parts": [{"name": "heart_rate", "points": 1}],
        "missing": ["respiratory_rate", "spo2_percent"],
    },
    "allergy_state": "recorded",
    "allergies": [
        {"id": 1, "substance": "Penicillin", "severity": "moderate", "reaction": "Urticaria"}
    ],
    "tasks": [
        {
            "kind": "order",
            "id": 12,
            "label": {"ko": "혈액 검사", "en": "Blood test"},
            "state": "ORDERED",
            "at": "2026-01-05T10:00:00+09:00",
            "due_at": "2026-01-05T16:00:00+09:00",
            "overdue": False,
            "urgent": True,
        }
    ],
}
BOARD = {
    "ward": _WARD_BRIEF,
    "at": "2026-01-05T14:05:00+09:00",
    "beds": [
        {"bed": "501-1", "state": "taken", "bedside": _BEDSIDE},
        {"bed": "501-2", "state": "free", "bedside": None},
    ],
}
_CLIENT_ID = "6f1c2a9e-52b1-4d3c-9a55-1b0c8b0f7d11"
VITALS_BULK = {"rows": [VITALS_NEW | {"client_id": _CLIENT_ID}]}
VITALS_BULK_DONE = {
    "results": [{"client_id": _CLIENT_ID, "outcome": "created", "vitals": VITALS, "error": None}]
}
CARE_MEMBER_END = {"reason": "Moved to another department"}
CARE_MEMBER_NEW = {
    "patient": 1,
    "user": 5,
    "role": "nurse",
    "reason": "Primary nurse of this stay",
}
CARE_MEMBER = {
    "id": 4,
    "patient": _WARD_PATIENT,
    "user": _NURSE,
    "role": "nurse",
    "since": "2026-01-05T09:30:00+09:00",
    "added_by": _DOCTOR,
    "reason": "Primary nurse of this stay",
}
CARE_CHANGE = {
    "at": "2026-01-05T09:30:00+09:00",
    "action": "create",
    "person": _NURSE,
    "role": "nurse",
    "by": _DOCTOR,
    "reason": "Primary nurse of this stay",
}
RECORD_READER = {
    "id": 90,
    "at": "2026-01-05T09:30:00+09:00",
    "name": "이서연",
    "role": "doctor",
    "part": "laboratory",
    "changed": False,
    "emergency": False,
}
CONTACT_NEW = {"phone": "010-0000-0099"}
CONTACT_DECISION = {"accept": True}
CONTACT_REQUEST = {
    "id": 2,
    "patient": PATIENT_BRIEF,
    "now": {"phone": "010-0000-0001", "address": "서울특별시 종로구"},
    "phone": "010-0000-0099",
    "address": None,
    "state": "pending",
    "requested_at": "2026-01-05T09:30:00+09:00",
    "decided_by": None,
    "decided_at": None,
    "answer": "",
}
