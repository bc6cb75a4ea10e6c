"""A tumour that grew, for the API's description."""

from __future__ import annotations

GROWTH = {
    "baseline": {
        "segmentation": 3,
        "version": 2,
        "study_instance_uid": "1.2.826.0.1.3680043.8.498.1",
        "series_instance_uid": "1.2.826.0.1.3680043.8.498.1.1",
        "study_date": "2026-01-05",
    },
    "follow_up": {
        "segmentation": 9,
        "version": 1,
        "study_instance_uid": "1.2.826.0.1.3680043.8.498.2",
        "series_instance_uid": "1.2.826.0.1.3680043.8.498.2.1",
        "study_date": "2026-03-02",
    },
    "registration": 4,
    "error_mm": 0.31,
    "findings": [
        {
            "type": "108369006",
            "label": "Tumour",
            "label_ko": "종양",
            "before_ml": 14.2,
            "after_ml": 17.9,
            "change_ml": 3.7,
            "change_percent": 26.1,
            "grown_ml": 4.4,
            "shrunk_ml": 0.7,
            "stable_ml": 13.5,
            "unseen_before_ml": 0.0,
            "unseen_after_ml": 0.0,
        }
    ],
}
