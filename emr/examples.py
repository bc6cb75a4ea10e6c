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
    "formerly": [{"id": 7, "patient_id": "P2019-0815", "full_name": "김민준"}],
    "emr_source": {
        "name": "OpenEMR",
        "synced_at": "2026-01-05T10:30:00+09:00",
        "records_synced_at": "2026-01-05T10:30:00+09:00",
        "stale": False,
        "down_since": None,
    },
}
PATIENT_CREATED = PATIENT | {
    "possible_duplicates": [PATIENT_BRIEF | {"id": 7, "patient_id": "P2019-0815"}]
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
    "ref": "1",
    "title": "New headache for six weeks",
    "detail": "outpatient",
    "whole_day": False,
}
TIMELINE = {"results": [TIMELINE_ENTRY], "next": "2026-01-05T09:30:00+09:00~encounter~1"}
ENCOUNTER_NEW = {
    "patient": 1,
    "kind": "outpatient",
    "reason": "New headache for six weeks",
    "location": "Neurosurgery outpatient clinic 2",
    "note": "No focal deficit.",
    "started_at": "2026-01-05T09:30:00+09:00",
}
ENCOUNTER = {
    "id": 1,
    "patient": PATIENT_BRIEF,
    "kind": "outpatient",
    "reason": "New headache for six weeks",
    "location": "Neurosurgery outpatient clinic 2",
    "note": "No focal deficit.",
    "clinician": 2,
    "clinician_name": "이서연",
    "started_at": "2026-01-05T09:30:00+09:00",
    "ended_at": None,
    "spo2_scale": 1,
    "pregnant": False,
    "version": 1,
    "created_at": "2026-01-05T09:32:00+09:00",
    "deleted": None,
}
PRESCRIPTION_NEW = {
    "patient": 1,
    "encounter": 1,
    "drug": "Acetaminophen",
    "drug_code": "N02BE01",
    "daily_mg": 2000,
    "dose": "500 mg",
    "frequency": "every 6 hours as needed",
    "days": 7,
}
PRESCRIPTION_CHECK = {
    "patient": 1,
    "drug": "Warfarin 2 mg",
    "drug_code": "B01AA03",
    "daily_mg": 2,
}
WARNING = {
    "code": "interaction:B01AC06",
    "kind": "interaction",
    "about": "Aspirin",
    "severity": "major",
    "effect": "more bleeding",
    "effect_ko": "출혈 위험 증가",
    "source": "FDA label, Coumadin (7.3)",
}
DRUG = {
    "atc": "N02BE01",
    "name": "Acetaminophen",
    "name_ko": "아세트아미노펜",
    "max_daily_mg": 4000,
    "source": "FDA OTC label, acetaminophen 500 mg: at most 4,000 mg in 24 hours",
}
PRESCRIPTION = {
    "id": 1,
    **PRESCRIPTION_NEW,
    "warnings": [],
    "warnings_reason": "",
    "patient": PATIENT_BRIEF,
    "prescriber": 2,
    "prescriber_name": "이서연",
    "prescribed_at": "2026-01-05T09:30:00+09:00",
    "ends_at": "2026-01-12T09:30:00+09:00",
    "stopped_at": None,
    "stopped_by_name": None,
    "stop_reason": "",
    "version": 1,
    "created_at": "2026-01-05T09:32:00+09:00",
    "deleted": None,
}
PRESCRIPTION_STOP = {"reason": "Nausea; changed to another drug"}
TERM = {
    "code_system": "KCD",
    "code": "I63.9",
    "name": "Cerebral infarction",
    "name_ko": "뇌경색증",
}

