"""What the requests and answers of the API's description hold."""

from __future__ import annotations

NOTIFICATION = {
    "id": 5,
    "kind": "ai_completed",
    "text": "The AI result is ready for your review.",
    "params": {
        "job_id": 3,
        "study_instance_uid": "2.25.333216059847145773890626641928231274454",
    },
    "link": "/ai/jobs/3",
    "created_at": "2026-03-02T09:40:52.495743+09:00",
    "read_at": None,
}
READ = {"ids": [5, 6]}
READ_DONE = {"read": 2, "unread": 4}
