"""What was measured in a study, and how it changed."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.measurements.serializers import MeasurementTrendOut
from ris.measurements.size_trends import study_trends


class StudyMeasurements(ApiView):
    required_permissions = {"GET": Permission.VIEW_DICOM}

    @extend_schema(
        summary="List what was measured in a study, with the same of the patient's earlier ones",
        tags=["imaging"],
        responses={
            200: MeasurementTrendOut(many=True),
            **errors(ErrorCode.STUDY_NOT_FOUND, ErrorCode.ARCHIVE_UNAVAILABLE),
        },
    )
    def get(self, request: Request, study_instance_uid: str) -> Response:
        found = study_trends(self.actor, study_instance_uid)
        audit.record(
            actor=self.actor,
            action="measurement.list",
            object_type="study",
            object_id=study_instance_uid,
            patient_id=found.study.patient_id,
            permission=Permission.VIEW_DICOM,
        )
        return Response(MeasurementTrendOut(found.trends, many=True).data)
