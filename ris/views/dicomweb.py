"""The DICOMweb gateway (PS3.18): token, right, record, and only then the archive's bytes.

Plain Django views: they run a thousand times per opened study. Every answer that is no image is
the JSON envelope of the API. The routes are those of ``ris.urls``; there are no others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views import View

from acct.authentication import bearer_token, session_of
from common.api.exceptions import error_response
from common.api.permissions import Access as ApiAccess, Declaration, Requirement
from common.errors import AppError, AuthenticationError, ErrorCode, NotFound, PermissionDenied
from rbac.permissions import Permission
from ris.selectors.browse import series_middle, study_middle
from ris.selectors.studies import Target, stored_transfer_syntaxes, target_get
from ris.services.access import Access, access_recorded
from ris.services.dicomweb import accept, query
from ris.services.dicomweb.storing import store_check
from ris.services.dicomweb.studies import studies_search
from ris.views.accel import from_archive

Parts = Mapping[str, str]
_OBJECT_TYPES = (
    ("sop_instance_uid", "instance"),
    ("series_instance_uid", "series"),
    ("study_instance_uid", "study"),
)


class Gateway(View):
    """Decides, records, answers. ``answer`` runs before the record and may only prepare."""

    required_permissions: ClassVar[Declaration] = {"GET": Permission.VIEW_DICOM}
    action = "dicomweb.retrieve"
    allow = "GET, HEAD"

    def dispatch(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        try:
            return self._decide(request, parts)
        except Exception as error:  # the one way out: the envelope
            response = error_response(error)
            if response.status_code == 405:
                response["Allow"] = self.allow
            return response

    def _decide(self, request: HttpRequest, parts: Parts) -> HttpResponse:
        requirement: Requirement = self.required_permissions["GET"]
        permission = "" if isinstance(requirement, ApiAccess) else requirement
        access = Access(action=self.action, permission=permission, detail=self._detail(parts))
        for name, object_type in _OBJECT_TYPES:
            if name in parts:
                access.object_type, access.object_id = object_type, parts[name]
                break
        with access_recorded(access):
            token = bearer_token(request)
            if token is None:
                raise AuthenticationError(ErrorCode.NOT_AUTHENTICATED)
            user = session_of(token).user
            access.actor = user
            if permission and not user.has_permission(permission):
                raise PermissionDenied(f"needs the permission {permission}")
            if request.method not in ("GET", "HEAD"):
                raise AppError(ErrorCode.METHOD_NOT_ALLOWED)
            return self.answer(request, access, user, parts)

    def _detail(self, parts: Parts) -> dict[str, Any]:
        match = self.request.resolver_match
        return {"route": match.url_name if match else None, **parts}

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND)


class NoRoute(Gateway):
    """Everything else below ``dicom-web/``: 404 for who is logged in, and a record."""

    required_permissions = {"GET": ApiAccess.AUTHENTICATED}
    action = "dicomweb.unknown"


class SearchStudies(Gateway):
    """QIDO-RS Search for Studies, from the index."""

    required_permissions = {"GET": Permission.VIEW_STUDY}
    action = "dicomweb.query"

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        accept.negotiate(request.headers.get("Accept"), accept.DICOM_JSON)
        found = studies_search(user, dict(request.GET.lists()))
        access.detail |= {"filters": sorted(found.search.keys), "results": found.results}
        response = HttpResponse(found.body, content_type="application/dicom+json")
        response["Cache-Control"] = "private, no-cache"
        if found.warnings:
            texts = [f'299 {request.get_host()} "{text}."' for text in found.warnings]
            response["Warning"] = ", ".join(texts)
        return response


class FromArchive(Gateway):
    """One visible target, in one of ``offers``, from the archive's ``suffix`` of that target."""

    offers: Sequence[accept.Offer] = ()
    suffix = ""

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        target = target_get(
            user,
            Permission(access.permission),
            study_instance_uid=parts["study_instance_uid"],
            series_instance_uid=parts.get("series_instance_uid"),
            sop_instance_uid=parts.get("sop_instance_uid"),
        )
        access.patient_id = target.study.patient_id
        offer = accept.negotiate(
            request.headers.get("Accept"), self.offers, lambda: stored_transfer_syntaxes(target)
        )
        path = self.path(request, target, parts)
        return from_archive(path, accept=offer.archive_accept)

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        return query.archive_path(target, self.suffix)


class Search(FromArchive):
    """QIDO-RS inside one study. Parameters that are not supported are ignored."""

    required_permissions = {"GET": Permission.VIEW_STUDY}
    action = "dicomweb.query"
    offers = accept.DICOM_JSON

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        search = query.search_parse(dict(request.GET.lists()))
        return query.archive_path(target, self.suffix, query.search_query(search))


class Metadata(FromArchive):
    offers = accept.DICOM_JSON
    suffix = "/metadata"


class Instances(FromArchive):
    """A whole study, series or instance."""

    offers = accept.DICOM_INSTANCES


class Frames(FromArchive):
    offers = accept.FRAMES

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        return query.archive_path(target, f"/frames/{_frames(target, parts)}")


class BulkData(FromArchive):
    """``bulkdata`` is the attribute's path: ``7FE00010`` or ``52009229/1/00280030``."""

    offers = accept.BULK_DATA

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        return query.archive_path(target, f"/bulk/{parts['bulkdata']}")


class Rendered(FromArchive):
    """One image for a browser; the middle one of a study or series."""

    offers = accept.RENDERED

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        image = _middle(target)
        frame = f"/frames/{_frames(image, parts)}" if "frames" in parts else ""
        return query.archive_path(image, f"{frame}/rendered", self.parameters(request))

    def parameters(self, request: HttpRequest) -> str:
        return query.rendered_query(dict(request.GET.lists()))


class Thumbnail(Rendered):
    def parameters(self, request: HttpRequest) -> str:
        chosen = {"viewport": [query.THUMBNAIL_VIEWPORT], **dict(request.GET.lists())}
        return query.rendered_query(chosen)


class StowDecision(Gateway):
    """May this person store here? nginx asks before it lets a body through (auth_request), and
    understands 2xx, 401 and 403 only. Not reachable from outside."""

    required_permissions = {"GET": Permission.UPLOAD_DICOM}
    action = "dicomweb.store"
    _path = re.compile(r"/api/ris/dicom-web/studies(?:/([0-9]+(?:\.[0-9]+)*))?/?")

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        path = request.headers.get("X-Original-URI", "").partition("?")[0]
        match = self._path.fullmatch(path)
        if match is None or request.headers.get("X-Original-Method") != "POST":
            raise PermissionDenied("not a STOW-RS request")
        if match[1]:
            access.object_type, access.object_id = "study", match[1]
        access.patient_id = store_check(user, match[1])
        return HttpResponse(status=204)


def _middle(target: Target) -> Target:
    """The target itself, or the image that stands for its series or study."""
    if target.instance is not None:
        return target
    image = series_middle(target.series) if target.series else study_middle(target.study)
    return Target(target.study, image.series, image)


def _frames(target: Target, parts: Parts) -> str:
    available = target.instance.frames if target.instance else 0
    return query.frames_parse(parts["frames"], available)
