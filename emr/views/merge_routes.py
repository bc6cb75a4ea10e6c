"""Records that look like one person's, and merging them: a preview, two persons, an undo."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from common.api.schema import errors
from common.api.views import ApiView, GenericApiView, PatientIds, Rows
from common.errors import ErrorCode
from emr.filters import DuplicateFilter, MergeFilter
from emr.models import DuplicatePair, PatientMerge
from emr.selectors import patient_merges as selectors
from emr.serializers import merge_bodies as bodies
from emr.services import duplicate_finding, moved_rows, patient_merging
from rbac.permissions import Permission

_DECIDED = errors(ErrorCode.RECORD_NOT_FOUND, ErrorCode.INVALID_TRANSITION)


class DuplicatePairs(GenericApiView):
    required_permissions = {"GET": Permission.MERGE_PATIENTS}
    list_action = "duplicate.list"
    list_object = "duplicate_pair"
    serializer_class = bodies.DuplicatePairOut
    filterset_class = DuplicateFilter
    ordering_fields = ["score", "found_at"]

    def get_queryset(self) -> QuerySet[Any]:
        return DuplicatePair.objects.visible_to(self.actor).select_related("first", "second")

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [pk for row in rows for pk in (row.first_id, row.second_id)]

    @extend_schema(
        summary="List pairs of records that look like one person's",
        tags=["merging"],
        responses=bodies.DuplicatePairOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)


class DuplicateDismiss(ApiView):
    required_permissions = {"POST": Permission.MERGE_PATIENTS}

    @extend_schema(
        summary="They are not the same person: the pair is not listed again",
        tags=["merging"],
        request=None,
        responses={200: bodies.DuplicatePairOut, **errors(ErrorCode.RECORD_NOT_FOUND)},
    )
    def post(self, request: Request, pk: int) -> Response:
        pair = duplicate_finding.pair_dismiss(actor=self.actor, pk=pk)
        return Response(bodies.DuplicatePairOut(pair).data)


class PatientMerges(GenericApiView):
    required_permissions = {"GET": Permission.MERGE_PATIENTS, "POST": Permission.MERGE_PATIENTS}
    list_action = "merge.list"
    list_object = "patient_merge"
    serializer_class = bodies.MergeOut
    filterset_class = MergeFilter
    ordering_fields = ["id"]

    def get_queryset(self) -> QuerySet[PatientMerge]:
        return selectors.merges_visible_to(self.actor)

    def patients_shown(self, rows: Rows) -> PatientIds:
        return [pk for row in rows for pk in (row.survivor_id, row.duplicate_id)]

    @extend_schema(
        summary="List merges: proposed, done, rejected and undone ones",
        tags=["merging"],
        responses=bodies.MergeOut(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.list_response(request)

    @extend_schema(
        summary="Propose to merge a duplicate record into another; a second person confirms it",
        tags=["merging"],
        request=bodies.MergeIn,
        responses={
            201: bodies.MergeOut,
            **errors(
                ErrorCode.VALIDATION,
                ErrorCode.PATIENT_NOT_FOUND,
                ErrorCode.PATIENT_MERGED,
                ErrorCode.MERGE_REFUSED,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.DUPLICATE,
            ),
        },
    )
    def post(self, request: Request) -> Response:
        body = bodies.MergeIn(data=request.data)
        body.is_valid(raise_exception=True)
        merge = patient_merging.merge_propose(
            actor=self.actor, **{"fields": {}} | body.validated_data
        )
        return Response(bodies.MergeOut(merge).data, status=201)


class MergePreviewed(ApiView):
    required_permissions = {"GET": Permission.MERGE_PATIENTS}

    @extend_schema(
        summary="What merging two records would do: values, rows that follow, what forbids it",
        tags=["merging"],
        parameters=[bodies.MergePairIn],
        responses={
            200: bodies.MergePreviewOut,
            **errors(ErrorCode.VALIDATION, ErrorCode.PATIENT_NOT_FOUND, ErrorCode.PATIENT_MERGED),
        },
    )
    def get(self, request: Request) -> Response:
        query = bodies.MergePairIn(data=request.GET)
        query.is_valid(raise_exception=True)
        survivor, duplicate = selectors.pair_get(self.actor, **query.validated_data)
        follows = moved_rows.rows_counted(duplicate.pk)
        audit.record(
            actor=self.actor,
            action="merge.preview",
            object_type="patient",
            object_id=duplicate.pk,
            permission=Permission.MERGE_PATIENTS,
            patients=[survivor.pk, duplicate.pk],
        )
        preview = selectors.MergePreview(survivor, duplicate, follows)
        return Response(bodies.MergePreviewOut(preview).data)


class MergeDetail(ApiView):
    required_permissions = {"GET": Permission.MERGE_PATIENTS}

    @extend_schema(
        summary="Get a merge",
        tags=["merging"],
        responses={200: bodies.MergeOut, **errors(ErrorCode.RECORD_NOT_FOUND)},
    )
    def get(self, request: Request, pk: int) -> Response:
        merge = selectors.merge_get(self.actor, pk)
        audit.record(
            actor=self.actor,
            action="merge.read",
            object_type="patient_merge",
            object_id=pk,
            permission=Permission.MERGE_PATIENTS,
            patients=[merge.survivor_id, merge.duplicate_id],
        )
        return Response(bodies.MergeOut(merge).data)


class MergeConfirm(ApiView):
    required_permissions = {"POST": Permission.MERGE_PATIENTS}

    @extend_schema(
        summary="Confirm a merge that somebody else proposed: it is done at once",
        description="All data of the duplicate (studies, orders, visits, shares and so on) move to "
        "the other record, and so do images that arrive later under its MRN.",
        tags=["merging"],
        request=None,
        responses={
            200: bodies.MergeOut,
            **errors(
                ErrorCode.RECORD_NOT_FOUND,
                ErrorCode.INVALID_TRANSITION,
                ErrorCode.VERSION_CONFLICT,
                ErrorCode.MERGE_REFUSED,
                ErrorCode.SECOND_PERSON,
            ),
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        merge = patient_merging.merge_confirm(actor=self.actor, pk=pk)
        return Response(bodies.MergeOut(merge).data)


class MergeReject(ApiView):
    required_permissions = {"POST": Permission.MERGE_PATIENTS}

    @extend_schema(
        summary="Reject a proposed merge, or withdraw one's own",
        tags=["merging"],
        request=None,
        responses={200: bodies.MergeOut, **_DECIDED},
    )
    def post(self, request: Request, pk: int) -> Response:
        merge = patient_merging.merge_reject(actor=self.actor, pk=pk)
        return Response(bodies.MergeOut(merge).data)


class MergeUndo(ApiView):
    required_permissions = {"POST": Permission.MERGE_PATIENTS}

    @extend_schema(
        summary="Undo a merge within 30 days: what was moved goes back",
        description="What was added to the record since stays with it, unless it hangs on "
        "something that goes back. `not_restored` names fields that were changed since.",
        tags=["merging"],
        request=None,
        responses={200: bodies.MergeOut, **_DECIDED, **errors(ErrorCode.MERGE_UNDO_OVER)},
    )
    def post(self, request: Request, pk: int) -> Response:
        merge = patient_merging.merge_undo(actor=self.actor, pk=pk)
        return Response(bodies.MergeOut(merge).data)
