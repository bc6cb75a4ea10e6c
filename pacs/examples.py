"""What the requests and answers of the API's description hold: the MRI of patient P2026-0001."""

from __future__ import annotations

from typing import Any

from common.errors import ErrorCode

STUDY_UID = "2.25.333216059847145773890626641928231274454"
SERIES_UID = "2.25.121852365263760072419533216558915000533"
FRAME_OF_REFERENCE_UID = "2.25.146484875774733636862026366103705709933"
SOP_UID = "2.25.130012516087098285886354148095763614072"
SEG_UID = "2.25.296282671006610588138128276923540579823"
SEG_SERIES_UID = "2.25.23541917670236689822118063895431055481"
ORTHANC_ID = "1e8fc9ce-c85e327e-40fdd624-22ceb646-ce79cff0"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
PATIENT = {
    "id": 1,
    "patient_id": "P2026-0001",
    "full_name": "김민준",
    "birth_date": "1974-03-02",
    "gender": "M",
}
SERIES = {
    "id": 1,
    "series_instance_uid": SERIES_UID,
    "modality": "MR",
    "number": 1,
    "description": "T1 3D 1 mm",
    "body_part": "BRAIN",
    "frame_of_reference_uid": FRAME_OF_REFERENCE_UID,
}

SERIES_DETAIL = {
    **SERIES,
    "study_instance_uid": STUDY_UID,
    "instances": [
        {
            "sop_instance_uid": SOP_UID,
            "orthanc_id": ORTHANC_ID,
            "sop_class_uid": MR_IMAGE,
            "transfer_syntax_uid": "1.2.840.10008.1.2.1",
            "number": 1,
            "rows": 217,
            "columns": 181,
            "frames": 1,
            "image_position": [-90.0, -91.0, -71.0],
            "file_size": 80240,
        }
    ],
}
PATIENT_WITH_IMAGES = {
    "id": 1,
    "patient_id": "P2026-0001",
    "full_name": "김민준",
    "studies": 1,
    "last_study_date": "2026-03-02",
}
PATIENT_IMAGE = {
    "orthanc_id": ORTHANC_ID,
    "sop_instance_uid": SOP_UID,
    "study_instance_uid": STUDY_UID,
    "study_date": "2026-03-02",
    "series_instance_uid": SERIES_UID,
    "modality": "MR",
    "number": 1,
    "rows": 217,
    "columns": 181,
    "frames": 1,
    "preview": f"/api/ris/orthanc/instances/{ORTHANC_ID}/preview/",
}
UNMATCHED: dict[str, Any] = {
    "unfiled": None,
    "reason": "unknown_patient",
    "decision": "",
    "decisions": [],
    "contradicts": None,
    "quarantine": None,
    "suggestions": [
        {
            "patient": PATIENT,
            "order": {
                "id": 1,
                "accession_number": "RIS2026-0001",
                "job_type": "MR_BRAIN",
                "ordered_at": "2026-03-02T08:30:00+09:00",
            },
            "reasons": ["name", "birth_date", "procedure"],
        }
    ],
    "study_instance_uid": STUDY_UID,
    "dicom_patient_id": "EXT-4711",
    "dicom_patient_name": "Kim^Minjun",
    "dicom_birth_date": "19740302",
    "dicom_sex": "M",
    "accession_number": "",
    "study_date": "2026-03-02",
    "description": "MRI brain",
    "instances": 181,
    "last_instance_at": "2026-03-02T09:30:41.520113+09:00",
}
UNFILED_DECISION = {"decision": "file"}
UNFILED_DECIDED = {"unfiled": 7, "decision": "file"}
QUARANTINED = {"study_instance_uid": STUDY_UID, "quarantined": True}
SERIES_MOVE = {"series": [SERIES_UID], "into": ""}
SERIES_MOVED = {
    "series_instance_uid": SERIES_UID,
    "modality": "MR",
    "series_number": 3,
    "series_description": "T1",
    "from_study_instance_uid": STUDY_UID,
    "from_description": "MRI brain",
    "from_study_date": "2026-01-05",
    "into_study_instance_uid": "2.25.217308841293847521097346520198347562001",
    "into_description": "MRI brain",
    "into_study_date": "2026-01-05",
    "decided_by": "박도윤",
    "decided_at": "2026-01-05T11:02:41.120000+09:00",
    "done_at": None,
    "failure": "",
}
MATCH = {"patient_id": "P2026-0001", "order": 1}
MATCHED = {
    "study_instance_uid": STUDY_UID,
    "patient": PATIENT,
    "accession_number": "RIS2026-0001",
    "order": 1,
}

UPLOAD = {"files": ["(series1/0001.dcm)", "(notes.txt)"], "patient_id": "P2026-0001"}
_STORED = {
    "name": "series1/0001.dcm",
    "status": "stored",
    "sop_instance_uid": SOP_UID,
    "study_instance_uid": STUDY_UID,
    "place": "indexed",
    "code": None,
    "message": None,
}


