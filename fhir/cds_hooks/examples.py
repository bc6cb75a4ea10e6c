"""Examples of the API's description."""

from __future__ import annotations

from typing import Any

CARD_UUID = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
SUGGESTION_UUID = "e56e1945-20b3-4393-8503-a1a20fd73152"
HOOK_REQUEST: dict[str, Any] = {
    "hook": "order-sign",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {
        "userId": "Practitioner/2",
        "patientId": "7",
        "draftOrders": {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {
                    "resource": {
                        "resourceType": "ServiceRequest",
                        "id": "draft-1",
                        "status": "draft",
                        "intent": "order",
                        "subject": {"reference": "Patient/7"},
                        "code": {"text": "MRI of the brain with contrast"},
                    }
                }
            ],
        },
    },
}
CARDS: dict[str, Any] = {
    "cards": [
        {
            "uuid": CARD_UUID,
            "summary": "Contrast agent with poor kidney function: eGFR 22 mL/min/1.73 m² on "
            "2026-11-20",
            "indicator": "warning",
            "source": {
                "label": "NeuroNova CDSS",
                "url": "https://cdss.example.org",
                "topic": {"system": "https://cdss.example.org/fhir/cds-rule",
                          "code": "kidney-function",
                          "display": "Contrast agent with poor kidney function"},
            },
        }
    ]
}  # fmt: skip
SERVICES: dict[str, Any] = {
    "services": [
        {
            "hook": "patient-view",
            "id": "patient-view",
            "title": "NeuroNova CDSS: When a patient's record is opened",
            "description": "AI results, diagnoses, follow-up.",
            "prefetch": {"patient": "Patient/{{context.patientId}}"},
        }
    ]
}
FEEDBACK: dict[str, Any] = {
    "feedback": [
        {
            "card": CARD_UUID,
            "outcome": "overridden",
            "overrideReason": {
                "reason": {
                    "code": "emergency",
                    "system": "https://cdss.example.org/fhir/cds-override-reason",
                },
                "userComment": "Stroke within the time window",
            },
            "outcomeTimestamp": "2026-11-29T05:10:00Z",
        }
    ]
}
RULE: dict[str, Any] = {
    "rule": "kidney-function",
    "name": {"ko": "신장 기능 저하와 조영제", "en": "Contrast agent with poor kidney function"},
    "hooks": ["order-select", "order-sign"],
    "enabled": True,
    "limit": 30,
    "bounds": {"usual": 30, "least": 10, "most": 90, "unit": "mL/min/{1.73_m2}"},
    "shown": 41,
    "accepted": 9,
    "overridden": 12,
    "reasons": [
        {
            "code": "emergency",
            "name": {"ko": "응급 상황", "en": "Emergency"},
            "count": 7,
        }
    ],
    "version": 1,
}
RULE_CHANGE = {"enabled": True, "limit": 45}
FEEDBACK_ROW: dict[str, Any] = {
    "id": 12,
    "rule": "kidney-function",
    "hook": "order-sign",
    "indicator": "warning",
    "outcome": "overridden",
    "reason": "emergency",
    "comment": "Stroke within the time window",
    "patient": {"id": 7, "patient_id": "NN-000007", "full_name": "김민준"},
    "user_name": "이서연",
    "client_name": None,
    "shown_at": "2026-11-29T05:09:41Z",
    "outcome_at": "2026-11-29T05:10:00Z",
}
CLIENT_NEW: dict[str, Any] = {
    "name": "EHR of the hospital",
    "issuer": "https://ehr.example.org",
    "jwks_url": "https://ehr.example.org/jwks.json",
    "patient_system": "https://ehr.example.org/mrn",
    "user_system": "",
    "enabled": True,
}
CLIENT: dict[str, Any] = {"id": 1, **CLIENT_NEW, "version": 1}
