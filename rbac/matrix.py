"""The permission matrix of the API contract, as data, in one place."""

from __future__ import annotations

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
    P.CRITICAL_RESULT: _all(Role.LAB, Role.RIB, Role.DOCTOR),
}


def scope(role: str, permission: str) -> Scope:
    """The scope of ``permission`` for ``role``; NONE if it is not in the matrix."""
    try:
        return MATRIX[P(permission)].get(Role(role), Scope.NONE)
    except (KeyError, ValueError):
        return Scope.NONE


def permissions_of(role: str) -> list[P]:
    return [p for p in P if scope(role, p) is not Scope.NONE]
