"""Resolves unfiled images as a user decided: file them, take them as a correction, reject them.

The archive keeps each file under the identifiers that the file itself carries, so filing writes
files anew: with other identifiers, and the former ones in Original Attributes Sequence.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, ExternalError, NotFound
from common.outbox.services import publish
from common.person import Person
from pacs.archive.orthanc import ArchivedInstance, orthanc
from pacs.choices import Htj2k, UnfiledDecision, UnfiledReason
from pacs.derived import invalidation
from pacs.dicom import values as dicom
from pacs.dicom.correction import file_correct
from pacs.dicom.uids import derived_uid
from pacs.dicom.values import Tags
from pacs.events import INSTANCES_SUPERSEDED, UNFILED_DECIDED
from pacs.index import change_feed, matching
from pacs.index.list_keys import study_keys_write
from pacs.index.study_moves import study_moved
from pacs.index.unfiled import contradicted_study, unfiled_remove
from pacs.models import Instance, Series, Study, UnfiledInstance, UnfiledStudy
from rbac.epochs import rights_changing
from rbac.permissions import Permission

PATIENT = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex")


@transaction.atomic
def unfiled_decide(*, actor: Person, unfiled_id: int, decision: UnfiledDecision) -> UnfiledStudy:
    """Record the decision; a worker carries it out.

    Raises NotFound, BusinessError (decided before, or not possible for this contradiction).
    """
    rows = UnfiledStudy.objects.visible_to(actor).select_for_update()
    unfiled = rows.filter(pk=unfiled_id).first()
    if unfiled is None:
        raise NotFound(ErrorCode.STUDY_NOT_FOUND, f"unfiled {unfiled_id}")
    if unfiled.decision:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "it is being carried out already")
    study = contradicted_study(unfiled, actor)
    if decision not in decisions_possible(unfiled, study):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{decision} is not possible here")
    unfiled.decision, unfiled.decided_by_id = decision, actor.pk
    unfiled.save(update_fields=["decision", "decided_by"])
    _publish(unfiled)
    audit.record(
        actor=actor,
        action=f"dicom.unfiled_{decision}",
        object_type="study",
        object_id=unfiled.study_instance_uid[:64],
        patient_id=study.patient_id if study else None,
        permission=Permission.MATCH_STUDY,
        detail={"reason": unfiled.reason, "instances": unfiled.instances.count()},
    )
    return unfiled


def _publish(unfiled: UnfiledStudy) -> None:
    """With the instances that the user decided about: others may come until it is carried out.

    ``renamed``: those whose SOP Instance UID is taken now. When it is looked up later, it may be
    taken by the instance's own copy.
    """
    rows = unfiled.instances.all()
    taken = Instance.objects.filter(sop_instance_uid__in=rows.values("sop_instance_uid"))
    renamed = rows.filter(sop_instance_uid__in=taken.values("sop_instance_uid"))
    publish(
        UNFILED_DECIDED,
        aggregate=f"unfiled:{unfiled.pk}",
        payload={
            "unfiled_id": unfiled.pk,
            "orthanc_ids": list(rows.values_list("orthanc_id", flat=True)),
            "renamed": list(renamed.values_list("orthanc_id", flat=True)),
        },
    )


def decisions_possible(unfiled: UnfiledStudy, study: Study | None) -> list[UnfiledDecision]:
    """What may be decided; ``study``: the contradicted one, as far as the user sees it."""
    if study is None:
        return [UnfiledDecision.REJECT]
    if unfiled.reason == UnfiledReason.STUDY_OF_ANOTHER_PATIENT:
        return [UnfiledDecision.FILE, UnfiledDecision.CORRECT, UnfiledDecision.REJECT]
    return [UnfiledDecision.FILE, UnfiledDecision.REJECT]


def unfiled_resolve(
    unfiled_id: int, *, orthanc_ids: Collection[str], renamed: Collection[str]
) -> None:
    """Carry the decision out; after a crash it goes on where it stopped. Raises ExternalError.

    Without a decision, for it was taken back, nothing is done. If what the instances contradicted
    is gone, they are indexed. Instances that came after the decision stay on the list.
    """
    unfiled = UnfiledStudy.objects.filter(pk=unfiled_id).first()
    if unfiled is None or not unfiled.decision:
        return
    study = contradicted_study(unfiled)
    rows = list(unfiled.instances.filter(orthanc_id__in=orthanc_ids))
    if unfiled.decision == UnfiledDecision.REJECT:
        _delete(rows)
    elif study is None:
        _index(rows)
    elif unfiled.decision == UnfiledDecision.FILE:
        for row in rows:
            _file(row, study, rename=row.orthanc_id in renamed)
            _delete([row])
    else:
        _correct(study, unfiled)
    decision_undo(unfiled_id)


def _delete(rows: list[UnfiledInstance]) -> None:
    for row in rows:
        orthanc().instance_delete(row.orthanc_id)
        unfiled_remove(UnfiledInstance.objects.filter(pk=row.pk))


def _index(rows: list[UnfiledInstance]) -> None:
    for row in rows:
        change_feed.instance_retry(row.orthanc_id)


def decision_undo(unfiled_id: int) -> None:
    """A user decides about what is left: the decision failed, or other instances came meanwhile."""
    UnfiledStudy.objects.filter(pk=unfiled_id).update(decision="", decided_by=None)


def _file(row: UnfiledInstance, study: Study, *, rename: bool) -> None:
    """Store the instance anew as one of ``study``; UIDs that are taken are replaced."""
    values = _patient_of(study) | {"StudyInstanceUID": study.study_instance_uid}
    series = Series.objects.filter(series_instance_uid=row.series_instance_uid).first()
    if series is not None and series.study_id != study.pk:
        values["SeriesInstanceUID"] = derived_uid(
            "filed", study.study_instance_uid, row.series_instance_uid
        )
    if rename:
        values["SOPInstanceUID"] = derived_uid("filed", row.orthanc_id)
    corrected_store(row.orthanc_id, values)


def _patient_of(study: Study) -> dict[str, str]:
    """The patient's attributes of the files of a study, which decide where the archive keeps it."""
    first = Instance.objects.filter(series__study=study).order_by("pk").first()
    return patient_of(orthanc().instance_tags(first.orthanc_id) or {}) if first else {}


