"""What instruments and files bring, and what became of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from audit.choices import Outcome
from common.api.schema import errors
from common.api.uploads import FolderMultiPartParser, ReceivedFile, spooled_uploads
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode, InvalidInput
from lis import import_serializers as serializers, selectors
from lis.filters import MessageFilter
from lis.hl7_text import messages_of
from lis.models import InboundMessage
from lis.services import csv_import, message_import, rna_files
from rbac.permissions import Permission

HL7 = "text/hl7-v2"
MOST_BYTES = 10 << 20
SHOWN_BYTES = 64 << 10
_ENVELOPE_BYTES = 64 << 10


class Hl7Parser(BaseParser):
    """The bytes as they are: the charset is in the message."""

    media_type = HL7

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return bytes(stream.read())


class PlainTextParser(Hl7Parser):
    media_type = "text/plain"


class Ack(HttpResponse):
    """``data``: what an idempotency key would keep."""

    def __init__(self, text: str) -> None:
        super().__init__(text.encode(), content_type=f"{HL7}; charset=utf-8")
        self.data = {"ack": text}


class Spooled(ApiView):
    """Files of the request go to disk and are deleted at its end.

    A body that is too large is refused before it is read.
    """

    parser_classes = [FolderMultiPartParser]
    most_bytes = MOST_BYTES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > self.most_bytes + _ENVELOPE_BYTES:
            raise InvalidInput(
                ErrorCode.FILE_TOO_LARGE, f"at most {self.most_bytes >> 20} MB", "file"
            )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with spooled_uploads(request):
            return super().dispatch(request, *args, **kwargs)


def _file(request: Request, most: int) -> ReceivedFile:
    """The one file of the form. Raises InvalidInput."""
    found = request.FILES.getlist("file") if hasattr(request.FILES, "getlist") else []
    if len(found) != 1 or not isinstance(found[0], ReceivedFile):
        raise InvalidInput(ErrorCode.VALIDATION, "one file is needed", "file")
    if found[0].too_large or (found[0].size or 0) > most:
        raise InvalidInput(ErrorCode.FILE_TOO_LARGE, f"at most {most >> 20} MB", "file")
    return found[0]


class Hl7Import(Spooled):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}
    parser_classes = [Hl7Parser, PlainTextParser, FolderMultiPartParser]

    @extend_schema(
        summary="Import HL7 v2 ORU^R01 messages",
        description="One message or a file of several; the answer holds an ACK for each.",
        tags=["laboratory"],
        request={HL7: OpenApiTypes.BINARY, "multipart/form-data": serializers.FileIn},
        responses={
            (200, HL7): OpenApiTypes.STR,
            **errors(ErrorCode.VALIDATION, ErrorCode.FILE_TOO_LARGE),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        data: Any = request.data
        body = data if isinstance(data, bytes) else _file(request, MOST_BYTES).path.read_bytes()
        if not body.strip():
            raise InvalidInput(ErrorCode.VALIDATION, "no message", "file")
        acks = [
            message_import.message_receive(actor=self.actor, raw=raw) for raw in messages_of(body)
        ]
        return Ack("".join(acks))


class CsvImport(Spooled):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Import results as CSV (accession_number, code, value, unit, method)",
        tags=["laboratory"],
        request={"multipart/form-data": serializers.FileIn},
        responses={
            200: serializers.ImportedOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.FILE_TOO_LARGE),
        },
    )
    def post(self, request: Request) -> Response:
        content = _file(request, MOST_BYTES).path.read_bytes()
        accepted, rejected = csv_import.csv_import(actor=self.actor, content=content)
        return Response(serializers.ImportedOut({"accepted": accepted, "rejected": rejected}).data)


class RnaSeq(Spooled):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}

    most_bytes = settings.RNA_SEQ_MAX_BYTES

    @extend_schema(
        summary="Upload the RNA-seq counts of a genetic order (TSV or CSV, also gzip)",
        tags=["laboratory"],
        request={"multipart/form-data": serializers.FileIn},
        responses={
            201: serializers.RnaOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.FILE_TOO_LARGE,
                ErrorCode.ORDER_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
            ),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        selectors.lab_order_get(self.actor, pk)
        path = _file(request, settings.RNA_SEQ_MAX_BYTES).path
        row = rna_files.matrix_store(actor=self.actor, order_id=pk, path=path)
        return Response(serializers.RnaOut(row).data, status=201)


class Messages(GenericApiView):
    required_permissions = {"GET": Permission.ENTER_LAB_RESULT}
    list_action = "message.list"
    list_object = "message"
    serializer_class = serializers.MessageOut
    filterset_class = MessageFilter
    ordering_fields = ["received_at"]

    def get_queryset(self) -> QuerySet[InboundMessage]:
        return selectors.messages_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return {row.order.patient_id for row in rows if row.order}

    @extend_schema(
        summary="List what was imported, and what waits for a person",
        tags=["laboratory"],
        responses=serializers.MessageOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class MessageText(ApiView):
    required_permissions = {"GET": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Get a message as it came",
        tags=["laboratory"],
        responses={200: serializers.MessageTextOut, **errors(ErrorCode.LAB_ITEM_NOT_FOUND)},
    )
    def get(self, request: Request, message_id: int) -> Response:
        row = selectors.message_get(self.actor, message_id)
        text = selectors.shown_text(row, SHOWN_BYTES)
        named = selectors.patients_named(row, text)
        withheld = not selectors.may_read(self.actor, named)
        audit.record(
            actor=self.actor,
            action="message.read",
            object_type="message",
            object_id=row.pk,
            permission=Permission.ENTER_LAB_RESULT,
            outcome=Outcome.DENIED if withheld else Outcome.OK,
            patients=named,
        )
        shown = {"raw": "" if withheld else text, "withheld": withheld}
        return Response(serializers.MessageTextOut(row, context=shown).data)


_WAITING_ERRORS = errors(
    ErrorCode.VALIDATION, ErrorCode.LAB_ITEM_NOT_FOUND, ErrorCode.INVALID_TRANSITION
)


class MessageRetry(ApiView):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Try a message again that was held",
        tags=["laboratory"],
        request=None,
        responses={200: serializers.MessageOut, **_WAITING_ERRORS},
    )
    def post(self, request: Request, message_id: int) -> Response:
        row = message_import.message_retry(actor=self.actor, message_id=message_id)
        return Response(serializers.MessageOut(row).data)


class MessageAssign(ApiView):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Try a message again that was held, on the order that it is for",
        tags=["laboratory"],
        request=serializers.MessageAssignIn,
        responses={
            200: serializers.MessageOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.LAB_ITEM_NOT_FOUND),
            **errors(ErrorCode.ORDER_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, message_id: int) -> Response:
        body = serializers.MessageAssignIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = message_import.message_assign(
            actor=self.actor, message_id=message_id, order_id=body.validated_data["order"]
        )
        return Response(serializers.MessageOut(row).data)


class MessageDiscard(ApiView):
    required_permissions = {"POST": Permission.ENTER_LAB_RESULT}

    @extend_schema(
        summary="Discard a message that was held, with a reason",
        tags=["laboratory"],
        request=serializers.MessageDiscardIn,
        responses={200: serializers.MessageOut, **_WAITING_ERRORS},
    )
    def post(self, request: Request, message_id: int) -> Response:
        body = serializers.MessageDiscardIn(data=request.data)
        body.is_valid(raise_exception=True)
        row = message_import.message_discard(
            actor=self.actor, message_id=message_id, **body.validated_data
        )
        return Response(serializers.MessageOut(row).data)
