"""What the requests and answers of the API's description hold: people of the development data."""

from __future__ import annotations

LOGIN = {"username": "doctor", "password": "doctor123"}
_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"
REFRESH = {"refresh": _JWT}
ME = {
    "id": 2,
    "username": "doctor",
    "full_name": "이서연",
    "email": "seoyeon.lee@neuronova.example",
    "role": "doctor",
    "custom_role": None,
    "language": "ko",
    "permissions": ["view_patient", "edit_patient", "request_ai", "review_ai"],
}
SESSION = {"access": _JWT, "refresh": _JWT, "user": ME}
ME_CHANGE = {
    "language": "en",
    "current_password": "doctor123",
    "new_password": "a long sentence is a good password",
}
USER_NEW = {
    "username": "jihoon.park",
    "password": "a long sentence is a good password",
    "role": "rib",
    "full_name": "박지훈",
    "email": "jihoon.park@neuronova.example",
    "language": "ko",
}
USER_CHANGE = {"role": "doctor", "is_active": True}
USER = {
    "id": 8,
    "username": "jihoon.park",
    "full_name": "박지훈",
    "email": "jihoon.park@neuronova.example",
    "role": "rib",
    "custom_role": {"code": "resident", "name_ko": "영상의학과 전공의", "name_en": "Resident"},
    "language": "ko",
    "is_active": True,
    "created_at": "2026-01-05T09:00:00+09:00",
}
USER_BRIEF = {"id": 7, "username": "external", "full_name": "Alex Kim", "role": "external"}
LOGIN_SESSION = {
    "id": "3f6c1a52-7a2e-4a57-9d3f-0a9a5b1c2d3e",
    "browser": "Chrome 142",
    "system": "Windows",
    "address": "10.20.30.40",
    "created_at": "2026-01-05T08:02:00+09:00",
    "last_used_at": "2026-01-05T10:29:00+09:00",
    "expires_at": "2026-01-05T20:02:00+09:00",
    "current": True,
}
SESSIONS_ENDED = {"ended": 2}
