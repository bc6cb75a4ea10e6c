"""The permission matrix of the API contract, as data, in one place."""

from __future__ import annotations

from collections.abc import Collection

from rbac.permissions import Permission as P, Role, Scope

_CLINICAL = (Role.ADMIN, Role.DOCTOR, Role.RIB, Role.NURSE)
_ALL, _OWN, _SHARED = Scope.ALL, Scope.OWN, Scope.SHARED


def _all(*roles: Role) -> dict[Role, Scope]:
    return dict.fromkeys(roles, _ALL)


MATRIX: dict[P, dict[Role, Scope]] = {
    P.VIEW_PATIENT: _all(*_CLINICAL, Role.LAB) | {Role.PATIENT: _OWN, Role.EXTERNAL: _SHARED},
    P.EDIT_PATIENT: _all(Role.ADMIN, Role.DOCTOR, Role.NURSE),
    P.VIEW_ENCOUNTER: _all(*_CLINICAL) | {Role.PATIENT: _OWN},
    P.VIEW_PRESCRIPTION: _all(*_CLINICAL) | {Role.PATIENT: _OWN},
    P.EDIT_ENCOUNTER: _all(Role.DOCTOR),
    P.CREATE_PRESCRIPTION: _all(Role.DOCTOR),
    P.RECORD_VITALS: _all(Role.DOCTOR, Role.NURSE),
    P.CREATE_ORDER: _all(Role.DOCTOR),
    P.WORK_RIS_ORDER: _all(Role.RIB),
    P.WORK_LIS_ORDER: _all(Role.LAB),
    P.ENTER_LAB_RESULT: _all(Role.LAB),
    P.CONFIRM_ORDER: _all(Role.DOCTOR) | {Role.RIB: Scope.RIS, Role.LAB: Scope.LIS},
    P.VIEW_ORDER: _all(*_CLINICAL) | {Role.LAB: Scope.LIS, Role.PATIENT: _OWN},
    P.VIEW_STUDY: _all(*_CLINICAL) | {Role.PATIENT: _OWN, Role.EXTERNAL: _SHARED},
    P.VIEW_DICOM: _all(Role.ADMIN, Role.DOCTOR, Role.RIB)
    | {Role.PATIENT: _OWN, Role.EXTERNAL: _SHARED},
    P.UPLOAD_DICOM: _all(Role.ADMIN, Role.DOCTOR, Role.RIB, Role.EXTERNAL),
    P.MATCH_STUDY: _all(Role.ADMIN, Role.RIB),
    P.VIEW_REPORT: _all(Role.ADMIN, Role.DOCTOR, Role.RIB)
    | {
        Role.NURSE: Scope.SUMMARY,
        Role.PATIENT: Scope.OWN_SIGNED,
        Role.EXTERNAL: Scope.SHARED_SIGNED,
    },
    P.WRITE_REPORT: _all(Role.DOCTOR, Role.RIB),
    P.SIGN_REPORT: _all(Role.RIB),
    P.REQUEST_AI: _all(Role.DOCTOR, Role.RIB),
    P.REVIEW_AI: _all(Role.DOCTOR, Role.RIB),
    P.READ_FHIR: _all(Role.ADMIN, Role.DOCTOR, Role.RIB)
    | {Role.PATIENT: _OWN, Role.EXTERNAL: _SHARED},
    P.MANAGE_USERS: _all(Role.ADMIN),
    P.MANAGE_ROLES: _all(Role.ADMIN),
    P.VIEW_AUDIT: _all(Role.ADMIN),
    P.OPERATE: _all(Role.ADMIN),
    P.BREAK_GLASS: _all(Role.DOCTOR, Role.RIB, Role.NURSE),
    P.REVIEW_GLASS: _all(Role.ADMIN),
    P.SHARE_PATIENT: _all(Role.ADMIN, Role.DOCTOR, Role.RIB),
    P.VIEW_ACCESS: _all(*_CLINICAL) | {Role.PATIENT: _OWN},
    P.RECORD_TREATMENT: _all(Role.DOCTOR),
    P.VIEW_COHORT: _all(Role.ADMIN, Role.DOCTOR),
    P.CRITICAL_RESULT: _all(Role.LAB, Role.RIB, Role.DOCTOR),
    P.VIEW_WARD: _all(Role.ADMIN, Role.DOCTOR, Role.NURSE),
    P.PLACE_PATIENT: _all(Role.DOCTOR, Role.NURSE),
    P.MANAGE_WARDS: _all(Role.ADMIN),
    P.MERGE_PATIENTS: _all(Role.ADMIN, Role.DOCTOR, Role.RIB),
    P.MANAGE_MODELS: _all(Role.ADMIN),
    P.MANAGE_NODES: _all(Role.ADMIN),
    P.MANAGE_TEMPLATES: _all(Role.ADMIN, Role.RIB),
    P.VIEW_STATISTICS: _all(Role.ADMIN) | {Role.RIB: _OWN},
}

CEILINGS: dict[Role, dict[P, Scope]] = {
    Role.ADMIN: {},
    Role.DOCTOR: dict.fromkeys((P.WORK_RIS_ORDER, P.MATCH_STUDY, P.SIGN_REPORT), _ALL),
    Role.RIB: dict.fromkeys((P.EDIT_PATIENT, P.RECORD_VITALS), _ALL),
    Role.LAB: {P.VIEW_REPORT: Scope.SUMMARY}
    | dict.fromkeys((P.VIEW_ENCOUNTER, P.VIEW_PRESCRIPTION), _ALL),
    Role.NURSE: dict.fromkeys((P.VIEW_REPORT, P.VIEW_DICOM, P.UPLOAD_DICOM), _ALL),
    Role.PATIENT: {},
    Role.EXTERNAL: {},
}
"""What a custom role may add to its base, and how far that reaches then.

Orders, prescriptions and encounters stay with doctors, administration with administrators, and who
is not of the hospital gets nothing more.
"""

ADMINISTRATIVE = frozenset(
    {
        *(P.MANAGE_USERS, P.MANAGE_ROLES, P.VIEW_AUDIT, P.OPERATE, P.REVIEW_GLASS),
        *(P.MANAGE_WARDS, P.MANAGE_MODELS, P.MANAGE_NODES),
    }
)
ORDER_WORK = (P.WORK_RIS_ORDER, P.WORK_LIS_ORDER)
"""Who holds one works the orders of that department, which open their patients."""


def scope(
    role: str, permission: str, removed: Collection[str] = (), added: Collection[str] = ()
) -> Scope:
    """The scope of ``permission`` for ``role``, as a custom role changes it; NONE if unknown."""
    if permission in removed:
        return Scope.NONE
    try:
        base, wanted = Role(role), P(permission)
    except ValueError:
        return Scope.NONE
    own = MATRIX[wanted].get(base, Scope.NONE)
    return CEILINGS[base].get(wanted, own) if wanted in added else own