MERGE_NEW = {
    "survivor": 1,
    "duplicate": 7,
    "reason": "Registered twice on the day of admission",
    "fields": {"phone": "duplicate"},
    "survivor_version": 3,
    "duplicate_version": 1,
}
_DUPLICATE = PATIENT_BRIEF | {"id": 7, "patient_id": "P2019-0815"}
_MERGE_RECORD = {
    **{name: value for name, value in PATIENT.items() if name not in ("emr_source", "formerly")},
    "has_account": False,
    "created_at": "2026-01-05T10:30:00+09:00",
}
MERGE_PREVIEW = {
    "survivor": _MERGE_RECORD,
    "duplicate": _MERGE_RECORD | {"id": 7, "patient_id": "P2019-0815", "phone": "010-0000-0099"},
    "fields": [
        {
            "name": "phone",
            "survivor": "010-0000-0001",
            "duplicate": "010-0000-0099",
            "differs": True,
        }
    ],
    "follows": {"emr.Encounter": 2, "ocs.Order": 1, "pacs.Study": 3},
    "obstacles": [],
    "warnings": ["becomes_restricted"],
}
_PROPOSER = {"id": 2, "username": "doctor", "full_name": "이서연", "role": "doctor"}
MERGE = {
    "id": 5,
    "survivor": PATIENT_BRIEF,
    "duplicate": _DUPLICATE,
    "state": "merged",
    "reason": "Registered twice on the day of admission",
    "fields": {"phone": "duplicate"},
    "proposed_by": _PROPOSER,
    "proposed_at": "2026-01-05T10:30:00+09:00",
    "decided_by": {"id": 1, "username": "admin", "full_name": "시스템 관리자", "role": "admin"},
    "decided_at": "2026-01-05T11:00:00+09:00",
    "undo_until": "2026-02-04T11:00:00+09:00",
    "undone_by": None,
    "undone_at": None,
    "not_restored": [],
}
DUPLICATE_PAIR = {
    "id": 3,
    "first": PATIENT_BRIEF,
    "second": _DUPLICATE,
    "score": 85,
    "alike": ["name", "birth_date", "gender"],
    "found_at": "2026-01-05T10:30:00+09:00",
    "dismissed_at": None,
}
_SENT = {
    "full_name": "김민준",
    "birth_date": "1974-03-02",
    "gender": "M",
    "phone": "010-0000-0001",
    "address": "서울특별시 종로구",
}
BULK_SYNC = {"source": "HANGANG", "patients": [{"external_id": "H-0001", **_SENT}]}
INCOMING_RUN = {
    "id": 2,
    "source": "HANGANG",
    "state": "running",
    "total": 1200,
    "done": 400,
    "percent": 33,
    "states": {"WAITING": 800, "NEW": 390, "CANDIDATES": 10},
    "requested_by": _PROPOSER,
    "started_at": "2026-01-05T10:30:00+09:00",
    "finished_at": None,
}
INCOMING_PATIENT = {
    "id": 9,
    "run": 2,
    "source": "HANGANG",
    "external_id": "H-0001",
    "line": 1,
    "sent": _SENT,
    "state": "CANDIDATES",
    "reason": "",
    "candidates": [
        {
            "patient": PATIENT_BRIEF | {"phone": "010-0000-0001", "address": "서울특별시 종로구"},
            "score": 100,
            "alike": ["name", "birth_date", "phone", "gender"],
        }
    ],
    "patient": None,
    "resolved_by": None,
    "resolved_at": None,
}
INCOMING_RESOLVE = {"decision": "link", "patient": 1}
ROW_DELETE = {"reason": "Entered for the wrong patient"}
_RECORDED = {
    "recorded_by": 5,
    "recorded_by_name": "박지훈",
    "version": 1,
    "created_at": "2026-01-05T09:32:00+09:00",
    "deleted": None,
}
VITALS_NEW = {
    "patient": 1,
    "measured_at": "2026-01-05T09:30:00+09:00",
    "systolic_mmhg": 152,
    "diastolic_mmhg": 84,
    "heart_rate": 76,
    "respiratory_rate": 16,
    "temperature_c": 36.7,
    "spo2_percent": 98,
    "weight_kg": 68.5,
    "height_cm": 172.0,
    "pain": 3,
    "consciousness": "alert",
    "supplemental_oxygen": False,
}
VITALS = {
    "id": 1,
    **VITALS_NEW,
    "patient": PATIENT_BRIEF,
    "flags": {"systolic_mmhg": "high"},
    **_RECORDED,
}
VITALS_TREND = {
    "measure": "systolic_mmhg",
    "unit": "mm[Hg]",
    "low": 111,
    "high": 139,
    "points": [{"at": "2026-01-05T09:30:00+09:00", "value": 152, "flag": "high"}],
}
ALLERGY_NEW = {
    "patient": 1,
    "category": "drug",
    "substance": "Penicillin",
    "code_system": "ATC",
    "code": "J01C",
    "reaction": "Urticaria",
    "severity": "moderate",
    "status": "active",
}
ALLERGY = {"id": 1, **ALLERGY_NEW, "patient": PATIENT_BRIEF, **_RECORDED}
PROBLEM_NEW = {
    "patient": 1,
    "code_system": "KCD",
    "code": "C71.9",
    "text": "Malignant neoplasm of brain, unspecified",
    "onset_date": "2025-12-20",
    "resolved_date": None,
    "status": "active",
}
PROBLEM = {"id": 1, **PROBLEM_NEW, "patient": PATIENT_BRIEF, **_RECORDED}
NOTE_NEW = {
    "patient": 1,
    "encounter": 1,
    "title": "Outpatient visit",
    "text": "Headache for six weeks, worse in the morning. MRI ordered.",
}
NOTE = {
    "id": 1,
    **NOTE_NEW,
    "patient": PATIENT_BRIEF,
    "signed_at": "2026-01-05T09:32:00+09:00",
    **_RECORDED,
}
RECORD_CHANGE = {
    "id": 2,
    "version": 2,
    "action": "update",
    "at": "2026-01-05T09:40:00+09:00",
    "actor": {"id": 5, "username": "nurse", "full_name": "박지훈", "role": "nurse"},
    "changes": [{"field": "heart_rate", "before": 67, "after": 76}],
}
ENCOUNTER_CHANGE = {"ended_at": "2026-01-05T10:00:00+09:00"}
PRESCRIPTION_CHANGE = {"days": 3}
VITALS_CHANGE = {"heart_rate": 76}
ALLERGY_CHANGE = {"reaction": "Urticaria", "severity": "moderate"}
PROBLEM_CHANGE = {"status": "resolved", "resolved_date": "2026-01-05"}
NOTE_CHANGE = {"text": "Headache for eight weeks, worse in the morning. MRI ordered."}

