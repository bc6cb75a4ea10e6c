"""What the requests and answers of the API's description hold: the MRI of patient P2026-0001."""

from __future__ import annotations

from typing import Any

from acct.examples import USER_BRIEF
from pacs.examples import PATIENT, SEG_SERIES_UID, SEG_UID, SERIES, STUDY_UID

_READING: dict[str, Any] = {
    "reading_status": "READING",
    "reader": {"id": 3, "username": "radiologist", "full_name": "박도윤"},
    "reading_at": "2026-03-02T10:02:40.120339+09:00",
}

STUDY = {
    "id": 1,
    "study_instance_uid": STUDY_UID,
    "patient": PATIENT,
    "patient_age": 52,
    "patient_sex": "M",
    "order": {
        "id": 1,
        "accession_number": "RIS2026-0001",
        "job_type": "MR_BRAIN",
        "status": "IN_PROGRESS",
    },
    "priority": "urgent",
    "clinical_question": "New headache. Mass?",
    "ordered_by": "이서연",
    "modality": "MR",
    "modalities": ["MR", "SEG"],
    "study_date": "2026-03-02",
    "study_time": "090000",
    "description": "MRI brain",
    "accession_number": "RIS2026-0001",
    "series_count": 2,
    "instance_count": 182,
    "image_count": 181,
    "stable_at": "2026-03-02T09:31:11.784181+09:00",
    **_READING,
}

READER = _READING["reader"]

READING_CHANGE = {"status": "READING"}

READING = {"study_instance_uid": STUDY_UID, **_READING}

WORKLIST_ROW = {
    **STUDY,
    "reading_state": "being_read",
    "locked_by": _READING["reader"],
    "assigned_to": None,
    "ai": [
        {
            "job": 3,
            "model": {
                "id": "stroke_risk",
                "version": "1.0.0",
                "kind": "network",
                "result_kind": "risk",
                "name": "Stroke risk",
                "name_ko": "뇌졸중 위험도",
            },
            "status": "COMPLETED",
            "review_status": "PENDING",
            "risk_score": 0.86,
            "urgent": True,
        }
    ],
    "report": "draft",
    "waiting_since": "2026-03-02T09:24:40+09:00",
    "waiting_minutes": 38,
    "target_minutes": 240,
    "overdue": False,
}
WORKLIST_FILTER = {"name": "STAT CT", "query": {"state": "unread", "modality": "CT"}}
WORKLIST_SETTING = {
    "stat_minutes": 60,
    "urgent_minutes": 240,
    "routine_minutes": 1440,
    "lock_minutes": 30,
    "urgent_risk": 0.8,
    "by_modality": {"CT": {"stat_minutes": 30}},
    "version": 1,
}
LOCK = {"reason": "이어서 판독"}
HAND_OVER = {"hand_over_to": 9}
LOCKED = {
    **READING,
    "expires_at": "2026-03-02T10:32:40.120339+09:00",
    "assigned_to": None,
}

STUDY_DETAIL = {
    **STUDY,
    "series": [{**SERIES, "instances": 181, "images": 181}],
    "reports": [],
    "segmentations": [
        {
            "series_instance_uid": SEG_SERIES_UID,
            "modality": "SEG",
            "description": "Segmentation deepbet",
            "instances": 1,
            "sop_instance_uids": [SEG_UID],
            "objects": [
                {
                    "sop_instance_uid": SEG_UID,
                    "author": "이서연",
                    "content_date": "2026-03-02",
                    "content_time": "094052.883861",
                    "version": 2,
                    "superseded": False,
                    "approved_by": "이서연",
                    "job": 3,
                    "model": {
                        "id": "brain_extraction",
                        "version": "1.0.2",
                        "kind": "network",
                        "result_kind": "segmentation",
                        "name": "Brain extraction (T1 MRI)",
                        "name_ko": "뇌 추출 (T1 MRI)",
                    },
                }
            ],
        }
    ],
    "structured_reports": [],
    "other_objects": [],
    "htj2k": {
        "instances": 182,
        "stored": 181,
        "refused": [{"reason": "SEGMENTATION", "instances": 1}],
        "paused": False,
    },
    "dose": None,
    "senders": [
        {
            "ae_title": "MR1",
            "address": "192.0.2.21",
            "first_at": "2026-03-02T09:21:07+09:00",
            "last_at": "2026-03-02T09:24:40+09:00",
        }
    ],
    "priors": [],
    "other_studies": [],
}

_SHARED_STUDY = {
    "study_instance_uid": STUDY_UID,
    "description": "MRI brain",
    "study_date": "2026-03-02",
    "accession_number": "RIS2026-0001",
}
_DOCTOR = {"id": 2, "username": "doctor", "full_name": "이서연", "role": "doctor"}
SHARE_NEW = {
    "study_instance_uid": STUDY_UID,
    "grantee": 7,
    "expires_at": "2026-03-16T18:00:00+09:00",
    "reason": "Second opinion",
}
SHARE = {
    "id": 4,
    "side": "given",
    "whole_patient": False,
    "patient": {key: PATIENT[key] for key in ("id", "patient_id", "full_name")},
    "study": _SHARED_STUDY,
    "grantee": USER_BRIEF,
    "granted_by": _DOCTOR,
    "reason": "Second opinion",
    "created_at": "2026-03-02T10:30:00+09:00",
    "expires_at": "2026-03-16T18:00:00+09:00",
    "revoked_at": None,
}
ACCESS = {
    "basis": "share",
    "person": USER_BRIEF,
    "role": None,
    "by": _DOCTOR,
    "study": _SHARED_STUDY,
    "order": None,
    "share": 12,
    "reason": "Second opinion",
    "since": "2026-03-02T10:30:00+09:00",
    "until": "2026-03-16T18:00:00+09:00",
}

