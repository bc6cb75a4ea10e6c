"""What the archive has stored and the change feed may not have indexed yet."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.conf import settings

from common.errors import ErrorCode, ExternalError, NotFound
from common.person import Person
from emr import selectors as patients
from pacs.archive.orthanc import orthanc
from pacs.choices import InstancePlace
from pacs.models import Instance, QuarantinedStudy, Study, UnfiledInstance
from rbac.permissions import Permission

FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 0.5
RETRY_AFTER_S = 2
"""The change feed is read every second."""


def places_of(orthanc_ids: Collection[str]) -> dict[str, InstancePlace]:
    """Where each instance of the archive is, by its Orthanc id."""
    places = dict.fromkeys(orthanc_ids, InstancePlace.WAITING)
    for model, place in (
        (UnfiledInstance, InstancePlace.UNFILED),
        (Instance, InstancePlace.INDEXED),
    ):
        found = model._default_manager.filter(orthanc_id__in=orthanc_ids)
        places |= dict.fromkeys(found.values_list("orthanc_id", flat=True), place)
    return places


def places_settled(orthanc_ids: Collection[str]) -> dict[str, InstancePlace]:
    """As ``places_of``, after waiting for the index; at most UPLOAD_INDEX_WAIT_S seconds."""
    places: dict[str, InstancePlace] = {}
    waiting, end, wait = list(orthanc_ids), time.monotonic() + settings.UPLOAD_INDEX_WAIT_S, 0.0
    while True:
        places |= places_of(waiting)
        waiting = [one for one in waiting if places[one] is InstancePlace.WAITING]
        wait = min(max(2 * wait, FIRST_WAIT_S), LONGEST_WAIT_S)
        if not waiting or time.monotonic() + wait > end:
            return places
        time.sleep(wait)


@contextmanager
def arrival_announced(
    user: Person, permission: Permission, study_instance_uid: str
) -> Iterator[None]:
    """Let a NotFound of a study that is on its way say when to try again.

    Only for its sender and for users who may see its patient; for others it is an unknown study.
    """
    try:
        yield
    except NotFound as error:
        unknown = error.code is ErrorCode.STUDY_NOT_FOUND
        if unknown and _is_arriving(user, permission, study_instance_uid):
            error.retry_after_s = RETRY_AFTER_S
        raise


def _is_arriving(user: Person, permission: Permission, study_instance_uid: str) -> bool:
    if Study.objects.filter(study_instance_uid=study_instance_uid).exists():
        return False
    try:
        mrns = orthanc().patient_ids_of_study(study_instance_uid)
    except ExternalError:
        return False
    if not mrns:
        return False
    sent = QuarantinedStudy.objects.filter(study_instance_uid=study_instance_uid)
    if sent.exists():
        return sent.filter(uploaded_by=user.pk).exists()
    seen = patients.patients_visible_to(user, permission)
    found = [patients.patient_by_mrn(mrn) for mrn in mrns]
    return seen.filter(pk__in=[patient.pk for patient in found if patient]).exists()
