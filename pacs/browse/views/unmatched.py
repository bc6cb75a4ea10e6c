"""Unmatched studies, for radiology and administrators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from pacs.browse import serializers
from pacs.index import matching, quarantine, resolution, series_moves, unfiled
from pacs.index.suggestions import suggestions_for
from pacs.models import SeriesMove, Study, UnfiledStudy
from rbac.permissions import Permission


class UnmatchedStudies(GenericApiView):
    required_permissions = {"GET": Permission.MATCH_STUDY}
    list_action = "study.list_unmatched"
    list_object = "study"
    searched_by = ("study_instance_uid",)
    queryset = Study.objects.none()
    serializer_class = serializers.UnmatchedStudyOut
    filter_backends = ()

    @extend_schema(
        summary="List the studies without a patient and the unfiled images",
        tags=["imaging"],
        parameters=[serializers.UnmatchedQuery],
        responses=serializers.UnmatchedStudyOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    def patients_shown(self, rows: Rows) -> PatientIds:
        suggested = [each.patient.pk for row in rows for each in row["suggestions"]]
        held = [row["quarantine"]["patient"] for row in rows if row["quarantine"]]
        suggested += [patient.pk for patient in held if patient]
        return suggested + [row["contradicts"].patient_id for row in rows if row["contradicts"]]

    def rows_shown(self, rows: Rows) -> list[str]:
        return [row["study_instance_uid"] for row in rows]

    def get_queryset(self) -> QuerySet[Any]:
        asked = serializers.UnmatchedQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return unfiled.waiting_rows(self.actor, **asked.validated_data)

    def paginate_queryset(self, queryset: Any) -> Any:
        """The rows of the page, with what they contradict."""
        page: list[dict[str, Any]] = super().paginate_queryset(queryset) or []
        ids = [row["unfiled"] for row in page if row["unfiled"]]
        rows = UnfiledStudy.objects.visible_to(self.actor).in_bulk(ids)
        unknown = [row["study_instance_uid"] for row in page if not row["unfiled"]]
        suggested = suggestions_for(self.actor, unknown)
        held = quarantine.quarantines_of(self.actor, unknown)
        for row in page:
            entry = rows.get(row["unfiled"])
            study = unfiled.contradicted_study(entry, self.actor) if entry else None
            row["contradicts"] = study
            row["quarantine"] = None if entry else held.get(row["study_instance_uid"])
            if row["quarantine"]:
                row["reason"] = row["quarantine"]["reason"]
            row["suggestions"] = [] if entry else suggested.get(row["study_instance_uid"], [])
            row["decisions"] = resolution.decisions_possible(entry, study) if entry else []
        return page


class UnfiledResolve(ApiView):
    required_permissions = {"POST": Permission.MATCH_STUDY}

    @extend_schema(
        summary="Decide about unfiled images: file them, take them as a correction, reject them",
        tags=["imaging"],
        request=serializers.UnfiledDecisionIn,
        responses={
            202: serializers.UnfiledDecisionOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.STUDY_NOT_FOUND, ErrorCode.INVALID_TRANSITION),
        },
    )
    def post(self, request: Request, unfiled_id: int) -> Response:
        body = serializers.UnfiledDecisionIn(data=request.data)
        body.is_valid(raise_exception=True)
        decided = resolution.unfiled_decide(
            actor=self.actor, unfiled_id=unfiled_id, **body.validated_data
        )
        return Response(serializers.UnfiledDecisionOut(decided).data, status=202)


class StudyMatch(ApiView):
    required_permissions = {"POST": Permission.MATCH_STUDY}

    @extend_schema(
        summary="Match a study to a patient",
        tags=["imaging"],
        request=serializers.MatchIn,
        responses={
            200: serializers.MatchOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.ORDER_NOT_FOUND,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
            ),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.MatchIn(data=request.data)
        body.is_valid(raise_exception=True)
        study = matching.study_match(
            actor=self.actor, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.MatchOut(study).data)


class StudyQuarantine(ApiView):
    required_permissions = {"POST": Permission.MATCH_STUDY}

    @extend_schema(
        summary="Take a study off its patient, because it is of somebody else",
        description=(
            "At once nobody sees it, its pixels or what was found in it. It waits on the list of "
            "unmatched studies until a user matches it to a patient: another one, or the same."
        ),
        tags=["imaging"],
        request=None,
        responses={200: serializers.QuarantinedOut, **errors(ErrorCode.STUDY_NOT_FOUND)},
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        study = quarantine.study_quarantine(actor=self.actor, study_instance_uid=study_instance_uid)
        return Response(serializers.QuarantinedOut(study).data)


class StudySeriesMoves(GenericApiView):
    required_permissions = {"GET": Permission.MATCH_STUDY, "POST": Permission.MATCH_STUDY}
    list_action = "study.list_moves"
    list_object = "study"
    queryset = SeriesMove.objects.none()
    serializer_class = serializers.SeriesMoveOut
    filter_backends = ()

    @extend_schema(
        summary="List the series that were moved out of a study and into it",
        tags=["imaging"],
        responses={
            200: serializers.SeriesMoveOut(many=True),
            **errors(ErrorCode.STUDY_NOT_FOUND),
        },
    )
    def get(self, request: Request, study_instance_uid: str) -> Response:
        return self.list_response(request)

    def get_queryset(self) -> QuerySet[Any]:
        self.study, moves = series_moves.moves_of(self.actor, self.kwargs["study_instance_uid"])
        return moves

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [self.study.patient_id]

    @extend_schema(
        summary="Split a study, or move series to another study of the patient",
        description=(
            "Without `into` the series become a study of their own; all series with `into` make "
            "one of two studies. The files are written anew under the other Study Instance UID, "
            "and keep the former one in Original Attributes Sequence. The drafts, the reading and "
            "the order of a study that gets empty go to the other one."
        ),
        tags=["imaging"],
        request=serializers.SeriesMoveIn,
        responses={
            202: serializers.SeriesMoveOut(many=True),
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.STUDY_NOT_FOUND,
                ErrorCode.SERIES_NOT_FOUND,
                ErrorCode.SERIES_MOVE_REFUSED,
            ),
        },
    )
    def post(self, request: Request, study_instance_uid: str) -> Response:
        body = serializers.SeriesMoveIn(data=request.data)
        body.is_valid(raise_exception=True)
        moves = series_moves.series_move(
            actor=self.actor, study_instance_uid=study_instance_uid, **body.validated_data
        )
        return Response(serializers.SeriesMoveOut(moves, many=True).data, status=202)
