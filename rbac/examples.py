"""What the answers of the API's description hold."""

from __future__ import annotations

ROLE = {
    "role": "lab",
    "permissions": [
        {"permission": "view_patient", "scope": "all"},
        {"permission": "work_lis_order", "scope": "all"},
        {"permission": "view_order", "scope": "lis"},
    ],
}
PERMISSIONS = ["view_patient", "edit_patient", "view_study", "request_ai", "review_ai"]
MENU = {
    "key": "imaging",
    "label": {"ko": "영상", "en": "Imaging"},
    "icon": "scan",
    "route": "/studies",
    "children": [
        {
            "key": "studies",
            "label": {"ko": "판독 목록", "en": "Worklist"},
            "icon": "list",
            "route": "/studies",
            "children": [],
        }
    ],
}
