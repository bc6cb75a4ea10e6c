"""What the requests and answers of the API's description hold."""

from __future__ import annotations

NOTIFICATION = {
    "id": 5,
    "kind": "ai_completed",
    "text": "The AI result is ready for your review. 김민준 (P2026-0001) · MRI brain · Mar 2, 2026"
    " · RIS2026-0001 · Brain extraction · requested by 이서연",
    "about": {
        "patient": {"id": 1, "patient_id": "P2026-0001", "full_name": "김민준"},
        "study": {
            "study_instance_uid": "2.25.333216059847145773890626641928231274454",
            "description": "MRI brain",
            "study_date": "2026-03-02",
            "accession_number": "RIS2026-0001",
        },
        "order": None,
        "model": {
            "id": "brain_extraction",
            "name": {"ko": "뇌 추출", "en": "Brain extraction"},
        },
        "people": [{"part": "requested", "full_name": "이서연"}],
    },
    "params": {"job_id": 3},
    "link": "/ai/jobs/3",
    "created_at": "2026-03-02T09:40:52.495743+09:00",
    "read_at": None,
}
READ = {"ids": [5, 6]}
READ_DONE = {"read": 2, "unread": 4}
