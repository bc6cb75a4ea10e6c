"""What the requests and answers of the API's description hold."""

from __future__ import annotations

ANALYTE = {
    "code": "2823-3",
    "name": {"ko": "칼륨(K)", "en": "Potassium"},
    "unit": "mmol/L",
    "ranges": [{"low": 3.4, "high": 4.8, "min_age": 18, "sex": None, "method": None}],
    "critical_low": 2.5,
    "critical_high": 6.5,
}
SPECIMEN_NEW = {"kind": "serum"}
SPECIMEN = {
    "id": 1,
    "order": 6,
    "patient": {"id": 3, "patient_id": "P2026-0003", "full_name": "박서준"},
    "job_type": "BLOOD",
    "number": "2601070000000006-01",
    "kind": "serum",
    "state": "RECEIVED",
    "collected_at": "2026-01-07T14:10:00+09:00",
    "collected_by_name": "정하늘",
    "received_at": "2026-01-07T14:30:00+09:00",
    "received_by_name": "최유진",
    "rejected_at": None,
    "rejected_by_name": None,
    "reject_reason": "",
    "reject_note": "",
    "version": 2,
}
LABEL = {"number": "2601070000000006-01", "barcode": "11010011100110"}
REJECT = {"reason": "haemolysed", "note": "A new tube was asked for"}
_ENTERED = {"analytes": [{"code": "2823-3", "value": 6.8, "unit": "mmol/L"}]}
RESULT_NEW = {"result": _ENTERED}
RESULT = {
    "id": 1,
    "order": 6,
    "number": 1,
    "values": {
        "analytes": [
            {
                "code": "2823-3",
                "name": "Potassium",
                "value": 6.8,
                "unit": "mmol/L",
                "low": 3.4,
                "high": 4.8,
                "flag": "HH",
            }
        ]
    },
    "state": "ENTERED",
    "source": "manual",
    "reason": "",
    "entered": _ENTERED,
    "entered_by": 4,
    "entered_by_name": "최유진",
    "entered_at": "2026-01-07T14:40:00+09:00",
    "verified_by_name": None,
    "verified_at": None,
    "returned_by_name": None,
    "returned_at": None,
    "return_reason": "",
}
RETURN = {"reason": "Haemolysed: please measure again"}
CHECK = {"result": _ENTERED}
CHECKED = {
    "list": "analytes",
    "index": 0,
    "values": {"code": "2823-3", "value": 6.8, "unit": "mmol/L", "flag": "HH"},
    "field": "",
    "problem": "",
}
PANEL = {
    "sex": "F",
    "age": 52,
    "panels": [{"id": "glucose", "name": {"ko": "혈당", "en": "Glucose"}, "codes": ["2345-7"]}],
    "analytes": [
        {
            "code": "2823-3",
            "name": {"ko": "칼륨(K)", "en": "Potassium"},
            "unit": "mmol/L",
            "units": ["meq/L"],
            "methods": [],
            "low": 3.4,
            "high": 4.8,
            "critical_low": 2.5,
            "critical_high": 6.5,
        }
    ],
}
COUNTS = {"steps": {"RECEIVE": 3, "ENTER": 7}, "overdue": 1, "urgent": 2}
OPEN_CRITICALS = {
    "count": 1,
    "since": "2026-01-07T14:45:00+09:00",
    "escalated_at": "2026-01-07T15:00:00+09:00",
    "escalated_to": ["이서연"],
    "escalates_at": "2026-01-07T15:15:00+09:00",
}
VALUE = {
    "id": 1,
    "order": 6,
    "code": "2823-3",
    "name": {"ko": "칼륨(K)", "en": "Potassium"},
    "value": 6.8,
    "text": "6.8",
    "unit": "mmol/L",
    "low": 3.4,
    "high": 4.8,
    "flag": "HH",
    "at": "2026-01-07T14:45:00+09:00",
    "corrected_from": "8.6",
}
ANALYTE_HISTORY = {
    "code": "2823-3",
    "name": {"ko": "칼륨(K)", "en": "Potassium"},
    "unit": "mmol/L",
    "count": 1,
    "values": [VALUE],
}
ATTEMPT_NEW = {"told": "이서연", "how": "phone", "outcome": "confirmed"}
ATTEMPT = ATTEMPT_NEW | {"id": 1, "by_name": "최유진", "at": "2026-01-07T14:50:00+09:00"}
ESCALATION = {"id": 1, "turn": 1, "to_name": "이서연", "at": "2026-01-07T15:00:00+09:00"}
CRITICAL = {
    "id": 1,
    "order": 6,
    "patient": {"id": 3, "patient_id": "P2026-0003", "full_name": "박서준"},
    "code": "2823-3",
    "name": {"ko": "칼륨(K)", "en": "Potassium"},
    "value": "6.8",
    "unit": "mmol/L",
    "flag": "HH",
    "limit": 6.5,
    "at": "2026-01-07T14:45:00+09:00",
    "closed": True,
    "escalates_at": None,
    "attempts": [ATTEMPT],
    "escalations": [ESCALATION],
}
MESSAGE = {
    "id": 1,
    "kind": "hl7",
    "sender": "ANALYZER|LAB",
    "control_id": "M0001",
    "state": "HELD",
    "reason": "no open order fits",
    "order": None,
    "received_at": "2026-01-07T14:45:00+09:00",
    "discard_reason": "",
}
MESSAGE_TEXT = MESSAGE | {
    "raw": "MSH|^~\\&|ANALYZER|LAB|||20260107||ORU^R01^ORU_R01|M0001|P|2.5.1\r",
    "withheld": False,
}
MESSAGE_FOR = {"order": 6}
DISCARD = {"reason": "A test message of the vendor"}
IMPORTED = {"accepted": 2, "rejected": [{"line": 3, "reason": "unknown LOINC code"}]}
RNA = {"file": "9f86d081884c7d659a2feaa0c55ad015" * 2, "genes": 20000, "samples": 4}
