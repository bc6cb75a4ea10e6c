"""Patients and their images in the form of Orthanc, for older clients; from the index."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import GenericApiView
from common.errors import ErrorCode
from pacs.browse import selectors, serializers
from pacs.models import Instance, Study
from rbac.permissions import Permission


class PatientsWithImages(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}
    queryset = Study.objects.none()
    serializer_class = serializers.PatientWithImagesOut
    filter_backends = []

    @extend_schema(
        summary="List the patients with images that I may see",
        tags=["orthanc view"],
        responses=serializers.PatientWithImagesOut(many=True),
    )
    def get(self, request: Request) -> Response:
        audit.record(
            actor=self.actor,
            action="patient.list",
            object_type="patient",
            permission=Permission.VIEW_STUDY,
            detail={"with_images": True},
        )
        return self.list_response(request)

    def get_queryset(self) -> QuerySet[Any, Any]:
        return selectors.patients_with_images(self.actor)


class PatientImages(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}
    queryset = Instance.objects.none()
    serializer_class = serializers.PatientImageOut
    filter_backends = []

    @extend_schema(
        summary="List the images of a patient, newest study first",
        tags=["orthanc view"],
        responses={
            200: serializers.PatientImageOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, patient_id: int) -> Response:
        response = self.list_response(request)
        audit.record(
            actor=self.actor,
            action="patient.images",
            object_type="patient",
            object_id=patient_id,
            patient_id=patient_id,
            permission=Permission.VIEW_STUDY,
        )
        return response

    def get_queryset(self) -> QuerySet[Instance]:
        return selectors.patient_images(self.actor, int(self.kwargs["patient_id"]))
