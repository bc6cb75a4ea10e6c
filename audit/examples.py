"""What the answers of the API's description hold."""

from __future__ import annotations

AUDIT_LOG = {
    "id": 403,
    "occurred_at": "2026-03-02T09:41:07.541448+09:00",
    "actor_id": 2,
    "actor_username": "doctor",
    "actor_role": "doctor",
    "action": "study.read",
    "object_type": "study",
    "object_id": "2.25.333216059847145773890626641928231274454",
    "patient_id": 1,
    "permission": "view_study",
    "outcome": "ok",
    "source_ip": "192.0.2.14",
    "request_id": "381689b81f9233f14d6e3f5cbdfb94b0",
    "requests": 1,
    "until": None,
    "detail": {},
}
BURST_ITEM = {
    "at": "2026-03-02T09:41:07.541000+09:00",
    "sop_instance_uid": "2.25.227951473962311452713062842214560203",
    "frame": 1,
}
AUDIT_VERIFIED = {
    "state": "done",
    "requested_at": "2026-03-02T09:50:00.102448+09:00",
    "finished_at": "2026-03-02T09:50:04.811209+09:00",
    "done": 48211,
    "total": 48211,
    "intact": False,
    "breaks": [{"kind": "record_changed", "place": "403"}],
    "break_count": 1,
    "restarts": [],
    "copies_compared": True,
}
