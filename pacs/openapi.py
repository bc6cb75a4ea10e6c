"""Describes the DICOMweb gateway in OpenAPI: drf-spectacular sees DRF views only, not these.

Built from the URL patterns, so a route without a summary fails the build.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.urls import URLPattern

from common.api.schema import AUTHENTICATION_ERRORS, SERVER_ERRORS, errors_add
from common.errors import ErrorCode
from pacs import examples
from pacs.dicom.uids import UID_MAX_LENGTH, UID_REGEX
from pacs.dicomweb import accept
from pacs.dicomweb.store_answers import DICOM_XML
from pacs.dicomweb.views import frames, gateway, retrieve, search, wado_uri
from pacs.urls import dicomweb_urlpatterns

Object = dict[str, Any]

PREFIX = "/api/ris/"
NOT_DESCRIBED = frozenset({"dicomweb-unknown"})
SUMMARIES = {
    "qido-studies": "Search for studies (QIDO-RS)",
    "qido-all-series": "Search for series (QIDO-RS)",
    "qido-all-instances": "Search for instances (QIDO-RS)",
    "qido-series": "Search for series of a study (QIDO-RS)",
    "qido-study-instances": "Search for instances of a study (QIDO-RS)",
    "qido-series-instances": "Search for instances of a series (QIDO-RS)",
    "wado-study": "Retrieve a study (WADO-RS)",
    "wado-series": "Retrieve a series (WADO-RS)",
    "wado-instance": "Retrieve an instance (WADO-RS)",
    "wado-study-metadata": "Retrieve the metadata of a study (WADO-RS)",
    "wado-series-metadata": "Retrieve the metadata of a series (WADO-RS)",
    "wado-instance-metadata": "Retrieve the metadata of an instance (WADO-RS)",
    "wado-study-rendered": "Render the middle image of a study (WADO-RS)",
    "wado-series-rendered": "Render the middle image of a series (WADO-RS)",
    "wado-instance-rendered": "Render an instance (WADO-RS)",
    "wado-study-thumbnail": "Render a thumbnail of a study (WADO-RS)",
    "wado-series-thumbnail": "Render a thumbnail of a series (WADO-RS)",
    "wado-instance-thumbnail": "Render a thumbnail of an instance (WADO-RS)",
    "wado-frames": "Retrieve frames, numbered from 1 (WADO-RS)",
    "wado-frames-rendered": "Render a frame (WADO-RS)",
    "wado-frames-thumbnail": "Render a thumbnail of a frame (WADO-RS)",
    "wado-bulk": "Retrieve the bulk data of an attribute (WADO-RS)",
    "wado-uri": "Retrieve an instance (WADO-URI)",
    "wado-bulkdata": "Retrieve the bulk data of an attribute by its BulkDataURI (WADO-RS)",
}
STORE_SUMMARIES = {
    "qido-studies": "Store instances (STOW-RS)",
    "wado-study": "Store instances of one study (STOW-RS)",
}
DICOM_JSON = "application/dicom+json"
_STORED: Sequence[tuple[str, str, Object]] = (
    ("200", "All instances are stored", examples.STORED),
    (
        "202",
        "Some instances are stored; or some were stored with a change, or cannot be retrieved yet "
        "(Retry-After)",
        examples.STORED_PARTLY,
    ),
    ("409", "No instance is stored", examples.STORED_NOTHING),
)
COMPONENTS: Object = {
    "DicomAttribute": {
        "type": "object",
        "description": "An attribute in the DICOM JSON model (PS3.18 annex F)",
        "properties": {
            "vr": {"type": "string"},
            "Value": {"type": "array", "items": {}},
            "BulkDataURI": {"type": "string"},
            "InlineBinary": {"type": "string", "format": "byte"},
        },
        "required": ["vr"],
    },
    "DicomDataset": {
        "type": "object",
        "description": "Attributes by tag (eight hexadecimal digits)",
        "additionalProperties": {"$ref": "#/components/schemas/DicomAttribute"},
    },
}
_DATASET = {"$ref": "#/components/schemas/DicomDataset"}
_BINARY = {"type": "string", "format": "binary"}
_SEARCH_PARAMETERS: Sequence[tuple[str, Object, str]] = (
    ("limit", {"type": "integer", "minimum": 0}, "Maximum number of results"),
    ("offset", {"type": "integer", "minimum": 0}, "Number of results to skip"),
    ("includefield", {"type": "string"}, "Additional attributes to return: keyword, tag or all"),
    (
        "fuzzymatching",
        {"type": "boolean"},
        "Match the words of PatientName by their beginning, in any order",
    ),
    (
        "attributes",
        {"type": "object", "additionalProperties": {"type": "string"}},
        "Matching attributes by keyword or tag, for example PatientID=P2026-0001 or "
        "00080060=MR. Attributes that are not supported are ignored.",
    ),
)
_RENDERED_PARAMETERS: Sequence[tuple[str, Object, str]] = (
    ("viewport", {"type": "string"}, "width,height of the image in pixels"),
    (
        "window",
        {"type": "string"},
        "center,width,function; function: linear, linear-exact or sigmoid",
    ),
    ("quality", {"type": "integer", "minimum": 1, "maximum": 100}, "JPEG quality"),
)
_UID = {"type": "string", "pattern": f"^{UID_REGEX}$", "maxLength": UID_MAX_LENGTH}
_WADO_URI_REQUIRED: Sequence[tuple[str, Object, str]] = (
    ("requestType", {"type": "string", "enum": ["WADO"]}, "Always WADO"),
    ("studyUID", _UID, "Study Instance UID"),
    ("seriesUID", _UID, "Series Instance UID"),
    ("objectUID", _UID, "SOP Instance UID"),
)
_WADO_URI_PARAMETERS: Sequence[tuple[str, Object, str]] = (
    ("contentType", {"type": "string"}, "application/dicom, image/jpeg or image/png"),
    (
        "transferSyntax",
        {"type": "string"},
        "For application/dicom: the stored transfer syntax, or *",
    ),
    ("frameNumber", {"type": "integer", "minimum": 1}, "For an image: frame number, from 1"),
    ("rows", {"type": "integer", "minimum": 1}, "For an image: maximum number of rows"),
    ("columns", {"type": "integer", "minimum": 1}, "For an image: maximum number of columns"),
    ("windowCenter", {"type": "number"}, "For an image; requires windowWidth"),
    ("windowWidth", {"type": "number", "minimum": 1}, "For an image; requires windowCenter"),
    ("imageQuality", {"type": "integer", "minimum": 1, "maximum": 100}, "JPEG quality"),
)


def describe_dicomweb(result: Object, **_: Any) -> Object:
    """Postprocessing hook: add the routes of the gateway to the document."""
    for route in dicomweb_urlpatterns:
        name = str(route.name)
        if name in NOT_DESCRIBED:
            continue
        path = PREFIX + re.sub(r"<\w+:(\w+)>", r"{\1}", str(route.pattern))
        methods = {"get": _retrieve(route, name)}
        if name in STORE_SUMMARIES:
            methods["post"] = _store(route, name)
        result["paths"][path] = methods
    result["paths"] = dict(sorted(result["paths"].items()))
    result["components"]["schemas"] |= COMPONENTS
    return result


def _operation(route: URLPattern, operation_id: str, summary: str) -> Object:
    return {
        "operationId": operation_id.replace("-", "_"),
        "summary": summary,
        "tags": ["dicomweb"],
        "security": [{"bearer": []}],
        "parameters": _path_parameters(route),
    }


def _path_parameters(route: URLPattern) -> list[Object]:
    return [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {"type": "string", "pattern": f"^(?:{converter.regex})$"},
        }
        for name, converter in route.pattern.converters.items()
    ]


def _query_parameters(described: Sequence[tuple[str, Object, str]], **more: bool) -> list[Object]:
    return [
        {"in": "query", "name": name, "schema": schema, "description": description, **more}
        for name, schema, description in described
    ]


def _retrieve(route: URLPattern, name: str) -> Object:
    view: Any = route.callback.view_class  # type: ignore[attr-defined]
    operation = _operation(route, name, SUMMARIES[name])
    if view is wado_uri.WadoUri:
        operation["parameters"] += _query_parameters(_WADO_URI_REQUIRED, required=True)
        operation["parameters"] += _query_parameters(_WADO_URI_PARAMETERS)
    if issubclass(view, search.Search):
        operation["parameters"] += _query_parameters(_SEARCH_PARAMETERS)
    if issubclass(view, retrieve.Rendered):
        operation["parameters"] += _query_parameters(_RENDERED_PARAMETERS)
    offers: Sequence[accept.Offer] = getattr(view, "offers", accept.DICOM_JSON)
    content = {_media_type(offer): _body(offer, name) for offer in offers}
    operation["responses"] = {"200": {"content": content, "description": SUMMARIES[name]}}
    errors_add(operation["responses"], _retrieve_errors(view, str(route.pattern)))
    operation["responses"] = dict(sorted(operation["responses"].items()))
    return operation


def _media_type(offer: accept.Offer) -> str:
    """The Content-Type of the response; DICOM JSON for both JSON offers."""
    return f'{offer.media_type}; type="{offer.part}"' if offer.part else offer.archive_accept


def _body(offer: accept.Offer, name: str) -> Object:
    if offer not in accept.DICOM_JSON:
        return {"schema": _BINARY}
    kind = "metadata" if name.endswith("-metadata") else name.rpartition("-")[2]
    value = [examples.DICOM_JSON[kind]]
    return {
        "schema": {"type": "array", "items": _DATASET},
        "examples": {"Example": {"value": value}},
    }


def _retrieve_errors(view: type[gateway.Gateway], path: str) -> list[ErrorCode]:
    codes = [*AUTHENTICATION_ERRORS, *SERVER_ERRORS]
    codes += [ErrorCode.AUDIT_UNAVAILABLE, ErrorCode.NOT_ACCEPTABLE]
    if "<" in path:
        codes.append(ErrorCode.ROUTE_NOT_FOUND)
    if issubclass(view, (gateway.FromArchive, wado_uri.WadoUri)):
        codes += [ErrorCode.ARCHIVE_UNAVAILABLE, ErrorCode.STUDY_NOT_FOUND]
        codes.append(ErrorCode.MALFORMED)
    if issubclass(view, search.Search) and path.count("/") > 1:
        codes.append(ErrorCode.STUDY_NOT_FOUND)
    image = (retrieve.Rendered, wado_uri.WadoUri)
    if "sop_instance_uid" in path or issubclass(view, image):
        codes.append(ErrorCode.INSTANCE_NOT_FOUND)
    if "series_instance_uid" in path and "sop_instance_uid" not in path:
        codes.append(ErrorCode.SERIES_NOT_FOUND)
    validating = (search.Search, frames.Frames, *image)
    if issubclass(view, validating):
        codes.append(ErrorCode.VALIDATION)
    return codes


def _store(route: URLPattern, name: str) -> Object:
    operation = _operation(route, f"stow-{name.partition('-')[2]}", STORE_SUMMARIES[name])
    operation["description"] = (
        "The response is the Store Instances Response Module (PS3.18 annex I.2). "
        "ReferencedSOPSequence (0008,1199) lists the stored instances, FailedSOPSequence "
        "(0008,1198) those that were not stored with their FailureReason (0008,1197), "
        "OtherFailuresSequence (0008,119A) the parts that could not be read. An instance that is "
        "already stored with the same content succeeds; with other content it fails (0111). A "
        "SEG, structured report, key object selection or presentation state may refer only to "
        "instances that the sender may see or sends along; otherwise it fails (0112)."
    )
    operation["requestBody"] = {
        "required": True,
        "content": {'multipart/related; type="application/dicom"': {"schema": _BINARY}},
    }
    operation["responses"] = {
        status: _stored(description, value) for status, description, value in _STORED
    }
    codes = [
        *AUTHENTICATION_ERRORS,
        *SERVER_ERRORS,
        ErrorCode.PERMISSION_DENIED,
        ErrorCode.MALFORMED,
        ErrorCode.NO_FILE_STORED,
        ErrorCode.NOT_ACCEPTABLE,
        ErrorCode.REQUEST_TOO_LARGE,
        ErrorCode.UNSUPPORTED_MEDIA,
        ErrorCode.ARCHIVE_UNAVAILABLE,
    ]
    if route.pattern.converters:
        codes.append(ErrorCode.ROUTE_NOT_FOUND)
    errors_add(operation["responses"], codes)
    return operation


def _stored(description: str, value: Object) -> Object:
    shown = {"schema": _DATASET, "examples": {"Example": {"value": value}}}
    native = {"schema": {"type": "string"}}
    return {"content": {DICOM_JSON: shown, DICOM_XML: native}, "description": description}
