"""Reads studies and series of the index again from the archive.

For rows that an earlier version indexed, which cut long values and knew fewer attributes.
"""

from __future__ import annotations

from django.db import transaction

from audit import services as audit
from pacs.archive.orthanc import orthanc
from pacs.dicom.radiation_dose import RADIATION_DOSE_SR
from pacs.dicom.texts import has_code_extensions, texts_decode
from pacs.dicom.values import Tags
from pacs.index.instances import (
    ctdi_vol_raise,
    dose_update,
    frames_update,
    series_fields_update,
    study_fields_update,
)
from pacs.index.list_keys import study_keys_write
from pacs.models import Instance, Study


def study_reread(study: Study) -> bool:
    """Read one instance of each series, and each dose report; whether a row changed.

    Raises ExternalError.

    The patient of the study stays who it is, also if its Patient ID differs now.
    """
    firsts = [(series, series.instances.first()) for series in study.series.all()]
    found = [(series, instance, _tags_of(instance)) for series, instance in firsts]
    read = [(series, instance, tags) for series, instance, tags in found if instance and tags]
    reports = Instance.objects.filter(series__study=study, sop_class_uid=RADIATION_DOSE_SR)
    doses = [(report, _tags_of(report)) for report in reports]
    with transaction.atomic():
        changed = [series_fields_update(series, tags) for series, _, tags in read]
        changed += [frames_update(instance, tags) for _, instance, tags in read]
        changed += [ctdi_vol_raise(series, tags) for series, _, tags in read]
        changed += [dose_update(report, tags) for report, tags in doses if tags]
        if read:
            changed.append(study_fields_update(study, read[0][2]))
            study_keys_write(study.pk)
        if any(changed):
            audit.record(
                actor=None,
                action="study.reread",
                object_type="study",
                object_id=study.study_instance_uid,
                patient_id=study.patient_id,
            )
    return any(changed)


def _tags_of(instance: Instance | None) -> Tags | None:
    tags = orthanc().instance_tags(instance.orthanc_id) if instance else None
    if instance is None or not tags or not has_code_extensions(tags):
        return tags
    return {**tags, **texts_decode(orthanc().instance_file(instance.orthanc_id))}