def _rejected(error: ErrorCode) -> dict[str, Any]:
    return {
        "name": "notes.txt",
        "status": "rejected",
        "sop_instance_uid": "",
        "study_instance_uid": "",
        "place": None,
        "code": error.value.code,
        "message": error.value.en,
    }


_UNREADABLE = _rejected(ErrorCode.DICOM_UNREADABLE)
_UPLOADED_STUDY = {
    "study_instance_uid": STUDY_UID,
    "instances": 1,
    "unfiled": 0,
    "indexed": True,
    "modality": "MR",
    "study_date": "2026-03-02",
    "description": "MRI brain",
}


def _uploaded(*files: dict[str, Any]) -> dict[str, Any]:
    studies = [_UPLOADED_STUDY] if _STORED in files else []
    return {"indexed": True, "status_url": None, "studies": studies, "files": list(files)}


UPLOADED = _uploaded(_STORED)
UPLOADED_PARTLY = _uploaded(_STORED, _UNREADABLE)
UPLOADED_NOTHING = _uploaded(_UNREADABLE)
UPLOAD_FAILED = _uploaded(_rejected(ErrorCode.ARCHIVE_UNAVAILABLE))
_ON_ITS_WAY = dict.fromkeys(("modality", "study_date", "description"))
UPLOAD_STATUS = {
    "indexed": False,
    "status_url": "/api/ris/upload/dicom/0b1f5c1e-9f5b-4a43-8d2a-4f6f9d1a2b3c/",
    "studies": [{**_UPLOADED_STUDY, "indexed": False, **_ON_ITS_WAY}],
    "instances": [
        {"sop_instance_uid": SOP_UID, "study_instance_uid": STUDY_UID, "place": "waiting"}
    ],
}

_ROOT = "https://cdss.example/api/ris/dicom-web"
_STUDY_ADDRESS = f"{_ROOT}/studies/{STUDY_UID}"
_IMAGE_ADDRESS = f"{_STUDY_ADDRESS}/series/{SERIES_UID}/instances/{SOP_UID}"


def _element(vr: str, *values: object) -> dict[str, Any]:
    return {"vr": vr, "Value": list(values)}


_INSTANCE = {
    "00080016": _element("UI", MR_IMAGE),
    "00080018": _element("UI", SOP_UID),
    "00080060": _element("CS", "MR"),
    "0020000D": _element("UI", STUDY_UID),
    "0020000E": _element("UI", SERIES_UID),
    "00200013": _element("IS", 1),
    "00280010": _element("US", 217),
    "00280011": _element("US", 181),
}
DICOM_JSON: dict[str, dict[str, Any]] = {
    "studies": {
        "00080020": _element("DA", "20260302"),
        "00080050": _element("SH", "RIS2026-0001"),
        "00080061": _element("CS", "MR", "SEG"),
        "00081030": _element("LO", "MRI brain"),
        "00081190": _element("UR", _STUDY_ADDRESS),
        "00100010": _element("PN", {"Alphabetic": "Kim^Minjun"}),
        "00100020": _element("LO", "P2026-0001"),
        "0020000D": _element("UI", STUDY_UID),
        "00201206": _element("IS", 2),
        "00201208": _element("IS", 182),
    },
    "series": {
        "00080060": _element("CS", "MR"),
        "0008103E": _element("LO", "T1 3D 1 mm"),
        "00081190": _element("UR", f"{_STUDY_ADDRESS}/series/{SERIES_UID}"),
        "0020000D": _element("UI", STUDY_UID),
        "0020000E": _element("UI", SERIES_UID),
        "00200011": _element("IS", 1),
        "00201209": _element("IS", 181),
    },
    "instances": {**_INSTANCE, "00081190": _element("UR", _IMAGE_ADDRESS)},
    "metadata": {
        **_INSTANCE,
        "00200032": _element("DS", -90, -91, -71),
        "00280030": _element("DS", 1, 1),
        "7FE00010": {"vr": "OW", "BulkDataURI": f"{_IMAGE_ADDRESS}/bulk/7fe00010"},
    },
}
_STORED_INSTANCE = {
    "00081150": _element("UI", MR_IMAGE),
    "00081155": _element("UI", SOP_UID),
    "00081190": _element("UR", _IMAGE_ADDRESS),
}
_CONFLICT = {
    "00081150": _element("UI", MR_IMAGE),
    "00081155": _element("UI", SOP_UID),
    "00081197": _element("US", 0x0111),
}
STORED = {
    "00081190": _element("UR", _STUDY_ADDRESS),
    "00081199": _element("SQ", _STORED_INSTANCE),
}
STORED_PARTLY = {**STORED, "0008119A": _element("SQ", {"00081197": _element("US", 0xC000)})}
STORED_NOTHING = {"00081190": {"vr": "UR"}, "00081198": _element("SQ", _CONFLICT)}
