"""Documents in the archive (Encapsulated PDF)."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from pydicom.tag import Tag
from pydicom.uid import EncapsulatedPDFStorage
from rest_framework.request import Request

from common.api.negotiation import AnyAccept
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode, NotFound
from pacs.delivery.access_record import AccessRecord, access_recorded
from pacs.derived.bulk_values import bulk_value
from pacs.index.images import series_visible_get
from rbac.permissions import Permission

VIEW_DICOM = Permission.VIEW_DICOM
_ENCAPSULATED_DOCUMENT = int(Tag("EncapsulatedDocument"))


class SeriesDocument(ApiView):
    required_permissions = {"GET": VIEW_DICOM}
    content_negotiation_class = AnyAccept

    @extend_schema(
        summary="Get the PDF that a series encapsulates",
        tags=["imaging"],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            **errors(
                ErrorCode.SERIES_NOT_FOUND,
                ErrorCode.INSTANCE_NOT_FOUND,
                ErrorCode.NOT_ACCEPTABLE,
                ErrorCode.ARCHIVE_UNAVAILABLE,
                ErrorCode.AUDIT_UNAVAILABLE,
            ),
        },
    )
    def get(self, request: Request, series_instance_uid: str) -> HttpResponse:
        access = AccessRecord(
            "document.read", VIEW_DICOM, "series", series_instance_uid, self.actor
        )
        with access_recorded(access):
            series = series_visible_get(self.actor, series_instance_uid, VIEW_DICOM)
            access.patient_id = series.study.patient_id
            found = series.instances.filter(sop_class_uid=EncapsulatedPDFStorage).first()
            if found is None:
                raise NotFound(ErrorCode.INSTANCE_NOT_FOUND, "the series has no document")
            content = bulk_value(found, [_ENCAPSULATED_DOCUMENT])
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": 'inline; filename="document.pdf"',
                "Content-Security-Policy": "sandbox; default-src 'none'",
            },
        )
