"""Rows of the index for tests; no archive behind them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from audit.services import STREAM, stream
from emr.models import Patient
from pacs.delivery.pictures import TOKEN, Pictures
from pacs.dicom.person_names import name_words
from pacs.models import Instance, NameWord, Series, Study
from rbac.models import Grant

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SEG_IMAGE = "1.2.840.10008.5.1.4.1.1.66.4"
EXPLICIT_LE = "1.2.840.10008.1.2.1"
ROLES = ["admin", "doctor", "rib", "lab", "nurse", "patient", "external", None]
_numbers = count(1)


def orthanc_id() -> str:
    digits = f"{next(_numbers):040x}"
    return "-".join(digits[i : i + 8] for i in range(0, 40, 8))


def study(patient: Patient | None, **fields: Any) -> Study:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "study_instance_uid": f"1.2.826.1.{number}",
        "orthanc_id": orthanc_id(),
        "patient": patient,
        "dicom_patient_id": patient.patient_id if patient else f"UNKNOWN-{number}",
        "dicom_patient_name": "Kim^Minjun=金^珉俊=김^민준",
        "dicom_birth_date": "19740302",
        "dicom_sex": "M",
        "accession_number": f"A{number}",
        "study_date": date(2026, 1, 5),
        "study_time": "101530",
        "description": "MRI brain",
        "last_instance_at": timezone.now(),
    }
    row = Study.objects.create(**(defaults | fields))
    words = name_words(row.dicom_patient_name)
    NameWord.objects.bulk_create(NameWord(study=row, word=word) for word in words)
    return row


def share(study: Study, grantee: Any, *, by: Any) -> None:
    Grant.objects.create(
        kind="shared",
        grantee=grantee,
        granted_by=by,
        patient_id=study.patient_id,
        study_instance_uid=study.study_instance_uid,
        expires_at=timezone.now() + timedelta(days=1),
    )


def series(of: Study, slices: int = 3, modality: str = "MR", **fields: Any) -> Series:
    """A stack whose Instance Numbers run against its positions."""
    uid = f"{of.study_instance_uid}.{next(_numbers)}"
    defaults: dict[str, Any] = {
        "series_instance_uid": uid,
        "orthanc_id": orthanc_id(),
        "study": of,
        "modality": modality,
        "number": 1,
        "description": "T1",
        "body_part": "BRAIN",
    }
    row = Series.objects.create(**(defaults | fields))
    for index in range(slices):
        instance(row, number=slices - index, image_position=[0.0, 0.0, float(index)])
    return row


def instance(of: Series, **fields: Any) -> Instance:
    is_image = of.modality != "SR"
    defaults: dict[str, Any] = {
        "sop_instance_uid": f"{of.series_instance_uid}.{next(_numbers)}",
        "orthanc_id": orthanc_id(),
        "series": of,
        "sop_class_uid": SEG_IMAGE if of.modality == "SEG" else MR_IMAGE,
        "transfer_syntax_uid": EXPLICIT_LE,
        "rows": 256 if is_image else None,
        "columns": 256 if is_image else None,
        "image_position": [0.0, 0.0, 0.0],
        "image_orientation": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        "pixel_spacing": [1.0, 1.0],
        "slice_thickness": 1.0,
        "bits_allocated": 16 if is_image else None,
    }
    return Instance.objects.create(**(defaults | fields))


def records() -> list[dict[str, Any]]:
    """The buffered audit records, oldest first."""
    return [json.loads(values[b"record"]) for _, values in stream().xrange(STREAM)]


def picture(answer):
    """What nginx gets where the decision ``answer`` sends it; the answer itself if nowhere."""
    if TOKEN not in answer:
        return answer
    return picture_at(answer["X-Accel-Redirect"], answer[TOKEN])


def picture_at(path: str, token: str) -> HttpResponse:
    """What nginx gets from the process that draws."""
    request = RequestFactory().get(path, headers={TOKEN: token})
    answer = HttpResponse()

    def start_response(status, headers, *_):
        answer.status_code = int(status.split()[0])
        for name, value in headers:
            answer[name] = value

    answer.content = b"".join(Pictures(get_wsgi_application())(request.environ, start_response))
    return answer
