"""The worklist's routes in OpenAPI: DICOM JSON has no serializers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from ai import examples
from ai.ups.data_sets import code, data_set

DICOM_JSON = "application/dicom+json"
UID = "2.25.121852365263760072419533216558915000533"
_DATA_SET = {"$ref": "#/components/schemas/DicomDataset"}
_SERIES = data_set(
    TypeOfInstances="DICOM",
    StudyInstanceUID=examples.STUDY_UID,
    SeriesInstanceUID=examples.SERIES_UID,
)
CREATE = data_set(
    ProcedureStepState="SCHEDULED",
    ScheduledProcedureStepPriority="MEDIUM",
    ProcedureStepLabel="Brain volume",
    WorklistLabel="Research",
    ScheduledProcedureStepStartDateTime="20260302093000+0900",
    ScheduledWorkitemCodeSequence=[code("brain_extraction", "Brain extraction (T1 MRI)")],
    ScheduledProcessingParametersSequence=None,
    InputReadinessState="READY",
    InputInformationSequence=[_SERIES],
    PatientID="P2026-0001",
)
UPDATE = data_set(ProcedureStepLabel="Brain volume, urgent", ScheduledProcedureStepPriority="HIGH")
STATE = data_set(ProcedureStepState="CANCELED", TransactionUID=UID)
CANCEL = data_set(ReasonForCancellation="Wrong series", ContactDisplayName="Radiology, 3301")
WORKITEM = CREATE | data_set(SOPInstanceUID=UID, ProcedureStepState="IN PROGRESS")
SEARCH_PARAMETERS = [
    OpenApiParameter(name, kind, description=description)
    for name, kind, description in (
        ("limit", int, "Maximum number of results"),
        ("offset", int, "Number of results to skip"),
        ("includefield", str, "Adds nothing: all known attributes are returned"),
        ("fuzzymatching", bool, "Not supported: a Warning says so"),
        ("ProcedureStepState", str, "And other attributes, by keyword or tag"),
    )
]
SUBSCRIPTION_PARAMETERS = [
    OpenApiParameter("deletionlock", bool, description="Workitems are never deleted"),
    OpenApiParameter(
        "filter",
        str,
        description="Of the filtered worklist: matching keys, for example PatientID=P2026-0001",
    ),
]


def answered(description: str, value: Any = None) -> Any:
    """A response of DICOM JSON, or without ``value`` one that is empty."""
    if value is None:
        return OpenApiResponse(description=description)
    schema = {"type": "array", "items": _DATA_SET}
    return OpenApiResponse(schema, description, examples=[_shown([value], taken=False)])


def taken(value: Any) -> dict[str, Any]:
    """A request of DICOM JSON, for ``extend_schema``."""
    return {
        "request": {DICOM_JSON: _DATA_SET},
        "examples": [_shown(value, taken=True)],
    }


def _shown(value: Any, *, taken: bool) -> OpenApiExample:
    return OpenApiExample(
        "Example", value, media_type=DICOM_JSON, request_only=taken, response_only=not taken
    )


def statuses(*pairs: tuple[int, Any]) -> dict[Any, Any]:
    """Responses of DICOM JSON by status."""
    return {(status, DICOM_JSON): response for status, response in pairs}
