"""What the requests and answers of the API's description hold."""

from __future__ import annotations

ORDER_NEW = {
    "patient": 1,
    "encounter": 1,
    "job_role": "RIS",
    "job_type": "MR_BRAIN",
    "priority": "routine",
    "clinical_info": "New headache for six weeks. Mass?",
    "body_part": "BRAIN",
    "due_at": "2026-01-07T18:00:00+09:00",
}
STEP = {"reason": "The scanner is free at 14:00"}
RESULT = {
    "result": {
        "gene_mutations": [{"gene": "IDH1", "hgvs": "NM_005896.4:c.395G>A", "vaf": 0.41}],
        "cnv": [{"region": "1p/19q", "change": "codeletion"}],
    }
}
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
    "body_part": "",
    "laterality": "",
    "due_at": None,
    "overdue": False,
    "assigned_to": 4,
    "assigned_to_name": "최유진",
    "result": RESULT["result"],
    "result_schema_version": 1,
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
DUPLICATE = {
    "id": 5,
    "accession_number": "2601070000000005",
    "job_type": "GENETIC",
    "status": "ORDERED",
    "ordered_by_name": "이서연",
    "ordered_at": "2026-01-07T13:40:00+09:00",
}
ORDER_CREATED = ORDER | {"possible_duplicates": [DUPLICATE]}
DUPLICATES = {"possible_duplicates": [DUPLICATE]}
ASSIGN = {"user": 4}
ASSIGNEES = [{"id": 4, "full_name": "최유진"}]
NOTE_NEW = {"text": "Tube haemolysed, a new one was asked for"}
NOTE = NOTE_NEW | {"id": 1, "author": 4, "author_name": "최유진", "at": "2026-01-07T14:20:00+09:00"}
ORDER_SETS = [
    {
        "id": "new_brain_tumour",
        "name": {"ko": "뇌종양 초진", "en": "New brain tumour"},
        "orders": [
            {"job_role": "LIS", "job_type": "GENETIC", "priority": "routine", "body_part": ""}
        ],
    }
]
SET_FOR = {"patient": 3, "rows": [0], "clinical_info": "New headache for six weeks. Mass?"}
SHEET = {
    "hospital": "NeuroNova Hospital",
    "printed_at": "2026-01-07T15:00:00+09:00",
    "printed_by_name": "이서연",
    "barcode": "1101001110011010010000",
    "birth_date": "1961-05-09",
    "gender": "M",
    "order": ORDER,
    "history": [ORDER_STEP],
}
SET_APPLIED = {"orders": [ORDER]}
RESULT_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "x-version": 1,
    "type": "object",
    "properties": {"summary": {"type": "string", "title": "Summary", "x-ko": "소견"}},
    "required": ["summary"],
}
