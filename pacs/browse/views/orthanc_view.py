"""Patients and their images in the form of Orthanc, for older clients; from the index."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from pacs.browse import selectors, serializers
from pacs.models import Instance, Study
from rbac.permissions import Permission


class PatientsWithImages(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}
    list_action = "patient.list"
    list_object = "patient"
    queryset = Study.objects.none()
    serializer_class = serializers.PatientWithImagesOut
    filter_backends = []

    @extend_schema(
        summary="List the patients with images that I may see",
        tags=["orthanc view"],
        responses=serializers.PatientWithImagesOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [row["patient_id"] for row in rows]

    rows_shown = patients_shown

    def get_queryset(self) -> QuerySet[Any, Any]:
        return selectors.patients_with_images(self.actor)


class PatientImages(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_STUDY}
    list_action = "patient.images"
    list_object = "patient"
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
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [int(self.kwargs["patient_id"])]

    def rows_shown(self, rows: Rows) -> list[str]:
        return [row.sop_instance_uid for row in rows]

    def get_queryset(self) -> QuerySet[Instance]:
        return selectors.patient_images(self.actor, int(self.kwargs["patient_id"]))