SYNC_RUN = {
    "id": 4,
    "state": "running",
    "total": 1200,
    "done": 400,
    "created": 390,
    "conflicts": 2,
    "left_out": 1,
    "records": 5210,
    "records_left_out": 12,
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
    "kind": "patient",
    "ours": _SIDE,
    "theirs": _SIDE | {"phone": "010-0000-0099"},
    "shown": "9f2c4b01d7e65a38",
    "kept": "",
    "created_at": "2026-01-05T10:30:00+09:00",
    "resolved_at": None,
}
OPENEMR_ROW = {
    "id": 31,
    "kind": "encounter",
    "row": None,
    "faults": [{"field": "started_at", "reason": "unknown"}],
    "values": {"kind": "outpatient", "reason": "두통", "started_at": None, "ended_at": None},
    "seen_at": "2026-01-05T10:30:00+09:00",
}
SYNC_CONFLICT_RESOLVE = {"keep": "theirs"}
PATIENT_SUMMARY = {
    "allergies": {"state": "recorded", "active": [ALLERGY]},
    "problems": [PROBLEM],
    "medication": [PRESCRIPTION],
    "vitals": [
        {
            "measure": "systolic_mmhg",
            "unit": "mm[Hg]",
            "value": 152,
            "at": "2026-01-05T09:30:00+09:00",
            "flag": "high",
            "low": 111,
            "high": 139,
        }
    ],
    "encounter": ENCOUNTER,
    "care_team": [{"id": 2, "username": "doctor", "full_name": "이서연", "role": "doctor"}],
    "orders": [],
    "criticals": [],
    "flagged": [],
    "ai_waiting": None,
}
