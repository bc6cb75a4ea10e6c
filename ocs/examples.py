"""What the requests and answers of the API's description hold."""

from __future__ import annotations

ORDER_NEW = {
    "patient": 1,
    "encounter": 1,
    "job_role": "RIS",
    "job_type": "MR_BRAIN",
    "priority": "routine",
    "clinical_info": "New headache for six weeks. Mass?",
}
STEP = {"reason": "The scanner is free at 14:00"}
RESULT = {"result": {"gene_mutations": ["IDH1 R132H", "1p/19q codeletion"]}}
ORDER = {
    "id": 6,
    "accession_number": "LIS2026-0003",
    "patient": {"id": 3, "patient_id": "P2026-0003", "full_name": "박서준"},
    "encounter": 4,
    "job_role": "LIS",
    "job_type": "GENETIC",
    "priority": "routine",
    "status": "CONFIRMED",
    "clinical_info": "IDH and 1p/19q of the archived specimen",
    "result": RESULT["result"],
    "ordered_by": 2,
    "ordered_by_name": "이서연",
    "ordered_at": "2026-01-07T14:00:00+09:00",
    "version": 5,
}
ORDER_STEP = {
    "id": 2,
    "from_status": "ORDERED",
    "to_status": "ACCEPTED",
    "actor": 3,
    "actor_name": "박지훈",
    "reason": "",
    "at": "2026-01-05T10:02:11.509663+09:00",
}
