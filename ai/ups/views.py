"""The worklist of AI analyses over HTTP: UPS-RS (PS3.18 chapter 11), as docs/ups-rs.md says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ai.ups import descriptions, steering, subscriptions
from ai.ups.creation import workitem_create
from ai.ups.data_sets import Given, uid_of
from ai.ups.descriptions import DICOM_JSON
from ai.ups.workitems import listed, whole, workitem_get
from ai.ups.worklist_search import worklist_search
from audit import services as audit
from audit.lists import searched_hashes
from common.api.parsers import PlainJsonParser
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import AppError, ErrorCode
from pacs.dicom.uids import Uid
from pacs.dicomweb import accept
from rbac.permissions import Permission

_TOLD = (400, 404, 409)
"""Whose reason goes into the Warning header too."""
CHANGED = "The Workitem was created with modifications"
_NOT_FOUND = errors(ErrorCode.AI_JOB_NOT_FOUND)


class DicomJsonParser(PlainJsonParser):
    media_type = DICOM_JSON


class DicomJsonNegotiation(DefaultContentNegotiation):
    """Answers are DICOM JSON, errors the envelope, whichever JSON the client names."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        accept.negotiate(request.headers.get("Accept"), accept.DICOM_JSON)
        return renderers[0], renderers[0].media_type


class WorklistView(ApiView):
    """Needs the right to AI analyses; refuses with the envelope and a Warning header."""

    parser_classes: list[type[BaseParser]] = [DicomJsonParser, PlainJsonParser]
    content_negotiation_class = DicomJsonNegotiation

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code in _TOLD and isinstance(exc, AppError):
            self.warn(response, [exc.detail or exc.code.value.en])
        return response

    def warn(self, response: Response, texts: Iterable[str | None]) -> Response:
        host = self.request.get_host()
        found = [f'299 {host} "{_header_text(text)}."' for text in texts if text]
        if found:
            response["Warning"] = ", ".join(found)
        return response

    @property
    def given(self) -> Given:
        return Given.read(self.request.data)


def _header_text(text: str) -> str:
    """What a header can hold: a request may have brought anything into a sentence."""
    kept = (c if c.isascii() and c.isprintable() and c not in '"\\' else "?" for c in text)
    return "".join(kept).rstrip(".")


def _named_uid(request: Request, name: str) -> Uid | None:
    """``?{uid}``, as PS3.18 writes it, or ``?name={uid}``."""
    if text := request.query_params.get(name):
        return uid_of(text, name)
    bare = [key for key, value in request.query_params.items() if not value]
    return uid_of(bare[0], name) if bare else None


def _address(workitem_uid: str | None) -> str:
    return f"{settings.PUBLIC_BASE_URL}/api/ai/ups-rs/workitems/{workitem_uid}"