def patient_of(tags: Tags) -> dict[str, str]:
    """As they stand in the file: a blank before Patient ID is another patient to the archive."""
    return {keyword: str(tags.get(keyword) or "") for keyword in PATIENT}


def corrected_store(orthanc_id: str, values: Mapping[str, str]) -> str:
    """Returns the Orthanc id of the corrected copy. Raises ExternalError if it is no other file."""
    file = file_correct(orthanc().instance_file(orthanc_id), values)
    copy = orthanc().instance_add(io.BytesIO(file)).orthanc_id
    if copy == orthanc_id:
        raise ExternalError(
            ErrorCode.ARCHIVE_UNAVAILABLE, "the corrected file has the same place", retryable=False
        )
    return copy


def _correct(study: Study, unfiled: UnfiledStudy) -> None:
    """Give all images of the study the patient of the unfiled ones, and file these too."""
    first = unfiled.instances.order_by("pk").first()
    tags = (orthanc().instance_tags(first.orthanc_id) if first else None) or {}
    if study.orthanc_id != unfiled.orthanc_id:
        images = list(Instance.objects.filter(series__study=study).select_related("series"))
        values = patient_of(tags)
        copies = {image.orthanc_id: corrected_store(image.orthanc_id, values) for image in images}
        _move(study, images, copies, tags)
    _index(list(unfiled.instances.all()))


@transaction.atomic
def _move(study: Study, images: list[Instance], copies: Mapping[str, str], tags: Tags) -> None:
    """The rows follow the files, and the study the patient; the former files are deleted."""
    rights_changing()
    study.orthanc_id = images_replace(study, images, copies) or study.orthanc_id
    former_patient_id = study.patient_id
    study.dicom_patient_id = dicom.text(tags, "PatientID")
    study.dicom_patient_name = dicom.text(tags, "PatientName")
    study.dicom_birth_date = dicom.written_day(tags, "PatientBirthDate")
    study.dicom_sex = dicom.text(tags, "PatientSex")
    study.patient = study.order = None
    study.last_instance_at, study.stable_at = timezone.now(), None  # what is derived is made anew
    matching.study_assign(study, dicom.whole_day(tags, "PatientBirthDate"))
    study_moved(study, former_patient_id)
    study.save_versioned(expected=study.version)
    study_keys_write(study.pk)
    for patient_id in {former_patient_id, study.patient_id}:
        audit.record(
            actor=None,
            action="study.correct_patient",
            object_type="study",
            object_id=study.study_instance_uid,
            patient_id=patient_id,
        )


def images_replace(study: Study, images: list[Instance], copies: Mapping[str, str]) -> str:
    """Let the rows of the images, and of their series, name their copies; the files are deleted.

    ``copies``: by the Orthanc id of each image. Returns the Orthanc id of the copies' study.
    """
    described = {one.orthanc_id: one for one in orthanc().instances_describe(list(copies.values()))}
    publish(
        INSTANCES_SUPERSEDED,
        aggregate=f"study:{study.pk}",
        payload={"orthanc_ids": list(copies)},
    )
    invalidation.instances_invalidate(images)
    place = ""
    for image in images:
        copy: ArchivedInstance = described[copies[image.orthanc_id]]
        Instance.objects.filter(pk=image.pk).update(
            orthanc_id=copy.orthanc_id,
            file_size=copy.file_size,
            htj2k=Htj2k.WAITING,
            htj2k_reason="",
        )
        Series.objects.filter(pk=image.series_id).update(orthanc_id=copy.series_orthanc_id)
        place = copy.study_orthanc_id
    return place


def superseded_delete(orthanc_ids: list[str]) -> None:
    """Delete files of which there are corrected copies. Raises ExternalError.

    Not one that is in the index by now: moved back, an image has its former place again. One of
    which the change feed heard late stood among the unfiled, as of a series of another study.
    """
    named = Instance.objects.filter(orthanc_id__in=orthanc_ids)
    superseded = set(orthanc_ids) - set(named.values_list("orthanc_id", flat=True))
    for orthanc_id in superseded:
        orthanc().instance_delete(orthanc_id)
    unfiled_remove(UnfiledInstance.objects.filter(orthanc_id__in=superseded))
