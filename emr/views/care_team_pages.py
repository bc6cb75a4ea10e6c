"""Who cares for a patient, and whom one cares for."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from acct import selectors as accounts
from acct.serializers import UserBriefOut
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr import selectors
from emr.filters import CareTeamFilter, StaffFilter
from emr.models import CareTeamMember, RecordChange
from emr.selectors import care_teams as found
from emr.serializers import care_bodies as bodies
from emr.services import care_teams
from rbac.permissions import Permission

_CHANGING = (ErrorCode.VALIDATION, ErrorCode.DUPLICATE, ErrorCode.LAST_OF_CARE_TEAM)


class CareTeams(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ACCESS, "POST": Permission.EDIT_PATIENT}
    list_action = "care_team.list"
    list_object = "care_team"
    serializer_class = bodies.CareMemberOut
    filterset_class = CareTeamFilter
    ordering_fields = ["created_at"]

    def get_queryset(self) -> QuerySet[CareTeamMember]:
        return found.members_visible_to(self.actor)

    def get_serializer_context(self) -> dict[str, Any]:
        reasons = found.reads_reasons(self.actor)
        return {**super().get_serializer_context(), "reasons": reasons}

    @extend_schema(
        summary="List who is in the care team of a patient, or (mine=true) my patients",
        tags=["care team"],
        responses=bodies.CareMemberOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Add a user to the care team of a patient",
        tags=["care team"],
        request=bodies.CareMemberIn,
        responses={
            201: bodies.CareMemberOut,
            **errors(*_CHANGING, ErrorCode.PATIENT_NOT_FOUND, ErrorCode.USER_NOT_FOUND),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.CareMemberIn(data=request.data)
        body.is_valid(raise_exception=True)
        member = care_teams.member_add(actor=self.actor, **body.validated_data)
        return Response(bodies.CareMemberOut(member).data, status=201)


class CareTeamRow(ApiView):
    required_permissions = {"DELETE": Permission.EDIT_PATIENT}

    @extend_schema(
        summary="Take a user out of a care team, with a reason; it counts at once",
        tags=["care team"],
        request=bodies.CareMemberEndIn,
        responses={204: None, **errors(*_CHANGING, ErrorCode.RECORD_NOT_FOUND)},
    )
    def delete(self, request: Request, pk: int) -> Response:
        body = bodies.CareMemberEndIn(data=request.data)
        body.is_valid(raise_exception=True)
        care_teams.member_remove(actor=self.actor, pk=pk, **body.validated_data)
        return Response(status=204)


class CareTeamHistory(GenericApiView):
    required_permissions = {"GET": Permission.VIEW_ACCESS}
    list_action = "history.read"
    list_object = "care_team"
    serializer_class = bodies.CareChangeOut
    filter_backends = []
    queryset: QuerySet[RecordChange] = RecordChange.objects.none()

    @extend_schema(
        summary="List who came into a patient's care team and who left it, newest first",
        tags=["care team"],
        responses={200: bodies.CareChangeOut(many=True), **errors(ErrorCode.PATIENT_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        self.patient = selectors.patient_get(self.actor, pk, Permission.VIEW_ACCESS)
        self.queryset = found.team_changes(self.patient)
        return self.list_response(request)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        return found.changes_described(self.actor, page)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [self.patient.pk]

    def rows_shown(self, rows: Rows) -> list[Any]:
        return []


class CareTeamCandidates(GenericApiView):
    required_permissions = {"GET": Permission.EDIT_PATIENT}
    list_action = "user.recipients"
    list_object = "user"
    serializer_class = UserBriefOut
    queryset = accounts.users_list().none()
    filterset_class = StaffFilter

    def patients_shown(self, rows: Rows) -> PatientIds:
        return ()

    def get_queryset(self) -> QuerySet[Any]:
        return found.candidates()

    @extend_schema(
        summary="List the users who may be of a care team",
        tags=["care team"],
        responses=UserBriefOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)
