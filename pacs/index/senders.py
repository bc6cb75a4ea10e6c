"""Who sent instances by C-STORE: on record, and shown with the study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from audit import services as audit
from common import context
from common.person import Person
from pacs.archive.orthanc import ArchivedInstance, Sender
from pacs.dicom import values as dicom
from pacs.dicom.values import Tags
from pacs.models import Study, StudySender
from rbac import selectors as rights
from rbac.permissions import Permission, Scope


def senders_record(described: Iterable[tuple[ArchivedInstance, Tags]]) -> None:
    """Record a page of the change feed: one audit record for each series and sender.

    Also of images that are not filed; those name no patient.
    """
    received = Counter(
        (one.sender, one.study_orthanc_id, dicom.text(tags, "SeriesInstanceUID")[:64])
        for one, tags in described
        if one.sender is not None
    )
    studies = Study.objects.in_bulk({study for _, study, _ in received}, field_name="orthanc_id")
    for (sender, study_orthanc_id, series_instance_uid), instances in received.items():
        study = studies.get(study_orthanc_id)
        if study is not None:
            _remember(study, sender)
        with context.request_context(context.RequestContext(source_ip=sender.address[:45])):
            audit.record(
                actor=None,
                action="series.receive",
                object_type="series",
                object_id=series_instance_uid,
                patient_id=study.patient_id if study else None,
                detail={"calling_ae_title": sender.ae_title, "instances": instances},
            )


def _remember(study: Study, sender: Sender) -> None:
    now = timezone.now()
    StudySender.objects.update_or_create(
        study=study,
        ae_title=sender.ae_title[:16],
        address=sender.address[:45],
        defaults={"last_at": now},
        create_defaults={"first_at": now, "last_at": now},
    )


def study_senders(user: Person, study: Study) -> QuerySet[StudySender]:
    """For staff; addresses of the hospital's network are nobody else's business."""
    if rights.scope_for(user, Permission.VIEW_STUDY) is not Scope.ALL:
        return StudySender.objects.none()
    return study.senders.all()
