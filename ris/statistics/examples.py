"""A day of radiology in figures, for the API's description."""

from __future__ import annotations

_SIGNED = {"count": 12, "median_minutes": 48.5, "p90_minutes": 132.0}

STATISTICS = {
    "since": "2026-03-02",
    "until": "2026-03-02",
    "reader": None,
    "turnaround": [
        {
            "modality": "MR",
            "reader": {"id": 3, "username": "radiologist", "full_name": "박도윤"},
            "reports": 12,
            "opened": {"count": 12, "median_minutes": 21.0, "p90_minutes": 63.4},
            "preliminary": {"count": 0, "median_minutes": None, "p90_minutes": None},
            "signed": _SIGNED,
        }
    ],
    "turnaround_by_day": [{"day": "2026-03-02", "signed": _SIGNED}],
    "volumes": [{"day": "2026-03-02", "arrived": 14, "signed": 12}],
    "unread": [
        {
            "modality": "MR",
            "studies": 2,
            "overdue": 1,
            "oldest_at": "2026-03-02T09:30:41.520113+09:00",
            "under_1_hour": 1,
            "under_4_hours": 0,
            "under_1_day": 1,
            "under_3_days": 0,
            "over_3_days": 0,
        }
    ],
    "ai": [
        {
            "model": "brain_tumour",
            "results": 8,
            "approved": 5,
            "corrected": 2,
            "rejected": 0,
            "waiting": 1,
            "dice": 0.94,
        }
    ],
    "critical_results": [
        {
            "category": "haemorrhage",
            "found": 2,
            "open": 0,
            "told": {"count": 2, "median_minutes": 4.0, "p90_minutes": 6.5},
            "read_back": {"count": 2, "median_minutes": 6.0, "p90_minutes": 9.5},
        }
    ],
    "dose": [
        {
            "modality": "CT",
            "procedure": "CT_BRAIN",
            "month": "2026-03",
            "studies": 9,
            "without_report": 2,
            "ctdi_vol": {"count": 9, "median": 46.2, "p75": 51.8},
            "dlp": {"count": 7, "median": 812.4, "p75": 904.1},
        }
    ],
}
