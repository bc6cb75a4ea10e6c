"""What the answers of the API's description hold."""

from __future__ import annotations

ROLE = {
    "role": "nurse",
    "custom": {
        "code": "charge-nurse",
        "name_ko": "수간호사",
        "name_en": "Charge nurse",
        "removed": ["break_glass"],
        "added": ["view_report"],
        "menu_order": ["orders", "patients"],
        "version": 1,
        "holders": 2,
    },
    "permissions": [
        {"permission": "view_patient", "scope": "all"},
        {"permission": "view_report", "scope": "all"},
    ],
    "ceiling": [{"permission": "view_report", "scope": "all"}],
    "menus": [
        {"key": "orders", "label": {"ko": "오더", "en": "Orders"}, "permission": "view_order"}
    ],
}
ROLE_NEW = {
    "base_role": "nurse",
    "name_ko": "수간호사",
    "name_en": "Charge nurse",
    "removed": ["break_glass"],
    "added": ["view_report"],
    "menu_order": ["orders", "patients"],
}
ROLE_CHANGE = {"removed": ["break_glass", "edit_patient"], "menu_order": ["patients"]}
CUSTOM_ROLE = {"code": "charge-nurse", "name_ko": "수간호사", "name_en": "Charge nurse"}
PERMISSIONS = ["view_patient", "edit_patient", "view_study", "request_ai", "review_ai"]
MENU = {
    "key": "imaging",
    "label": {"ko": "영상", "en": "Imaging"},
    "icon": "scan",
    "route": "/studies",
    "children": [
        {
            "key": "studies",
            "label": {"ko": "영상 검사", "en": "Studies"},
            "icon": "list",
            "route": "/studies",
            "children": [],
        }
    ],
}
