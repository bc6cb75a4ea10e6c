"""Read, versions, search, ``$everything`` and ``metadata``; each read is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

import fhir.facade.resource_types  # noqa: F401  (registers the types)
from audit import services as audit
from audit.lists import searched_hash
from common.api.permissions import Access
from common.api.views import ApiView
from common.errors import ErrorCode, NotFound
from emr.selectors import rights_read_once
from fhir.facade import examples, hidden_search, search_request
from fhir.facade.capability_statement import capability_statement
from fhir.facade.declarations import REGISTRY, ResourceSource, ResourceType
from fhir.facade.everything import everything
from fhir.facade.hidden_search import Pairs
from fhir.facade.openapi import FHIR_JSON, FhirSchema, resource_response
from fhir.facade.operation_outcome import outcome_handler
from fhir.facade.searchset import history, searchset
from fhir.services.resources.elements import Json
from rbac.permissions import Permission

_PARSED = (ErrorCode.VALIDATION, ErrorCode.REQUEST_TOO_LARGE, ErrorCode.RECORD_NOT_FOUND)


class FhirJson(JSONRenderer):
    media_type = FHIR_JSON
    charset = "utf-8"


class PlainJson(JSONRenderer):
    """For a client that accepts nothing but application/json."""


class FhirView(ApiView):
    required_permissions = {"GET": Permission.READ_FHIR}
    renderer_classes = (FhirJson, PlainJson)
    schema = FhirSchema()
    error_codes: ClassVar[tuple[ErrorCode, ...]] = (ErrorCode.RECORD_NOT_FOUND,)

    def get_exception_handler(self) -> Any:
        return outcome_handler

    @property
    def base(self) -> str:
        return f"{settings.PUBLIC_BASE_URL}/api/fhir"

    def type_named(self, name: str) -> ResourceType:
        """Raises NotFound."""
        if name not in REGISTRY:
            raise NotFound(ErrorCode.RECORD_NOT_FOUND, "the type", "http.type")
        return REGISTRY[name]

    def resource(self, name: str, key: str) -> Json:
        """Recorded with its patient. Raises NotFound, also for what the person may not see."""
        return self.versions(name, key, "fhir.read", current=True)[0]

    def versions(self, name: str, key: str, action: str, *, current: bool = False) -> list[Json]:
        """As ``resource``, with the earlier ones that are kept, the newest first."""
        kind = self.type_named(name)
        for one in kind.fixed(self.actor) if kind.fixed else ():
            if one["id"] == key:
                return [one]
        source, row = self.row(kind, key)
        self.record(action, name, key, source.shown(row))
        if current or source.versions is None:
            return [source.resource(row)]
        return [source.resource(each) for each in source.versions(self.actor, row)]

    def row(self, kind: ResourceType, key: str) -> tuple[ResourceSource, Any]:
        for source in kind.sources:
            row = source.row(self.actor, key)
            if row is not None:
                return source, row
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, kind.name, "http.id")

    def record(
        self, action: str, name: str, key: str, patients: Iterable[int | None], **detail: Any
    ) -> None:
        audit.record(
            actor=self.actor,
            action=action,
            object_type=f"fhir.{name}",
            object_id=key,
            permission=Permission.READ_FHIR,
            patients=patients,
            detail=detail,
        )


class CapabilityView(FhirView):
    required_permissions = {"GET": Access.PUBLIC}
    authentication_classes = ()
    error_codes = ()

    @extend_schema(
        operation_id="fhir_metadata",
        summary="Read the CapabilityStatement of the FHIR server",
        tags=["fhir"],
        responses=resource_response("A CapabilityStatement", examples.CAPABILITY_STATEMENT),
    )
    def get(self, request: Request) -> Response:
        return Response(capability_statement())


class ReadView(FhirView):
    @extend_schema(
        operation_id="fhir_read",
        summary="Read a FHIR resource",
        description="With its ETag; If-None-Match is answered with 304.",
        tags=["fhir"],
        responses=resource_response("The resource", examples.PATIENT),
    )
    def get(self, request: Request, resource_type: str, resource_id: str) -> HttpResponse:
        return _with_version(request, self.resource(resource_type, resource_id))


class VreadView(FhirView):
    @extend_schema(
        operation_id="fhir_vread",
        summary="Read a version of a FHIR resource",
        description="Of most types only the present version is kept (CapabilityStatement).",
        tags=["fhir"],
        responses=resource_response("The resource", examples.PATIENT),
    )
    def get(
        self, request: Request, resource_type: str, resource_id: str, version_id: str
    ) -> HttpResponse:
        for found in self.versions(resource_type, resource_id, "fhir.vread"):
            if found["meta"]["versionId"] == version_id:
                return _with_version(request, found)
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"a version of {resource_type}", "http.vid")


class HistoryView(FhirView):
    @extend_schema(
        operation_id="fhir_history",
        summary="List the versions of a FHIR resource, newest first",
        description="Of most types only the present version is kept (CapabilityStatement).",
        tags=["fhir"],
        responses=resource_response("A Bundle of type history", examples.HISTORY),
    )
    def get(self, request: Request, resource_type: str, resource_id: str) -> Response:
        found = self.versions(resource_type, resource_id, "fhir.history")
        return Response(history(found, f"{self.base}/{resource_type}/{resource_id}"))


class BaseSearchView(FhirView):
    """What both ways of searching share."""

    error_codes = _PARSED

    def found(self, name: str, pairs: Pairs, *, hide: bool = False) -> Response:
        """``hide``: the words of the search are to be in no address."""
        kind = self.type_named(name)
        if token := dict(pairs).get(hidden_search.PARAMETER):
            pairs, hide = hidden_search.revealed(self.actor, token), True
        lenient = "handling=lenient" in self.request.headers.get("Prefer", "").replace(" ", "")
        with rights_read_once():
            search = search_request.parse(
                kind, pairs, user=self.actor, base=self.base, lenient=lenient
            )
            search.hidden = hide
            answer = searchset(search, f"{self.base}/{name}")
        filters: dict[str, list[str]] = {}
        for key, text in search.used:
            if key not in search_request.CONTROLS:
                filters.setdefault(key, []).append(searched_hash(text))
        self.record("fhir.search", name, "", answer.patients, filters=filters, rows=answer.ids)
        return Response(answer.bundle)


class SearchView(BaseSearchView):
    @extend_schema(
        operation_id="fhir_search",
        summary="Search FHIR resources of a type",
        description="The parameters of each type: docs/fhir.md and the CapabilityStatement.",
        tags=["fhir"],
        responses=resource_response("A Bundle of type searchset", examples.SEARCHSET),
    )
    def get(self, request: Request, resource_type: str) -> Response:
        return self.found(resource_type, _pairs(request.query_params))


class FormSearchView(BaseSearchView):
    required_permissions = {"POST": Permission.READ_FHIR}
    parser_classes = (FormParser,)

    @extend_schema(
        operation_id="fhir_search_form",
        summary="Search FHIR resources of a type by a form",
        description="As by GET, without search words in the address.",
        tags=["fhir"],
        request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
        responses=resource_response("A Bundle of type searchset", examples.SEARCHSET),
    )
    def post(self, request: Request, resource_type: str) -> Response:
        pairs = _pairs(request.query_params) + _pairs(request.data)
        return self.found(resource_type, pairs, hide=True)


class EverythingView(FhirView):
    error_codes = _PARSED

    @extend_schema(
        operation_id="fhir_patient_everything",
        summary="Read everything that refers to a patient",
        tags=["fhir"],
        responses=resource_response("A Bundle of type searchset", examples.SEARCHSET),
    )
    def get(self, request: Request, resource_id: str) -> Response:
        with rights_read_once():
            _, patient = self.row(REGISTRY["Patient"], resource_id)
            given = {name: str(text) for name, text in request.query_params.items()}
            answer = everything(self.actor, patient, given, base=self.base)
        self.record("fhir.everything", "Patient", resource_id, answer.patients, rows=answer.ids)
        return Response(answer.bundle)


class UnknownInteractionView(FhirView):
    """Whatever else is asked of the server."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND)


def _pairs(given: Any) -> Pairs:
    """Of a query or a form; a request without a body has a plain dict."""
    return [(name, text) for name, texts in given.lists() for text in texts] if given else []


def _with_version(request: Request, found: Json) -> HttpResponse:
    tag = f'W/"{found["meta"]["versionId"]}"'
    known = {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}
    if known & {tag, tag.removeprefix("W/"), "*"}:
        return HttpResponse(status=304, headers={"ETag": tag})
    return Response(found, headers={"ETag": tag})
