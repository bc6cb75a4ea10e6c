"""PNG previews: access is checked and recorded, nginx sends what we drew."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.api.negotiation import AnyAccept
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from common.person import Person
from pacs.delivery.access_record import AccessRecord, access_recorded
from pacs.delivery.answers import rendered
from pacs.delivery.rendering import Rendering
from pacs.index import images
from pacs.index.studies import study_get
from pacs.models import Instance
from rbac.permissions import Permission

VIEW_DICOM = Permission.VIEW_DICOM
PNG = {(200, "image/png"): OpenApiTypes.BINARY}
_IMAGE_ERRORS = (
    ErrorCode.INSTANCE_NOT_FOUND,
    ErrorCode.AUDIT_UNAVAILABLE,
    ErrorCode.ARCHIVE_UNAVAILABLE,
    ErrorCode.NOT_ACCEPTABLE,
)


class Preview(ApiView):
    required_permissions = {"GET": VIEW_DICOM}
    content_negotiation_class = AnyAccept
    object_type = ""

    def image(self, user: Person, key: str) -> Instance:
        raise NotImplementedError

    def answer(self, request: Request, key: str) -> HttpResponse:
        access = AccessRecord("preview.read", VIEW_DICOM, self.object_type, key, self.actor)
        with access_recorded(access):
            image = self.image(self.actor, key)
            access.patient_id = image.series.study.patient_id
            access.detail["sop_instance_uid"] = image.sop_instance_uid
            return rendered(image, image.frames // 2, Rendering("image/png"))


class StudyPreview(Preview):
    object_type = "study"

    @extend_schema(
        summary="Render the middle image of the study's largest series as PNG",
        tags=["imaging"],
        responses={
            **PNG,
            **errors(ErrorCode.STUDY_NOT_FOUND, *_IMAGE_ERRORS),
        },
    )
    def get(self, request: Request, study_instance_uid: str) -> HttpResponse:
        return self.answer(request, study_instance_uid)

    def image(self, user: Person, key: str) -> Instance:
        return images.study_middle(study_get(user, key, VIEW_DICOM))


class SeriesPreview(Preview):
    object_type = "series"

    @extend_schema(
        summary="Render the middle image of a series as PNG",
        tags=["imaging"],
        responses={
            **PNG,
            **errors(ErrorCode.SERIES_NOT_FOUND, *_IMAGE_ERRORS),
        },
    )
    def get(self, request: Request, series_instance_uid: str) -> HttpResponse:
        return self.answer(request, series_instance_uid)

    def image(self, user: Person, key: str) -> Instance:
        return images.series_middle(images.series_visible_get(user, key, VIEW_DICOM))


class InstancePreview(Preview):
    object_type = "instance"

    @extend_schema(
        summary="Render an image (its middle frame) as PNG",
        tags=["imaging"],
        responses={**PNG, **errors(*_IMAGE_ERRORS)},
    )
    def get(self, request: Request, sop_instance_uid: str) -> HttpResponse:
        return self.answer(request, sop_instance_uid)

    def image(self, user: Person, key: str) -> Instance:
        return images.instance_visible_get(user, VIEW_DICOM, sop_instance_uid=key)


class OrthancPreview(Preview):
    object_type = "instance"

    @extend_schema(
        summary="Render an image as PNG, by its Orthanc id",
        tags=["orthanc view"],
        responses={**PNG, **errors(*_IMAGE_ERRORS)},
    )
    def get(self, request: Request, orthanc_id: str) -> HttpResponse:
        return self.answer(request, orthanc_id)

    def image(self, user: Person, key: str) -> Instance:
        return images.instance_visible_get(user, VIEW_DICOM, orthanc_id=key)
