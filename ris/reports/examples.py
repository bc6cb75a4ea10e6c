"""What the requests and answers of reports hold: that on the MRI of patient P2026-0001."""

from __future__ import annotations

from lis.examples import ATTEMPT
from pacs.examples import PATIENT, STUDY_UID

_READER = {"id": 3, "username": "radiologist", "full_name": "박도윤"}
_SECTIONS = {
    "clinical_information": "두통.",
    "technique": "조영 전후 뇌 MRI.",
    "comparison": "없음.",
    "findings": "우측 전두엽에 고리형 조영증강 종괴. 조영증강 종양 16.4 mL.",
    "impression": "고등급 교종 의심.",
    "recommendation": "",
}
_FIELDS = {"lesion_count": "single", "enhancing_volume": 16.4}
_TAKEN = {"key": "ai:3:volume:1", "section": "findings", "text": "조영증강 종양 16.4 mL"}
_SOURCE = {
    "kind": "ai",
    "id": "3",
    "title": "뇌종양 분할",
    "study_instance_uid": STUDY_UID,
    "at": "2026-03-02T09:41:00+09:00",
    "by": "이서연",
}
_MARK = {
    **_TAKEN,
    "value": 16.4,
    "unit": "mL",
    "source": _SOURCE,
    "edited": False,
    "confirmed": True,
}
_IMAGE = {"sop_instance_uid": f"{STUDY_UID}.1.90", "frame": 1}

REPORT_NEW = {
    "study_instance_uid": STUDY_UID,
    "template": "brain_tumour",
    "language": "ko",
    "sections": _SECTIONS,
    "fields": _FIELDS,
}
REPORT_CHANGE = {
    "sections": {"impression": "고등급 교종 의심."},
    "fields": {"lesion_count": "single"},
    "taken_over": [_TAKEN],
    "key_images": [_IMAGE],
}
SIGNATURE = {"password": "radiologist123"}
DISCARD = {"reason": "다른 검사에 잘못 작성함"}
AMENDMENT = {"reason": "좌우가 바뀌었음", "sections": {"impression": "고등급 교종 의심 (우측)."}}
REPORT_STUDY = {
    "description": "MRI brain",
    "study_date": "2026-03-02",
    "modality": "MR",
    "accession_number": "RIS2026-0001",
}
REPORT_ROW = {
    "id": 5,
    "study_instance_uid": STUDY_UID,
    "patient": PATIENT,
    "study": REPORT_STUDY,
    "template": "brain_tumour",
    "language": "ko",
    "status": "signed",
    "version": 14,
    "edition": 1,
    "predecessor": None,
    "successor": None,
    "in_force": True,
    "reason": "",
    "author": _READER,
    "created_at": "2026-03-02T10:03:00+09:00",
    "saved_by": _READER,
    "saved_at": "2026-03-02T10:20:00+09:00",
    "preliminary_by": None,
    "preliminary_at": None,
    "signed_by": _READER,
    "signed_at": "2026-03-02T10:20:00+09:00",
    "critical": None,
    "moved_at": None,
    "archive": {
        "stored_at": "2026-03-03T10:21:00+09:00",
        "failures": 0,
        "error": "",
        "next_at": None,
    },
}
_TEXT = {
    "sections": _SECTIONS,
    "fields": _FIELDS,
    "taken_over": [_MARK],
    "key_images": [_IMAGE],
}
REPORT_VERSION = {
    "number": 14,
    "status": "signed",
    "language": "ko",
    "template": "brain_tumour",
    "reason": "",
    "author": _READER,
    "at": "2026-03-02T10:20:00+09:00",
    **_TEXT,
}
SUMMARY = {
    "id": 5,
    "study_instance_uid": STUDY_UID,
    "study": REPORT_STUDY,
    "patient": PATIENT,
    "status": "signed",
    "language": "ko",
    "template": "brain_tumour",
    "title": "뇌종양 MRI",
    "signed_at": "2026-03-02T10:20:00+09:00",
    "signed_by": _READER,
    "impression": "고등급 교종 의심.",
    "recommendation": "",
    "critical": None,
    "moved_at": None,
    "sections": [{"key": "impression", "label": "결론", "text": "고등급 교종 의심."}],
}
OFFERS = {
    "complete": True,
    "values": [
        {
            "key": _TAKEN["key"],
            "kind": "ai",
            "label": "조영증강 종양",
            "value": 16.4,
            "unit": "mL",
            "text": _TAKEN["text"],
            "source": _SOURCE,
        }
    ],
}
COMPARISON = {
    "prior": REPORT_ROW,
    "sections": [
        {
            "key": "impression",
            "label": {"ko": "결론", "en": "Impression"},
            "diff": [
                {"op": "equal", "text": "고등급 교종"},
                {"op": "delete", "text": "의심."},
                {"op": "insert", "text": "악화."},
            ],
        }
    ],
    "fields": [
        {
            "key": "enhancing_volume",
            "label": {"ko": "조영증강 종양 부피", "en": "Volume of the enhancing tumour"},
            "before": "16.4 mL",
            "after": "18.2 mL",
        }
    ],
}
TEMPLATE_FILE = {"file": "ct_brain.html", "code": "ct_brain"}
TEMPLATE_CHANGE = {"retired": True}
TEMPLATES = [
    {
        "code": "general",
        "version": 1,
        "examination": "general",
        "name": {"ko": "일반", "en": "General"},
        "imported": False,
        "retired": False,
        "sections": [
            {
                "key": "impression",
                "label": {"ko": "결론", "en": "Impression"},
                "required": True,
                "text": {"ko": "", "en": ""},
            }
        ],
        "fields": [
            {
                "key": "midline_shift",
                "label": {"ko": "정중선 편위", "en": "Midline shift"},
                "section": "impression",
                "type": "number",
                "required": False,
                "multiple": False,
                "unit": "mm",
                "minimum": 0,
                "maximum": 40,
                "choices": [],
            }
        ],
    }
]

CRITICAL_NEW = {"category": "haemorrhage", "note": "우측 기저핵 출혈"}
CRITICAL = {
    "id": 1,
    "report": 5,
    "study_instance_uid": STUDY_UID,
    "patient": PATIENT,
    **CRITICAL_NEW,
    "by": _READER,
    "at": "2026-03-02T10:21:00+09:00",
    "to_tell": _READER,
    "closed": True,
    "attempts": [ATTEMPT],
    "escalations": [],
    "escalates_at": None,
}
REPORT = {
    **REPORT_ROW,
    **_TEXT,
    "form": TEMPLATES[0],
    "former": {"sections": [], "fields": []},
    "key_images": [{**_IMAGE, "series_instance_uid": f"{STUDY_UID}.1"}],
}
