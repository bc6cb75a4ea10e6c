"""What the requests and answers of the API's description hold: the brain of patient P2026-0001."""

from __future__ import annotations

from typing import Any

STUDY_UID = "2.25.333216059847145773890626641928231274454"
SERIES_UID = "2.25.121852365263760072419533216558915000533"
SOP_UIDS = [
    "2.25.130012516087098285886354148095763614072",
    "2.25.322830664257279620727603927681836629108",
]
_CODE = {"value": "12738006", "scheme": "SCT", "meaning": "Brain"}
MODEL = {
    "id": "brain_extraction",
    "version": "1.0.2",
    "name": "Brain extraction (T1 MRI)",
    "name_ko": "뇌 추출 (T1 MRI)",
    "kind": "network",
    "result_kind": "segmentation",
    "algorithm_name": "deepbet",
    "description": "Marks the brain in a T1-weighted head MRI and measures its volume.",
    "body_site": _CODE,
    "inputs": {"modalities": ["MR"], "min_slices": 16, "max_spacing_mm": 8.0},
    "gates": [{"check": "contrast"}, {"check": "dark_air", "subject": "head"}],
    "outputs": {
        "segments": [
            {
                "number": 1,
                "label": "Brain",
                "label_ko": "뇌",
                "color": "#f2c14e",
                "category": {
                    "value": "91723000",
                    "scheme": "SCT",
                    "meaning": "Anatomical Structure",
                },
                "type": _CODE,
                "plausible_ml": [700.0, 2200.0],
            }
        ]
    },
    "parameters": {"threshold": {"default": 0.5, "minimum": 0.05, "maximum": 0.95}},
    "licence": "MIT, copyright 2023 Medical Machine Learning Lab, University of Münster",
    "source": "https://github.com/wwu-mmll/deepbet",
    "intended_use": "A first mask for a doctor to correct and approve.",
    "limits": ["Made for T1-weighted images of healthy adults: check the mask of a tumour."],
}
MODEL_AVAILABLE = MODEL | {
    "available": True,
    "missing": [],
    "absent": [],
    "facts": [],
    "suitable_series": [{"study_instance_uid": STUDY_UID, "series_instance_uid": SERIES_UID}],
}
MODEL_MANAGED = {
    "id": "brain_extraction",
    "name": "Brain extraction (T1 MRI)",
    "name_ko": "뇌 추출 (T1 MRI)",
    "kind": "network",
    "result_kind": "segmentation",
    "intended_use": "A first mask for a doctor to correct and approve.",
    "intended_use_ko": None,
    "versions": ["1.0.2"],
    "used_version": "1.0.2",
    "default_version": "",
    "enabled": True,
    "version": 0,
}
MODELS_MANAGED = {
    "models": [MODEL_MANAGED],
    "refused": [{"id": "lesion", "version": "2.0", "reason": "runner.py is missing"}],
}
MODEL_SETTING = {"enabled": True, "default_version": "1.0.2"}
MODEL_USAGE = {
    "month": "2026-03-01",
    "model_version": "1.0.2",
    "jobs": 12,
    "completed": 11,
    "failed": 1,
    "approved": 9,
    "rejected": 1,
    "seconds": 4.4,
    "longest_seconds": 6.1,
    "compared": 9,
    "dice": 0.987,
    "volume_bias": 0.012,
}
JOB_NEW = {
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "model_type": "brain_extraction",
    "parameters": {"threshold": 0.5},
}
_STUDY = {
    "description": "MRI brain",
    "study_date": "2026-03-02",
    "study_time": "090000",
    "accession_number": "RIS2026-0001",
}
JOB_LISTED = {
    "id": 3,
    "status": "COMPLETED",
    "review_status": "APPROVED",
    "model": {
        "id": "brain_extraction",
        "version": "1.0.2",
        "kind": "network",
        "result_kind": "segmentation",
        "name": "Brain extraction (T1 MRI)",
        "name_ko": "뇌 추출 (T1 MRI)",
    },
    "origin": "model",
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "study": _STUDY,
    "series_description": "T1 3D 1 mm",
    "patient": 1,
    "patient_id": "P2026-0001",
    "patient_name": "김민준",
    "requested_by": "doctor",
    "requested_by_name": "이서연",
    "reviewed_by": "doctor",
    "reviewed_by_name": "이서연",
    "reviewed_at": "2026-03-02T09:40:52.883861+09:00",
    "segmentation": 3,
    "sources_moved": False,
    "urgency": "routine",
    "outlook": {"progress": None, "expected_wait_s": None, "place": None},
    "created_at": "2026-03-02T09:40:47.978875+09:00",
}
JOB = {
    **JOB_LISTED,
    "also_asked": [{"username": "rib", "full_name": "박지훈"}],
    "parameters": {},
    "facts": [],
    "result": {
        "risk_score": None,
        "confidence": 0.9977229962549967,
        "processing_time": 4.376,
        "preview_png": "iVBORw0KGgoAAAANSUhEUgAAAasAAA…",
        "warnings": [],
        "measurements": [{"label": "Brain", "volume_ml": 1956.253}],
        "version": 2,
        "kind": "edited",
        "quantities": [],
        "classes": [],
        "statements": [],
    },
    "error": None,
    "timeline": [
        {"step": "requested", "at": "2026-03-02T09:40:47.979997+09:00"},
        {"step": "completed", "at": "2026-03-02T09:40:52.486696+09:00"},
        {"step": "published", "at": "2026-03-02T09:40:54.358149+09:00"},
    ],
    "review_comment": "",
    "card": MODEL,
    "publication": {
        "status": "PUBLISHED",
        "seg": {
            "sop_instance_uid": "2.25.296282671006610588138128276923540579823",
            "series_instance_uid": "2.25.23541917670236689822118063895431055481",
            "stored_at": "2026-03-02T09:40:53.569870+09:00",
            "seen_at": "2026-03-02T09:40:54.204993+09:00",
        },
        "error": None,
        "fhir": {
            "diagnostic_report": "1caceeac-c2f1-43d7-bf15-68c82cb55c4b",
            "imaging_study": "b544b817-200f-4d59-800f-216d1a4c07a8",
            "at": "2026-03-02T09:40:54.357445+09:00",
        },
    },
}
REVIEW = {"decision": "approve", "version": 2, "comment": "The cerebellum is corrected."}
VERSION_SUMMARY: dict[str, Any] = {
    "version": 2,
    "kind": "edited",
    "author": "doctor",
    "author_name": "이서연",
    "parent": 1,
    "created_at": "2026-03-02T09:40:52.851229+09:00",
    "sha256": "9b7e291d35f25d24dadf4cbe1f6a8cf02b0aabe905b66f755a72c6b0456145a9",
    "volumes_ml": {"1": 1956.253},
}
VERSION = {**VERSION_SUMMARY, "rows": 217, "columns": 181, "slices": SOP_UIDS}
SEGMENTATION = {
    "id": 3,
    "job": 3,
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "segments": [
        {
            "number": 1,
            "label": "Brain",
            "label_ko": "뇌",
            "property_type": _CODE,
            "color": "#f2c14e",
        },
    ],
    "has_heatmap": True,
    "versions": [VERSION_SUMMARY],
}
_SHA256 = "9b7e291d35f25d24dadf4cbe1f6a8cf02b0aabe905b66f755a72c6b0456145a9"
PROVENANCE = {
    "segmentation": 3,
    "version": 2,
    "job": 3,
    "origin": "model",
    "patient_id": "P2026-0001",
    "patient_name": "김민준",
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "requested": {"username": "doctor", "name": "이서연", "at": "2026-03-02T09:40:47.978875+09:00"},
    "model": {
        "id": "brain_extraction",
        "version": "1.0.2",
        "name": "Brain extraction (T1 MRI)",
        "name_ko": "뇌 추출 (T1 MRI)",
        "algorithm_name": "deepbet",
        "manufacturer": "Medical Machine Learning Lab, University of Münster",
        "udi": "",
        "requested_parameters": {},
        "parameters": {"threshold": 0.5},
        "files": {"model.onnx": _SHA256},
        "runtime": {"python": "3.11.2", "onnxruntime": "1.23.2"},
    },
    "input": {
        "sha256": _SHA256,
        "instances": 181,
        "method": "SHA-256 over one line of …",
        "series": [],
    },
    "segments": [
        {
            "number": 1,
            "label": "Brain",
            "label_ko": "뇌",
            "tracking_id": "Brain 3.1",
            "tracking_uid": "2.25.282347823478",
        }
    ],
    "chain": [
        {
            **VERSION_SUMMARY,
            "changes": [{"segment": 1, "added": 120, "removed": 342, "assist": []}],
        }
    ],
    "review": {
        "username": "doctor",
        "name": "이서연",
        "at": "2026-03-02T09:40:52.883861+09:00",
        "decision": "APPROVED",
        "comment": "The cerebellum is corrected.",
    },
    "publication": [
        {
            "kind": "seg",
            "sop_instance_uid": "2.25.296282671006610588138128276923540579823",
            "stored_at": "2026-03-02T09:40:53.569870+09:00",
        }
    ],
}
SAVE = {
    "meta": {
        "segmentation": 3,
        "base_version": 1,
        "slices": SOP_UIDS,
        "rows": 217,
        "columns": 181,
        "final": False,
    },
    "labelmap": "(gzip of 2 x 217 x 181 bytes)",
}
SAVED = {"version": 2}


