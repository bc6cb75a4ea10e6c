"""Writes instances of the archive to the index."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.outbox.services import publish
from pacs.archive.orthanc import ArchivedInstance
from pacs.choices import DERIVED_MODALITIES, Htj2k, UnfiledReason
from pacs.derived import invalidation
from pacs.dicom import authors, values as dicom
from pacs.dicom.acquisition import acquisition_read
from pacs.dicom.frame_planes import frame_plane
from pacs.dicom.person_names import name_words
from pacs.dicom.radiation_dose import dose_report_read, image_ctdi_vol
from pacs.dicom.uids import Uid
from pacs.dicom.values import Tags
from pacs.events import DERIVED_OBJECT_INDEXED
from pacs.index import matching, quarantine, unfiled
from pacs.index.list_keys import study_keys_write
from pacs.index.unfiled import Contradiction
from pacs.models import DerivedObject, Instance, NameWord, Series, SeriesMove, Study

logger = logging.getLogger(__name__)

Described = tuple[ArchivedInstance, Tags]


def instance_index(archived: ArchivedInstance, tags: Tags) -> None:
    """Add an instance to the index, or update it.

    If its Study, Series or SOP Instance UID is already used under other parents, the instance is
    put on the list of unfiled images, where a user decides about it.
    """
    try:
        with transaction.atomic():
            _upsert(archived, tags)
    except Contradiction as contradiction:
        if _is_moved_here(tags):
            return  # whoever moves the series writes its rows
        logger.warning(
            "instance is not filed",
            extra={"orthanc_id": archived.orthanc_id, "reason": contradiction.reason},
        )
        unfiled.unfiled_record(archived, tags, contradiction.reason)


def _is_moved_here(tags: Tags) -> bool:
    return SeriesMove.objects.filter(
        series_instance_uid=dicom.text(tags, "SeriesInstanceUID"),
        into_study_instance_uid=dicom.text(tags, "StudyInstanceUID"),
        done_at=None,
    ).exists()


def _upsert(archived: ArchivedInstance, tags: Tags) -> None:
    study = _study(archived, tags)
    series, is_new = _series(archived, tags, study)
    ctdi_vol_raise(series, tags)
    birth_date = dicom.whole_day(tags, "PatientBirthDate")
    quarantine.instance_check(study, dicom.text(tags, "PatientName"), birth_date)
    sop_instance_uid = _required_uid(tags, "SOPInstanceUID")
    fields = {
        "orthanc_id": archived.orthanc_id,
        "series": series,
        "transfer_syntax_uid": archived.transfer_syntax_uid[:64],
        "file_size": archived.file_size,
        **_image_fields(tags),
    }
    if archived.file_size:
        fields["frames"] = min(
            fields["frames"], archived.file_size
        )  # a file cannot have more frames than bytes
    known = (
        Instance.objects.filter(sop_instance_uid=sop_instance_uid).select_related("series").first()
    )
    if known is not None:
        if (known.orthanc_id, known.series_id) != (archived.orthanc_id, series.pk):
            raise Contradiction(UnfiledReason.INSTANCE_OF_ANOTHER_SERIES)
        anew = {"indexed_at": timezone.now(), "htj2k": Htj2k.WAITING, "htj2k_reason": ""}
        Instance.objects.filter(pk=known.pk).update(**fields, **anew)
        invalidation.instances_invalidate(
            [known]
        )  # deleted and stored anew: the pixels may be others
        _derived_describe(known, series, tags)
        return
    instance = Instance.objects.create(sop_instance_uid=sop_instance_uid, **fields)
    _derived_describe(instance, series, tags)
    Study.objects.filter(pk=study.pk).update(last_instance_at=timezone.now(), stable_at=None)
    if is_new:
        study_keys_write(study.pk)
    if series.modality in DERIVED_MODALITIES:
        _publish_derived(study, series, sop_instance_uid)


def _required_uid(tags: Tags, keyword: str) -> Uid:
    uid = dicom.uid(tags, keyword)
    if uid is None:
        raise Contradiction(UnfiledReason.INVALID_UID)
    return uid


def _study(archived: ArchivedInstance, tags: Tags) -> Study:
    uid = _required_uid(tags, "StudyInstanceUID")
    study = Study.objects.filter(study_instance_uid=uid).first()
    if study is None:
        study = Study(
            study_instance_uid=uid,
            orthanc_id=archived.study_orthanc_id,
            last_instance_at=timezone.now(),
            **_study_fields(tags),
        )
        matching.study_assign(study, dicom.whole_day(tags, "PatientBirthDate"))
        study.save()
        _name_words_add(study)
        audit.record(
            actor=None,
            action="study.index",
            object_type="study",
            object_id=uid,
            patient_id=study.patient_id,
        )
    if study.orthanc_id != archived.study_orthanc_id:
        raise Contradiction(UnfiledReason.STUDY_OF_ANOTHER_PATIENT)
    return study


def _series(archived: ArchivedInstance, tags: Tags, study: Study) -> tuple[Series, bool]:
    """And whether it is new."""
    uid = _required_uid(tags, "SeriesInstanceUID")
    series, is_new = Series.objects.get_or_create(
        series_instance_uid=uid,
        defaults={
            "orthanc_id": archived.series_orthanc_id,
            "study": study,
            **_series_fields(tags),
        },
    )
    if series.study_id != study.pk:
        raise Contradiction(UnfiledReason.SERIES_OF_ANOTHER_STUDY)
    return series, is_new


def study_fields_update(study: Study, tags: Tags) -> bool:
    """Take the attributes of the study from ``tags`` again; whether any differs.

    An order that its accession number no longer names is taken off, and the one that it names is
    set; the patient stays.
    """
    fields = _study_fields(tags)
    if all(getattr(study, name) == value for name, value in fields.items()):
        return False
    for name, value in fields.items():
        setattr(study, name, value)
    matching.order_assign(study)
    study.save()
    NameWord.objects.filter(study=study).delete()
    _name_words_add(study)
    return True


def series_fields_update(series: Series, tags: Tags) -> bool:
    """As ``study_fields_update``, of the series."""
    fields = _series_fields(tags)
    changed = any(getattr(series, name) != value for name, value in fields.items())
    if changed:
        Series.objects.filter(pk=series.pk).update(**fields)
    return changed


def ctdi_vol_raise(series: Series, tags: Tags) -> bool:
    """Keep the highest CTDIvol that images of the series say; whether this one is higher."""
    stated = image_ctdi_vol(tags)
    if stated is None or stated <= (series.ctdi_vol or 0):
        return False
    series.ctdi_vol = stated
    return bool(Series.objects.filter(pk=series.pk).update(ctdi_vol=stated))


def frames_update(instance: Instance, tags: Tags) -> bool:
    """Take from ``tags`` again where the frames of a multi-frame image lie; whether it differs."""
    if instance.frames == 1:
        return False
    plane = frame_plane(tags, instance.frames)
    changed = any(getattr(instance, name) != value for name, value in plane.items())
    if changed:
        Instance.objects.filter(pk=instance.pk).update(**plane)
    return changed


def _name_words_add(study: Study) -> None:
    words = name_words(study.dicom_patient_name)
    NameWord.objects.bulk_create(NameWord(study=study, word=word) for word in words)


def _study_fields(tags: Tags) -> dict[str, Any]:
    return {
        "dicom_patient_id": dicom.text(tags, "PatientID"),
        "dicom_patient_name": dicom.text(tags, "PatientName"),
        "dicom_birth_date": dicom.written_day(tags, "PatientBirthDate"),
        "dicom_sex": dicom.text(tags, "PatientSex"),
        "accession_number": dicom.text(tags, "AccessionNumber"),
        "study_id": dicom.text(tags, "StudyID"),
        "study_date": dicom.day(tags, "StudyDate"),
        "study_time": dicom.time(tags, "StudyTime"),
        "timezone_offset_from_utc": dicom.text(tags, "TimezoneOffsetFromUTC"),
        "description": dicom.text(tags, "StudyDescription"),
        "referring_physician_name": dicom.text(tags, "ReferringPhysicianName"),
    }


def _series_fields(tags: Tags) -> dict[str, Any]:
    request = dicom.item(tags, "RequestAttributesSequence")
    return {
        "modality": dicom.text(tags, "Modality"),
        "number": dicom.integer(tags, "SeriesNumber"),
        "description": dicom.text(tags, "SeriesDescription"),
        "body_part": dicom.text(tags, "BodyPartExamined"),
        "frame_of_reference_uid": dicom.uid(tags, "FrameOfReferenceUID") or "",
        "series_date": dicom.day(tags, "SeriesDate"),
        "series_time": dicom.time(tags, "SeriesTime"),
        "performed_procedure_step_start_date": dicom.day(tags, "PerformedProcedureStepStartDate"),
        "performed_procedure_step_start_time": dicom.time(tags, "PerformedProcedureStepStartTime"),
        "scheduled_procedure_step_id": dicom.text(request, "ScheduledProcedureStepID"),
        "requested_procedure_id": dicom.text(request, "RequestedProcedureID"),
        "acquisition": acquisition_read(tags).to_json(),
    }


def _image_fields(tags: Tags) -> dict[str, Any]:
    frames = dicom.size(tags, "NumberOfFrames") or 1
    return {
        "sop_class_uid": dicom.uid(tags, "SOPClassUID") or "",
        "number": dicom.integer(tags, "InstanceNumber"),
        "rows": dicom.size(tags, "Rows"),
        "columns": dicom.size(tags, "Columns"),
        "bits_allocated": dicom.size(tags, "BitsAllocated"),
        "frames": frames,
        **(_plane(tags) if frames == 1 else frame_plane(tags, frames)),
    }


def _plane(tags: Tags) -> dict[str, Any]:
    return {
        "image_position": dicom.numbers(tags, "ImagePositionPatient", 3),
        "image_orientation": dicom.numbers(tags, "ImageOrientationPatient", 6),
        "pixel_spacing": dicom.numbers(tags, "PixelSpacing", 2),
        "slice_thickness": dicom.number(tags, "SliceThickness"),
    }


def _derived_describe(instance: Instance, series: Series, tags: Tags) -> None:
    if series.modality in DERIVED_MODALITIES:
        dose = dose_report_read(tags)
        said = {
            "author": authors.author(tags),
            "content_date": dicom.day(tags, "ContentDate"),
            "content_time": dicom.time(tags, "ContentTime"),
            "predecessors": authors.predecessors(tags),
            "dose": dose.to_json() if dose else None,
        }
        DerivedObject.objects.update_or_create(instance=instance, defaults=said)


def dose_update(instance: Instance, tags: Tags) -> bool:
    """Take the dose that a Radiation Dose SR says from ``tags`` again; whether it differs."""
    report = dose_report_read(tags)
    dose = json.loads(json.dumps(report.to_json())) if report else None
    rows = DerivedObject.objects.filter(instance=instance)
    known = rows.first()
    if known is None or known.dose == dose:
        return False
    return bool(rows.update(dose=dose))


def _publish_derived(study: Study, series: Series, sop_instance_uid: str) -> None:
    publish(
        DERIVED_OBJECT_INDEXED,
        aggregate=f"study:{study.pk}",
        payload={
            "sop_instance_uid": sop_instance_uid,
            "series_instance_uid": series.series_instance_uid,
            "study_instance_uid": study.study_instance_uid,
        },
    )