NODE_NEW = {
    "name": "MR 1",
    "ae_title": "MR1",
    "address": "192.0.2.21",
    "port": 104,
    "tls": False,
    "may_store": True,
    "may_find": False,
    "may_move": False,
    "may_worklist": True,
    "may_restricted": False,
    "modalities": ["MR"],
}
NODE_CHANGE = {"may_worklist": False}
NODE = {
    "id": 3,
    **NODE_NEW,
    "tls_check": "certificate",
    "tls_certificate": "",
    "echo_outcome": "ok",
    "echo_at": "2026-03-02T08:00:00+09:00",
    "version": 1,
}
NODE_ECHO = {"outcome": "ok", "milliseconds": 12, "at": "2026-03-02T08:00:00+09:00"}
SCHEDULED_STUDY = {
    "order": 1,
    "order_status": "ACCEPTED",
    "accession_number": "RIS2026-0001",
    "job_type": "MR_BRAIN",
    "priority": "urgent",
    "patient": PATIENT,
    "modality": "MR",
    "study_instance_uid": STUDY_UID,
    "state": "listed",
    "reason": "waiting",
    "listed_at": "2026-03-02T08:30:00+09:00",
    "removed_at": None,
    "studies": 0,
    "elsewhere": 0,
    "last_image_at": None,
    "performed": {
        "ae_title": "MR1",
        "state": "IN PROGRESS",
        "started_at": "2026-03-02T09:20:00+09:00",
        "ended_at": None,
    },
}
KEY_FINDINGS_TEXT = {
    "text": "Rt. frontal lobe에 enhancing mass 있음. 출혈은 배제 못함.",
    "language": "ko",
}
KEY_FINDINGS = {
    "findings": [
        {
            "concept": concept,
            "code": code,
            "term": term,
            "start": start,
            "end": end,
            "negated": False,
            "uncertain": uncertain,
            "historical": False,
        }
        for concept, code, term, start, end, uncertain in (
            ("enhancement", None, "Contrast enhancement", 18, 27, False),
            ("tumour", "108369006", "Neoplasm", 28, 32, False),
            ("haemorrhage", "50960005", "Hemorrhage", 37, 39, True),
        )
    ]
}
_PRESENT_T1C, _PRIOR_T1C = "1.2.826.0.1.3680043.8.498.31", "1.2.826.0.1.3680043.8.498.21"
_REASONS = ["same_modality", "same_sequence", "same_body_part", "same_plane", "same_contrast"]
_FRAME = "1.2.826.0.1.3680043.8.498.99"
_PRIOR = {
    "study_instance_uid": "1.2.826.0.1.3680043.8.498.2",
    "study_date": "2025-07-02",
    "description": "MRI brain",
    "score": 100,
    "reasons": ["same_modality", "same_body_part", "same_sequence"],
    "matches": True,
}
HANGING = {
    "study_instance_uid": "1.2.826.0.1.3680043.8.498.1",
    "layouts": [
        {
            "protocol": "brain_mr_follow_up",
            "rows": 1,
            "columns": 2,
            "panes": [
                {
                    "series_instance_uid": uid,
                    "frame_of_reference_uid": _FRAME,
                    "kind": "T1C",
                    "region": "head",
                    "window": "",
                    "is_prior": uid == _PRIOR_T1C,
                }
                for uid in (_PRESENT_T1C, _PRIOR_T1C)
            ],
        }
    ],
    "prior": _PRIOR,
    "chosen_by": "rule",
    "pairs": [
        {
            "present": _PRESENT_T1C,
            "prior": _PRIOR_T1C,
            "score": 90,
            "reasons": _REASONS,
            "shares_frame": True,
        }
    ],
    "priors": [_PRIOR],
    "links": [],
}
REGISTRATION_REQUEST = {
    "fixed_series": SERIES["series_instance_uid"],
    "moving_series": SEG_SERIES_UID,
}
REGISTRATION = {
    "id": 4,
    "version": 3,
    "status": "done",
    "progress": 1.0,
    "fixed_study": "1.2.826.0.1.3680043.8.498.1",
    "moving_study": "1.2.826.0.1.3680043.8.498.2",
    "moving_study_date": "2025-07-02",
    **REGISTRATION_REQUEST,
    "fixed_description": "T1 MPRAGE",
    "moving_description": "FLAIR",
    "resampled_series": "",
    "transform": [
        [0.9998, -0.0175, 0.0, 3.2],
        [0.0175, 0.9998, 0.0, -1.4],
        [0.0, 0.0, 1.0, 5.0],
        [0.0, 0.0, 0.0, 1.0],
    ],
    "error_mm": 0.31,
    "flagged": False,
    "reasons": [],
    "repetitions": {"start_1": 0.24, "half_1": 0.31, "backward": 0.22},
    "error_code": "",
    "error_message": "",
    "error_detail": "",
    "created_at": "2026-03-02T10:02:40.120339+09:00",
    "requested_by": "Park Doyun",
    "decided_by": None,
    "decided_at": None,
    "decision_reason": "",
    "stored_at": None,
}