def accepted(status: str, review_status: str = "PENDING") -> dict[str, Any]:
    """The answer to a request that changes job 3."""
    return {"id": 3, "status": status, "review_status": review_status}


_LESION = {
    "category": {
        "value": "49755003",
        "scheme": "SCT",
        "meaning": "Morphologically Abnormal Structure",
    },
    "type": {"value": "108369006", "scheme": "SCT", "meaning": "Neoplasm"},
}
ASSIST: dict[str, Any] = {
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "model_type": "lesion_assist",
    "prompt": {
        "boxes": [
            {
                "segment": 1,
                "first_slice": SOP_UIDS[0],
                "last_slice": SOP_UIDS[1],
                "rows": [84, 153],
                "columns": [162, 208],
            }
        ],
        "points": [],
        "scribbles": [],
    },
}
ASSISTED = {
    "rows": 256,
    "columns": 256,
    "slices": SOP_UIDS,
    "labelmap": "H4sIAAAAAAAC/+3BAQEAAACA…",
    "volume_ml": 13.4,
    "hint": "Correct what is missing or too much by strokes.",
    "hint_ko": "빠지거나 넘친 부분은 스트로크로 수정하십시오.",
    "receipt": "eyJhY3RvciI6N30:1vO2Zq:3tGk…",
}
SEGMENTATION_NEW = {
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "segments": [{"number": 1, "label": "Tumor", **_LESION, "color": "#e4572e"}],
}
SEGMENTATION_IMPORT = {
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": SERIES_UID,
    "file": "(a NIfTI of the size of the series)",
    "segments": [{"number": 1, "label": "Tumor", **_LESION}],
}
SEGMENTATION_BEGUN = {"id": 4, "job": 5}
ROUTING_RULE_NEW = {
    "name": "뇌 T1: 뇌 추출",
    "modality": "MR",
    "sequence": "T1",
    "words": ["3D"],
    "job_type": "MR_BRAIN",
    "model_id": "brain_extraction",
}
ROUTING_RULE_CHANGE = {"enabled": True}
ROUTING_RULE = {
    "id": 1,
    **ROUTING_RULE_NEW,
    "enabled": False,
    "position": 0,
    "body_part": "",
    "priority": "",
    "model_version": "",
    "urgency": "",
    "version": 1,
}
ROUTING_DRY_RUN_OF = {"days": 30, "page": 1}
ROUTING_DRY_RUN = {**ROUTING_RULE_NEW, **ROUTING_DRY_RUN_OF}
_ROUTED_STUDY = {
    **_STUDY,
    "study_instance_uid": STUDY_UID,
    "patient": 1,
    "patient_id": "P2026-0001",
    "patient_name": "김민준",
}
ROUTING_DRY_RESULT = {
    "count": 1,
    "page": 1,
    "pages": 1,
    "seconds": 4.4,
    "expected_seconds": 4.4,
    "lines": [
        {
            "study": _ROUTED_STUDY,
            "outcome": "run",
            "series_instance_uid": SERIES_UID,
            "series_description": "T1 3D 1 mm",
            "refusal": "",
            "detail": "",
            "job": None,
        }
    ],
}
ROUTING_DECISION = {
    "id": 1,
    "rule": 1,
    "rule_name": "뇌 T1: 뇌 추출",
    "study": _ROUTED_STUDY,
    "job": None,
    "job_status": None,
    "refusal": "unsuitable",
    "detail": "the model needs 4 to 1024 slices, the series has 3",
    "at": "2026-03-02T09:40:47.978875+09:00",
}
QUEUED = {
    "id": 3,
    "status": "PENDING",
    "urgency": "stat",
    "outlook": {"progress": None, "expected_wait_s": 8.8, "place": 1},
    "started_at": None,
    **{
        name: JOB_LISTED[name]
        for name in ("model", "origin", "requested_by", "requested_by_name", "created_at")
    },
}
QUEUE_SETTING = {"queued_per_user": 50, "version": 1}
QUEUE_SETTING_CHANGE = {"queued_per_user": 100}
