"""How a study hangs; what is opened beside it is recorded with the reason why."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView
from common.errors import ErrorCode
from rbac.permissions import Permission
from ris.hanging import serializers
from ris.hanging.selectors import Hanging, hanging_get


class StudyHanging(ApiView):
    required_permissions = {"GET": Permission.VIEW_DICOM}

    @extend_schema(
        summary="Get how a study hangs: layouts by rule, and the prior beside it",
        description=(
            "The prior that is opened through the present study needs a right of its own, and is "
            "recorded as opened for comparison, with the study it was opened through and why."
        ),
        tags=["imaging"],
        parameters=[serializers.HangingQuery],
        responses={
            200: serializers.HangingOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND),
        },
    )
    def get(self, request: Request, study_instance_uid: str) -> Response:
        query = serializers.HangingQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        hanging = hanging_get(self.actor, study_instance_uid, query.validated_data["prior"])
        self._record(hanging)
        return Response(serializers.HangingOut(hanging).data)

    def _record(self, hanging: Hanging) -> None:
        self._record_one("study.hanging", hanging.study)
        if hanging.prior is None:
            return
        because = {
            "through": hanging.study.study_instance_uid,
            "chosen_by": "reader" if hanging.asked else "rule",
            "reasons": list(hanging.prior.match.reasons),
            "score": hanging.prior.match.score,
        }
        self._record_one("study.open_as_prior", hanging.prior.study, because)

    def _record_one(self, action: str, study: Any, detail: dict[str, Any] | None = None) -> None:
        audit.record(
            actor=self.actor,
            action=action,
            object_type="study",
            object_id=study.study_instance_uid,
            patient_id=study.patient_id,
            permission=Permission.VIEW_DICOM,
            detail=detail,
        )
