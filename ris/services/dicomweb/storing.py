from __future__ import annotations

from typing import Any

from common.errors import NotFound, PermissionDenied
from ris.selectors.browse import patient_id_of
from ris.selectors.studies import study_get


def store_check(user: Any, study_instance_uid: str) -> int | None:
    """A study that already belongs to a patient takes images from those only who may see it.

    Returns that patient's id; None for a study that is new or has no patient yet.
    Raises PermissionDenied.
    """
    patient_id = patient_id_of("study", study_instance_uid)
    if patient_id is None:
        return None
    try:
        study_get(user, study_instance_uid)
    except NotFound:
        raise PermissionDenied("this study cannot be added to") from None
    return patient_id
