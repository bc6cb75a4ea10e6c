"""The bases of every REST view: declared permissions, idempotent POST, one error envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, cast

from django.http import HttpResponseBase
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.permissions import Declaration
from common.idempotency import services as idempotency
from common.person import Person

Rows = Sequence[Any]
PatientIds = Iterable[int | None]


class Replayed(Exception):
    """Raised to return the stored response of an idempotent POST."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class _ApiMixin:
    """``required_permissions`` maps a method to a permission, PUBLIC or AUTHENTICATED."""

    required_permissions: ClassVar[Declaration] = {}
    request: Request
    _claim: idempotency.Claim | None = None

    @property
    def actor(self) -> Person:
        """The user of the request; authenticated unless the method is declared PUBLIC."""
        return cast(Person, self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(idempotency.HEADER)
        if request.method != "POST" or key is None or not request.user.is_authenticated:
            return
        outcome = idempotency.claim(
            user_id=request.user.pk,
            key=key,
            method="POST",
            path=request.get_full_path(),
            body_hash=idempotency.body_hash(request),
        )
        if isinstance(outcome, idempotency.Stored):
            replay = Response(outcome.body, status=outcome.status)
            replay["X-Idempotent-Replay"] = "true"
            raise Replayed(replay)
        self._claim = outcome

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Replayed):
            return exc.response
        response: Response = super().handle_exception(exc)  # type: ignore[misc]
        return response

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        claim, self._claim = self._claim, None
        if claim is not None:
            idempotency.settle(claim, status=response.status_code, body=response.data)
        final: HttpResponseBase = super().finalize_response(  # type: ignore[misc]
            request, response, *args, **kwargs
        )
        return final


class ApiView(_ApiMixin, APIView):  # type: ignore[misc]
    """Base class of views without a queryset."""


class GenericApiView(_ApiMixin, GenericAPIView[Any]):  # type: ignore[misc]
    """Base class of list views with filters, ordering and pagination; each list is recorded.

    ``list_action``: of the record, ``entity.list``; ``list_object``: what its rows are, or what
    the list is of if its address names that; ``searched_by``: names of parameters that are not
    in ``filterset_class``.
    """

    list_action: ClassVar[str]
    list_object: ClassVar[str] = ""
    searched_by: ClassVar[Sequence[str]] = ()

    def patients_shown(self, rows: Rows) -> PatientIds:
        """Ids of the patients whom the rows of a page show."""
        return [row.patient_id for row in rows]

    def rows_shown(self, rows: Rows) -> Iterable[Any]:
        """Identifiers of the rows of a page."""
        return [row.pk for row in rows]

    def list_response(self, request: Request) -> Response:
        """Filter, order and page ``get_queryset()``; record who is shown; serialise the page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        for record in list_recorders:
            record(self, page)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


list_recorders: list[Callable[[GenericApiView, Rows], None]] = []
"""Called with the view and the rows of a page before they are sent; audit adds its own."""
