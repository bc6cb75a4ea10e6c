"""One patient over time: the timeline, the trends of vital signs, the changes of the record."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import selectors
from emr.models import RecordChange
from emr.selectors import timeline, trends
from emr.selectors.patient_summary import patient_summary
from emr.serializers import overview_bodies as bodies
from rbac.permissions import Permission


class PatientTimeline(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}

    @extend_schema(
        summary="List what happened to a patient, newest first",
        tags=["patients"],
        parameters=[bodies.TimelineIn],
        responses={
            200: bodies.TimelineOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    @selectors.rights_read_once()
    def get(self, request: Request, pk: int) -> Response:
        query = bodies.TimelineIn(data=request.GET)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        patient = selectors.patient_get(self.actor, pk, Permission.VIEW_ENCOUNTER)
        audit.record(
            actor=self.actor,
            action="patient.timeline",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_ENCOUNTER,
        )
        entries, more = timeline.patient_timeline(
            self.actor,
            patient,
            kinds=asked.get("kind", ()),
            begin=asked.get("from"),
            end=asked.get("to"),
            cursor=asked.get("cursor", ""),
            length=asked.get("page_size", timeline.LONGEST_PAGE),
        )
        return Response(bodies.TimelineOut({"results": entries, "next": more}).data)


class PatientSummary(ApiView):
    required_permissions = {"GET": Permission.VIEW_PATIENT}

    @extend_schema(
        summary="Get what a doctor sees of a patient first",
        tags=["patients"],
        responses={200: bodies.PatientSummaryOut, **errors(ErrorCode.PATIENT_NOT_FOUND)},
    )
    @selectors.rights_read_once()
    def get(self, request: Request, pk: int) -> Response:
        patient = selectors.patient_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="patient.summary",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_PATIENT,
        )
        found = patient_summary(self.actor, patient)
        shown = bodies.PatientSummaryOut(found, context={"request": request})
        return Response(shown.data)


class VitalsTrends(ApiView):
    required_permissions = {"GET": Permission.VIEW_ENCOUNTER}

    @extend_schema(
        summary="Get the trends of a patient's vital signs: the newest 500 measurements",
        tags=["vital signs"],
        responses={
            200: bodies.VitalsTrendOut(many=True),
            **errors(ErrorCode.PATIENT_NOT_FOUND),
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        patient = selectors.patient_get(self.actor, pk, Permission.VIEW_ENCOUNTER)
        audit.record(
            actor=self.actor,
            action="vitals.trends",
            object_type="patient",
            object_id=pk,
            patient_id=pk,
            permission=Permission.VIEW_ENCOUNTER,
        )
        found = trends.vitals_trends(self.actor, patient)
        return Response(bodies.VitalsTrendOut(found, many=True).data)


class PatientHistory(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_PATIENT}
    list_action = "history.read"
    list_object = "patient"
    serializer_class = bodies.RecordChangeOut
    filter_backends = []
    queryset: QuerySet[RecordChange] = RecordChange.objects.none()

    @extend_schema(
        summary="List the changes of a patient's own data, newest first",
        tags=["patients"],
        responses={200: bodies.RecordChangeOut(many=True), **errors(ErrorCode.PATIENT_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        self.patient = selectors.patient_get(self.actor, pk)
        self.queryset = selectors.changes_of("patient", pk)
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [self.patient.pk]