class Workitems(WorklistView):
    required_permissions = {"GET": Permission.REQUEST_AI, "POST": Permission.REQUEST_AI}

    @extend_schema(
        operation_id="ups_search",
        summary="Search for workitems (UPS-RS)",
        tags=["ups-rs"],
        parameters=descriptions.SEARCH_PARAMETERS,
        responses={
            **descriptions.statuses(
                (200, descriptions.answered("All that match", descriptions.WORKITEM)),
                (206, descriptions.answered("There are more", descriptions.WORKITEM)),
            ),
            204: descriptions.answered("None matches"),
            **errors(ErrorCode.VALIDATION),
        },
    )
    def get(self, request: Request) -> Response:
        found = worklist_search(self.actor, dict(request.query_params.lists()))
        audit.record(
            actor=self.actor,
            action="ai_workitem.search",
            object_type="ai_job",
            permission=Permission.REQUEST_AI,
            patients=[job.patient_id for job in found.jobs],
            detail={
                "filters": searched_hashes(found.search.keys),
                "rows": [str(job.pk) for job in found.jobs],
            },
        )
        if not found.jobs:
            return self.warn(Response(status=204), found.warnings)
        shown = Response(
            listed(found.jobs), status=206 if found.more else 200, content_type=DICOM_JSON
        )
        return self.warn(shown, found.warnings)

    @extend_schema(
        operation_id="ups_create",
        summary="Create a workitem: request an AI analysis (UPS-RS)",
        tags=["ups-rs"],
        **descriptions.taken(descriptions.CREATE),
        responses={
            201: descriptions.answered("Created; Location has its address"),
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.DUPLICATE,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.SERIES_NOT_FOUND,
                ErrorCode.STUDY_UNMATCHED,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.PATIENT_MERGED,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.MODEL_NOT_FOUND,
                ErrorCode.MODEL_REFUSED_INPUT,
                ErrorCode.FACTS_MISSING,
                ErrorCode.AI_QUEUE_LIMIT,
                ErrorCode.INFERENCE_UNAVAILABLE,
                ErrorCode.INFERENCE_FAILED,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        created = workitem_create(
            actor=self.actor, given=self.given, workitem_uid=_named_uid(request, "workitem")
        )
        address = _address(created.job.workitem_uid)
        response = Response(status=201, headers={"Location": address, "Content-Location": address})
        return self.warn(response, [CHANGED if created.modified else None])


class WorkitemDetail(WorklistView):
    required_permissions = {"GET": Permission.REQUEST_AI, "POST": Permission.REQUEST_AI}

    @extend_schema(
        operation_id="ups_retrieve",
        summary="Retrieve a workitem (UPS-RS)",
        tags=["ups-rs"],
        responses={
            **descriptions.statuses(
                (200, descriptions.answered("The workitem", descriptions.WORKITEM))
            ),
            **_NOT_FOUND,
        },
    )
    def get(self, request: Request, workitem_uid: str) -> Response:
        job = workitem_get(self.actor, workitem_uid)
        audit.record(
            actor=self.actor,
            action="ai_workitem.read",
            object_type="ai_job",
            object_id=job.pk,
            patient_id=job.patient_id,
            permission=Permission.REQUEST_AI,
        )
        return Response([whole(job)], content_type=DICOM_JSON)

    @extend_schema(
        operation_id="ups_update",
        summary="Update a workitem that waits: its labels and priority (UPS-RS)",
        tags=["ups-rs"],
        **descriptions.taken(descriptions.UPDATE),
        responses={
            200: descriptions.answered("Updated"),
            **_NOT_FOUND,
            **errors(ErrorCode.VALIDATION, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, workitem_uid: str) -> Response:
        warning = steering.workitem_update(
            actor=self.actor,
            workitem_uid=workitem_uid,
            given=self.given,
            transaction_uid=_named_uid(request, "transaction-uid"),
        )
        return self.warn(Response(status=200), [warning])


class WorkitemState(WorklistView):
    required_permissions = {"PUT": Permission.REQUEST_AI}

    @extend_schema(
        operation_id="ups_change_state",
        summary="Change the state of a workitem, which our engine alone performs (UPS-RS)",
        tags=["ups-rs"],
        **descriptions.taken(descriptions.STATE),
        responses={
            200: descriptions.answered("It is in that state already"),
            **_NOT_FOUND,
            **errors(ErrorCode.VALIDATION, ErrorCode.INVALID_TRANSITION),
        },
    )
    def put(self, request: Request, workitem_uid: str) -> Response:
        warning = steering.state_change(
            actor=self.actor, workitem_uid=workitem_uid, given=self.given
        )
        return self.warn(Response(status=200), [warning])


class CancelRequest(WorklistView):
    required_permissions = {"POST": Permission.REQUEST_AI}

    @extend_schema(
        operation_id="ups_request_cancellation",
        summary="Request the cancellation of a workitem (UPS-RS)",
        tags=["ups-rs"],
        **descriptions.taken(descriptions.CANCEL),
        responses={
            202: descriptions.answered(
                "Cancelled, or it was before; with a Warning: others asked for it too, it goes on"
            ),
            **_NOT_FOUND,
            **errors(
                ErrorCode.VALIDATION, ErrorCode.INVALID_TRANSITION, ErrorCode.PERMISSION_DENIED
            ),
        },
    )
    def post(self, request: Request, workitem_uid: str) -> Response:
        warning = steering.cancel_request(
            actor=self.actor, workitem_uid=workitem_uid, given=self.given
        )
        return self.warn(Response(status=202), [warning])


class Subscriber(WorklistView):
    required_permissions = {"POST": Permission.REQUEST_AI, "DELETE": Permission.REQUEST_AI}

    @extend_schema(
        operation_id="ups_subscribe",
        summary="Subscribe to a workitem or to the worklist (UPS-RS)",
        tags=["ups-rs"],
        parameters=descriptions.SUBSCRIPTION_PARAMETERS,
        request=None,
        responses={
            201: descriptions.answered("Content-Location has the address of the WebSocket"),
            **_NOT_FOUND,
            **errors(ErrorCode.VALIDATION),
        },
    )
    def post(self, request: Request, workitem_uid: str, aetitle: str) -> Response:
        subscriptions.subscribe(
            actor=self.actor,
            target=workitem_uid,
            aetitle=aetitle,
            parameters=dict(request.query_params.lists()),
        )
        base = settings.PUBLIC_BASE_URL.replace("http", "ws", 1)
        address = f"{base}/ws/ups-rs/subscribers/{quote(aetitle.strip())}"
        return Response(status=201, headers={"Content-Location": address})

    @extend_schema(
        operation_id="ups_unsubscribe",
        summary="Unsubscribe from a workitem or from the worklist (UPS-RS)",
        tags=["ups-rs"],
        responses={
            200: descriptions.answered("Unsubscribed"),
            **_NOT_FOUND,
            **errors(ErrorCode.VALIDATION),
        },
    )
    def delete(self, request: Request, workitem_uid: str, aetitle: str) -> Response:
        subscriptions.unsubscribe(actor=self.actor, target=workitem_uid, aetitle=aetitle)
        return Response(status=200)


class SubscriberSuspension(WorklistView):
    required_permissions = {"POST": Permission.REQUEST_AI}

    @extend_schema(
        operation_id="ups_suspend",
        summary="Suspend a subscription to the worklist: no later workitems (UPS-RS)",
        tags=["ups-rs"],
        request=None,
        responses={
            200: descriptions.answered("Suspended"),
            **_NOT_FOUND,
            **errors(ErrorCode.VALIDATION),
        },
    )
    def post(self, request: Request, workitem_uid: str, aetitle: str) -> Response:
        subscriptions.suspend(actor=self.actor, target=workitem_uid, aetitle=aetitle)
        return Response(status=200)
