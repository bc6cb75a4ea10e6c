from __future__ import annotations

from typing import Any

from common.errors import NotFound, PermissionDenied
from rbac import selectors as rights
from rbac.permissions import Permission, Scope
from ris.selectors.browse import patient_id_of
from ris.selectors.studies import study_get


def store_check(user: Any, study_instance_uid: str | None) -> int | None:
    """Whether this person may send to this study (None for the root), decided before any byte.

    A study that already belongs to a patient takes images from those only who may see it. Who sees
    only single patients (external people) cannot be checked without reading the body, so their way
    in is the upload API, which holds what is not shared with them (ADR 0008).

    Returns that patient's id; None for a study that is new or has no patient yet.
    Raises PermissionDenied.
    """
    if rights.scope_for(user, Permission.VIEW_PATIENT) is not Scope.ALL:
        raise PermissionDenied("use the upload API")
    patient_id = patient_id_of("study", study_instance_uid) if study_instance_uid else None
    if study_instance_uid is None or patient_id is None:
        return None
    try:
        study_get(user, study_instance_uid)
    except NotFound:
        raise PermissionDenied("this study cannot be added to") from None
    return patient_id
