"""The menu tree: a user sees the entries whose permission the user's role has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rbac.permissions import Permission as P, Role

_STAFF = frozenset(Role) - {Role.PATIENT, Role.EXTERNAL}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """``permission`` None: for every user who is logged in; ``roles``: for those alone."""

    key: str
    ko: str
    en: str
    icon: str
    route: str
    permission: P | None = None
    roles: frozenset[Role] = frozenset(Role)
    children: tuple[MenuEntry, ...] = field(default=())

    @property
    def label(self) -> dict[str, str]:
        return {"ko": self.ko, "en": self.en}


MENUS: tuple[MenuEntry, ...] = (
    MenuEntry("dashboard", "대시보드", "Dashboard", "home", "/"),
    MenuEntry(
        "my-record",
        "내 기록",
        "My record",
        "heart",
        "/my-record",
        P.VIEW_PATIENT,
        frozenset({Role.PATIENT}),
    ),
    MenuEntry(
        "shared",
        "공유받은 항목",
        "Shared with me",
        "share",
        "/shared",
        P.VIEW_STUDY,
        frozenset({Role.EXTERNAL}),
    ),
    MenuEntry("ward", "병동", "Ward", "bed", "/ward", P.VIEW_WARD),
    MenuEntry(
        "patients",
        "환자",
        "Patients",
        "users",
        "/patients",
        P.VIEW_PATIENT,
        frozenset(Role) - {Role.PATIENT},
    ),
    MenuEntry("care-team", "담당 환자", "My patients", "team", "/care-team", P.VIEW_ACCESS, _STAFF),
    MenuEntry(
        "duplicates", "중복 환자·병합", "Duplicates", "copy", "/duplicates", P.MERGE_PATIENTS
    ),
    MenuEntry(
        "incoming", "타 병원 환자", "Incoming patients", "hospital", "/incoming", P.EDIT_PATIENT
    ),
    MenuEntry("orders", "오더", "Orders", "clipboard", "/orders", P.VIEW_ORDER),
    MenuEntry("visits", "추적 진료", "Visits", "calendar", "/visits", P.VIEW_ENCOUNTER),
    MenuEntry("survival", "생존 분석", "Survival", "chart", "/survival", P.VIEW_COHORT),
    MenuEntry("lab", "진단검사", "Laboratory", "flask", "/lab", P.ENTER_LAB_RESULT),
    MenuEntry(
        "shares", "공유", "Shares", "share", "/shares", roles=frozenset(Role) - {Role.EXTERNAL}
    ),
    MenuEntry(
        "imaging",
        "영상",
        "Imaging",
        "scan",
        "/studies",
        P.VIEW_STUDY,
        children=(
            MenuEntry("worklist", "판독 목록", "Worklist", "reading", "/worklist", P.REVIEW_AI),
            MenuEntry("studies", "영상 검사", "Studies", "list", "/studies", P.VIEW_STUDY),
            MenuEntry("reports", "판독문", "Reports", "file", "/reports", P.VIEW_REPORT, _STAFF),
            MenuEntry(
                "critical-results",
                "위급 소견",
                "Critical results",
                "urgent",
                "/critical-results",
                P.VIEW_REPORT,
                _STAFF,
            ),
            MenuEntry(
                "statistics", "판독 통계", "Statistics", "chart", "/statistics", P.VIEW_STATISTICS
            ),
            MenuEntry("upload", "영상 업로드", "Upload", "upload", "/upload", P.UPLOAD_DICOM),
            MenuEntry(
                "unmatched",
                "환자 미매칭 영상",
                "Unmatched studies",
                "help",
                "/unmatched",
                P.MATCH_STUDY,
            ),
            MenuEntry(
                "modality-worklist",
                "장비 워크리스트",
                "Modality worklist",
                "calendar",
                "/modality-worklist",
                P.WORK_RIS_ORDER,
            ),
        ),
    ),
    MenuEntry("ai-review", "AI 검토", "AI review", "brain", "/ai/review", P.REVIEW_AI),
    MenuEntry(
        "admin",
        "관리",
        "Administration",
        "settings",
        "/admin",
        P.OPERATE,
        children=(
            MenuEntry(
                "users", "사용자와 역할", "Users and roles", "user", "/admin/users", P.MANAGE_USERS
            ),
            MenuEntry("wards", "병동과 병상", "Wards", "bed", "/admin/wards", P.MANAGE_WARDS),
            MenuEntry("audit", "감사 기록", "Audit log", "shield", "/admin/audit", P.VIEW_AUDIT),
            MenuEntry(
                "glass",
                "응급 열람 검토",
                "Emergency access",
                "lock",
                "/admin/glass",
                P.REVIEW_GLASS,
            ),
            MenuEntry("models", "AI 모델", "AI models", "brain", "/admin/models", P.MANAGE_MODELS),
            MenuEntry(
                "nodes", "DICOM 노드", "DICOM nodes", "network", "/admin/nodes", P.MANAGE_NODES
            ),
            MenuEntry(
                "reading-targets",
                "판독 목표 시간",
                "Reading targets",
                "clock",
                "/admin/reading-targets",
                P.OPERATE,
            ),
            MenuEntry(
                "decision-support",
                "의사결정 지원",
                "Decision support",
                "bulb",
                "/admin/decision-support",
                P.OPERATE,
            ),
            MenuEntry("outbox", "작업 대기열", "Outbox", "inbox", "/admin/outbox", P.OPERATE),
        ),
    ),
    MenuEntry("profile", "내 정보", "Profile", "person", "/profile"),
)


def menus_ordered(first: Sequence[str]) -> list[MenuEntry]:
    """The entries of the first level: the keys in ``first``, then the others as they stand."""
    places = {key: place for place, key in enumerate(first)}
    return sorted(MENUS, key=lambda entry: places.get(entry.key, len(places)))
