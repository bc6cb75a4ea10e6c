"""Base views of the DICOMweb gateway: authenticate, authorize, record the access, respond.

Plain Django views, not DRF: an opened study causes about a thousand requests. Errors have the JSON
envelope of the REST API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views import View

from acct.authentication import Claims, bearer_token, claims_of, session_in_use
from common.api.exceptions import error_response
from common.api.permissions import Access as ApiAccess, Declaration, Requirement
from common.errors import AppError, AuthenticationError, ErrorCode, NotFound, PermissionDenied
from common.person import Person
from pacs.delivery.access_record import AccessRecord, access_recorded
from pacs.delivery.answers import from_archive
from pacs.dicomweb import accept, query
from pacs.index.arrivals import arrival_announced
from pacs.index.studies import Target, stored_transfer_syntaxes, target_get
from rbac.permissions import Permission

Parts = Mapping[str, str]
_OBJECT_TYPES = (
    ("sop_instance_uid", "instance"),
    ("series_instance_uid", "series"),
    ("study_instance_uid", "study"),
)


class Gateway(View):
    """Decides, records, responds. ``answer`` runs before the record, so it must not send data."""

    required_permissions: ClassVar[Declaration] = {"GET": Permission.VIEW_DICOM}
    action = "dicomweb.retrieve"
    methods: ClassVar[tuple[str, ...]] = ("GET", "HEAD")
    allow = "GET, HEAD"

    def dispatch(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        try:
            return self._decide(request, parts)
        except Exception as error:  # every error is answered with the envelope
            response = error_response(error)
            if response.status_code == 405:
                response["Allow"] = self.allow
            return response

    def _decide(self, request: HttpRequest, parts: Parts) -> HttpResponse:
        requirement: Requirement = self.required_permissions[self.methods[0]]
        permission = "" if isinstance(requirement, ApiAccess) else requirement
        access = AccessRecord(action=self.action, permission=permission, detail=self._detail(parts))
        for name, object_type in _OBJECT_TYPES:
            if name in parts:
                access.object_type, access.object_id = object_type, parts[name]
                break
        with access_recorded(access):
            token = bearer_token(request)
            if token is None:
                raise AuthenticationError(ErrorCode.NOT_AUTHENTICATED)
            self.begin(claims_of(token))
            user = session_in_use(request, token).user
            access.actor = user
            if permission and not user.has_permission(permission):
                raise PermissionDenied(f"needs the permission {permission}")
            if request.method not in self.methods:
                raise AppError(ErrorCode.METHOD_NOT_ALLOWED)
            study = parts.get("study_instance_uid", "")
            with arrival_announced(user, Permission(permission), study) if study else nullcontext():
                return self.answer(request, access, user, parts)

    def begin(self, claims: Claims) -> None:
        """Hook: the token is valid, and the database has not been read yet."""

    def _detail(self, parts: Parts) -> dict[str, Any]:
        match = self.request.resolver_match
        return {"route": match.url_name if match else None, **parts}

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND)


class NoRoute(Gateway):
    """Any other path below ``dicom-web/``: 404 for authenticated users, and a record."""

    required_permissions = {"GET": ApiAccess.AUTHENTICATED}
    action = "dicomweb.unknown"


class FromArchive(Gateway):
    """A study, series or instance, served by the archive as one of ``offers``.

    ``suffix``: what follows the target's path in the archive.
    """

    offers: Sequence[accept.Offer] = ()
    suffix = ""

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        return self.from_archive(request, self.target(access, user, parts), parts)

    def target(self, access: AccessRecord, user: Person, parts: Parts) -> Target:
        """Raises NotFound if the target does not exist or the user may not see it."""
        target = target_get(
            user,
            Permission(access.permission),
            study_instance_uid=parts["study_instance_uid"],
            series_instance_uid=parts.get("series_instance_uid"),
            sop_instance_uid=parts.get("sop_instance_uid"),
        )
        access.patient_id = target.study.patient_id
        return target

    def from_archive(self, request: HttpRequest, target: Target, parts: Parts) -> HttpResponse:
        offer = accept.negotiate(
            request.headers.get("Accept"), self.offers, lambda: stored_transfer_syntaxes(target)
        )
        path = self.path(request, target, parts)
        return from_archive(path, accept=offer.archive_accept)

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        return query.archive_path(target, self.suffix)
