"""Read, vread, search, ``$everything`` and ``metadata``; each read is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

import fhir.facade.resources  # noqa: F401  (registers the types)
from audit import services as audit
from audit.lists import searched_hash
from common.api.permissions import Access
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode, NotFound
from emr.selectors import rights_read_once
from fhir.facade import bundles, query
from fhir.facade.capability import capability_statement
from fhir.facade.declarations import REGISTRY, ResourceType, Source
from fhir.facade.everything import everything
from fhir.facade.outcome import outcome_handler
from fhir.services.resources.elements import Json
from rbac.permissions import Permission

_FAULTS = errors(ErrorCode.VALIDATION, ErrorCode.NOT_ACCEPTABLE)
_UNKNOWN = errors(ErrorCode.RECORD_NOT_FOUND)


class FhirJson(JSONRenderer):
    media_type = "application/fhir+json"
    charset = "utf-8"


class PlainJson(JSONRenderer):
    """For a client that accepts nothing but application/json."""


class FhirView(ApiView):
    required_permissions = {"GET": Permission.READ_FHIR}
    renderer_classes = (FhirJson, PlainJson)

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
        kind = self.type_named(name)
        for one in kind.fixed(self.actor) if kind.fixed else ():
            if one["id"] == key:
                return one
        source, row = self.row(kind, key)
        self.record("fhir.read", name, key, [source.patient(row)])
        return source.resource(row)

    def row(self, kind: ResourceType, key: str) -> tuple[Source, Any]:
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


class Metadata(FhirView):
    required_permissions = {"GET": Access.PUBLIC}

    @extend_schema(
        summary="The CapabilityStatement of the FHIR server",
        tags=["fhir"],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        return Response(capability_statement())


class Read(FhirView):
    @extend_schema(
        operation_id="fhir_read",
        summary="Read a FHIR resource",
        description="With its ETag; If-None-Match is answered with 304.",
        tags=["fhir"],
        responses={200: OpenApiTypes.OBJECT, **_UNKNOWN},
    )
    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        found = self.resource(kind, key)
        return _with_version(request, found)


class Version(FhirView):
    @extend_schema(
        summary="Read a version of a FHIR resource",
        description="Only the present version is kept in this form.",
        tags=["fhir"],
        responses={200: OpenApiTypes.OBJECT, **_UNKNOWN},
    )
    def get(self, request: Request, kind: str, key: str, version: str) -> HttpResponse:
        found = self.resource(kind, key)
        if found["meta"]["versionId"] != version:
            raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"a version of {kind}", "http.vid")
        return _with_version(request, found)


class Searching(FhirView):
    """What both ways of searching share."""

    def found(self, name: str, pairs: list[tuple[str, str]]) -> Response:
        kind = self.type_named(name)
        lenient = "handling=lenient" in self.request.headers.get("Prefer", "").replace(" ", "")
        with rights_read_once():
            search = query.parse(kind, pairs, user=self.actor, base=self.base, lenient=lenient)
            answer = bundles.searchset(search, f"{self.base}/{name}")
        filters = {key: [searched_hash(text)] for key, text in search.used if key[0] != "_"}
        self.record("fhir.search", name, "", answer.patients, filters=filters, rows=answer.ids)
        return Response(answer.bundle)


class Search(Searching):
    @extend_schema(
        operation_id="fhir_search",
        summary="Search FHIR resources of a type",
        description="The parameters of each type: docs/fhir.md and the CapabilityStatement.",
        tags=["fhir"],
        responses={200: OpenApiTypes.OBJECT, **_FAULTS, **_UNKNOWN},
    )
    def get(self, request: Request, kind: str) -> Response:
        return self.found(kind, _pairs(request.query_params))


class SearchByForm(Searching):
    required_permissions = {"POST": Permission.READ_FHIR}
    parser_classes = (FormParser,)

    @extend_schema(
        summary="Search FHIR resources of a type by a form",
        description="As by GET, without search words in the address.",
        tags=["fhir"],
        request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
        responses={200: OpenApiTypes.OBJECT, **_FAULTS, **_UNKNOWN},
    )
    def post(self, request: Request, kind: str) -> Response:
        return self.found(kind, _pairs(request.query_params) + _pairs(request.data))


class Everything(FhirView):
    @extend_schema(
        summary="Read everything that refers to a patient",
        tags=["fhir"],
        responses={200: OpenApiTypes.OBJECT, **_FAULTS, **_UNKNOWN},
    )
    def get(self, request: Request, key: str) -> Response:
        with rights_read_once():
            _, patient = self.row(REGISTRY["Patient"], key)
            given = {name: str(text) for name, text in request.query_params.items()}
            answer = everything(self.actor, patient, given, base=self.base)
        self.record("fhir.everything", "Patient", key, answer.patients, rows=answer.ids)
        return Response(answer.bundle)


def _pairs(given: Any) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in given.lists() for text in texts]


def _with_version(request: Request, found: Json) -> HttpResponse:
    tag = f'W/"{found["meta"]["versionId"]}"'
    known = {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}
    if known & {tag, tag.removeprefix("W/"), "*"}:
        return HttpResponse(status=304, headers={"ETag": tag})
    return Response(found, headers={"ETag": tag})
