"""What the requests and answers of the API's description hold: the synthetic patients."""

from __future__ import annotations

PATIENT_BRIEF = {
    "id": 1,
    "patient_id": "P2026-0001",
    "full_name": "김민준",
    "birth_date": "1974-03-02",
    "gender": "M",
}
PATIENT_NEW = {
    "patient_id": "P2026-0001",
    "full_name": "김민준",
    "birth_date": "1974-03-02",
    "gender": "M",
    "phone": "010-0000-0001",
    "address": "서울특별시 종로구",
}
PATIENT = {
    "id": 1,
    **PATIENT_NEW,
    "restricted": False,
    "version": 1,
    "emr_source": {"name": "OpenEMR", "synced_at": "2026-01-05T10:30:00+09:00", "stale": False},
}
PATIENT_CHANGE = {"phone": "010-0000-0099", "restricted": True}
GLASS_BREAK = {
    "patient_id": "P2026-0011",
    "reason": "Unconscious in the emergency room, no relatives",
}
GLASS_BROKEN = {"id": 3, "patient": 11, "expires_at": "2026-01-05T11:30:00+09:00"}
BROKEN_GLASS = {
    "id": 3,
    "patient": 11,
    "patient_id": "P2026-0011",
    "full_name": "",
    "user": {"id": 2, "username": "doctor", "full_name": "이서연", "role": "doctor"},
    "reason": "Unconscious in the emergency room, no relatives",
    "created_at": "2026-01-05T10:30:00+09:00",
    "ends_at": "2026-01-05T11:30:00+09:00",
    "open": False,
    "reviewed_at": "2026-01-06T09:00:00+09:00",
    "reviewed_by": {"id": 1, "username": "admin", "full_name": "시스템 관리자", "role": "admin"},
    "outcome": "justified",
    "comment": "",
}
GLASS_REVIEW = {"outcome": "justified", "comment": "Confirmed with the emergency room"}
TIMELINE_ENTRY = {
    "type": "encounter",
    "at": "2026-01-05T09:30:00+09:00",
    "id": 1,
    "title": "New headache for six weeks",
    "detail": "outpatient",
}
ENCOUNTER_NEW = {
    "patient": 1,
    "kind": "outpatient",
    "reason": "New headache for six weeks",
    "note": "No focal deficit.",
    "started_at": "2026-01-05T09:30:00+09:00",
}
ENCOUNTER = {
    "id": 1,
    "patient": PATIENT_BRIEF,
    "kind": "outpatient",
    "reason": "New headache for six weeks",
    "note": "No focal deficit.",
    "clinician": 2,
    "clinician_name": "이서연",
    "started_at": "2026-01-05T09:30:00+09:00",
    "ended_at": None,
    "version": 1,
}
PRESCRIPTION_NEW = {
    "patient": 1,
    "encounter": 1,
    "drug": "Acetaminophen",
    "dose": "500 mg",
    "frequency": "every 6 hours as needed",
    "days": 7,
}
PRESCRIPTION = {
    "id": 1,
    **PRESCRIPTION_NEW,
    "patient": PATIENT_BRIEF,
    "prescriber": 2,
    "prescriber_name": "이서연",
    "prescribed_at": "2026-01-05T09:30:00+09:00",
    "version": 1,
}

PATIENT_MERGE = {"into": 1}

SYNC_RUN = {
    "id": 4,
    "state": "running",
    "total": 1200,
    "done": 400,
    "created": 390,
    "conflicts": 2,
    "left_out": 1,
    "problems": [{"pid": 118, "field": "birth_date"}],
    "started_at": "2026-01-05T10:30:00+09:00",
    "finished_at": None,
}
_SIDE = {
    "full_name": "김민준",
    "birth_date": "1974-03-02",
    "gender": "M",
    "phone": "010-0000-0001",
    "address": "서울특별시 종로구",
}
SYNC_CONFLICT = {
    "id": 7,
    "patient": PATIENT_BRIEF,
    "ours": _SIDE,
    "theirs": _SIDE | {"phone": "010-0000-0099"},
    "kept": "",
    "created_at": "2026-01-05T10:30:00+09:00",
    "resolved_at": None,
}
SYNC_CONFLICT_RESOLVE = {"keep": "theirs"}
