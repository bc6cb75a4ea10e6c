"""STOW-RS (PS3.18 10.5)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from audit.choices import Outcome
from common.api.related import related_boundary, related_files
from common.api.uploads import ReceivedFile, SpoolHandler, spooled_uploads
from common.errors import ErrorCode, ExternalError
from rbac.permissions import Permission
from ris import tasks
from ris.selectors.browse import patient_id_of
from ris.services.access import Access
from ris.services.dicomweb import accept
from ris.services.dicomweb.stored import ANSWERS, stored_answer, stored_status
from ris.services.dicomweb.storing import instances_store
from ris.services.upload import IncomingFile, UploadResult
from ris.views.dicomweb.gateway import Gateway, Parts
from ris.views.dicomweb.retrieve import Instances
from ris.views.dicomweb.search import Search

DICOM = "application/dicom"


class StoreInstances(Gateway):
    """Everything that a header can tell is refused before the body is read."""

    required_permissions = {"POST": Permission.UPLOAD_DICOM}
    methods = ("POST",)
    allow = "GET, HEAD, POST"
    action = "dicomweb.store"

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        offer = accept.negotiate(request.headers.get("Accept"), ANSWERS)
        boundary = related_boundary(request, DICOM)
        with spooled_uploads(request) as folder:
            handler = cast(SpoolHandler, request.upload_handlers[0])
            files = related_files(request, handler, boundary)
            self._announce(access, len(files))
            result = instances_store(
                actor=user,
                files=[_incoming(file) for file in files],
                study_instance_uid=parts.get("study_instance_uid"),
                work=folder,
            )
        _describe(access, result)
        tasks.nudge_poll()
        if result.archive_failed and not result.accepted:
            raise ExternalError(ErrorCode.ARCHIVE_UNAVAILABLE)
        body = stored_answer(result, offer.archive_accept)
        return HttpResponse(body, offer.archive_accept, stored_status(result))

    def _announce(self, access: Access, parts: int) -> None:
        """Nothing reaches the archive before it is on record whose it is, whoever dies then.

        Raises ExternalError (503).
        """
        Access(
            action="dicomweb.receive",
            permission=access.permission,
            object_type=access.object_type,
            object_id=access.object_id,
            actor=access.actor,
            detail={**access.detail, "parts": parts},
        ).record(Outcome.OK)


class Storing(Gateway):
    """For the views whose address takes instances too (POST)."""

    allow = "GET, HEAD, POST"

    def dispatch(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        if request.method == "POST":
            store = StoreInstances()
            store.setup(request, *args, **parts)
            return store.dispatch(request, *args, **parts)
        return super().dispatch(request, *args, **parts)


class Studies(Storing, Search):
    required_permissions = {**Search.required_permissions, "POST": Permission.UPLOAD_DICOM}


class Study(Storing, Instances):
    required_permissions = {**Instances.required_permissions, "POST": Permission.UPLOAD_DICOM}


def _incoming(file: ReceivedFile) -> IncomingFile:
    error = ErrorCode.FILE_TOO_LARGE if file.too_large else None
    if file.content_type not in ("", DICOM):
        error = ErrorCode.DICOM_UNREADABLE
    return IncomingFile(file.client_name, file.path, error)


def _describe(access: Access, result: UploadResult) -> None:
    access.detail |= result.counts()
    access.outcome = Outcome.OK if result.accepted else Outcome.FAILED
    studies = list(result.studies)
    if len(studies) == 1:
        access.object_type, access.object_id = "study", studies[0]
        access.patient_id = patient_id_of("study", studies[0])
