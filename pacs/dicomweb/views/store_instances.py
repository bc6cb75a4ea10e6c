"""STOW-RS (PS3.18 10.5)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from audit.choices import Outcome
from common.api.related_upload import boundary_of, receive_parts
from common.api.uploads import ReceivedFile, SpoolHandler, spooled_uploads
from common.errors import ErrorCode, ExternalError
from common.person import Person
from pacs import tasks
from pacs.delivery.access_record import AccessRecord
from pacs.dicomweb import accept
from pacs.dicomweb.store_answers import ANSWERS, stored_answer, stored_status
from pacs.dicomweb.views.gateway import Gateway, Parts
from pacs.dicomweb.views.retrieve import Instances
from pacs.dicomweb.views.search import Search
from pacs.index.arrivals import RETRY_AFTER_S
from pacs.index.lookup import patient_id_of
from pacs.ingest.stow import instances_store
from pacs.ingest.upload_results import IncomingFile, UploadResult
from pacs.ingest.upload_status import upload_settle
from rbac.permissions import Permission

DICOM = "application/dicom"


class StoreInstances(Gateway):
    """Headers are checked before the body is read."""

    required_permissions = {"POST": Permission.UPLOAD_DICOM}
    methods = ("POST",)
    allow = "GET, HEAD, POST"
    action = "dicomweb.store"

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        offer = accept.negotiate(request.headers.get("Accept"), ANSWERS)
        boundary = boundary_of(request, DICOM)
        with spooled_uploads(request) as folder:
            handler = cast(SpoolHandler, request.upload_handlers[0])
            files = receive_parts(request, handler, boundary)
            self._record_receipt(access, len(files))
            result = instances_store(
                actor=user,
                files=[_incoming(file) for file in files],
                study_instance_uid=parts.get("study_instance_uid"),
                work=folder,
            )
        tasks.nudge_poll()
        result, _ = upload_settle(user, result)
        _describe(access, result)
        if result.archive_failed and not result.accepted:
            raise ExternalError(ErrorCode.ARCHIVE_UNAVAILABLE)
        body = stored_answer(result, offer.archive_accept)
        answer = HttpResponse(body, offer.archive_accept, stored_status(result))
        if not result.indexed:
            answer["Retry-After"] = str(RETRY_AFTER_S)
        return answer

    def _record_receipt(self, access: AccessRecord, parts: int) -> None:
        """Record the sender before anything is stored, so a crash cannot leave unrecorded images.

        Raises ExternalError (503).
        """
        AccessRecord(
            action="dicomweb.receive",
            permission=access.permission,
            object_type=access.object_type,
            object_id=access.object_id,
            actor=access.actor,
            detail={**access.detail, "parts": parts},
        ).record(Outcome.OK)


class Storing(Gateway):
    """For views whose URL also accepts instances by POST."""

    allow = "GET, HEAD, POST"

    def dispatch(self, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        if request.method == "POST":
            store = StoreInstances()
            store.setup(request, *args, **parts)
            return store.dispatch(request, *args, **parts)
        return super().dispatch(request, *args, **parts)


class StudySearchAndStore(Storing, Search):
    required_permissions = {**Search.required_permissions, "POST": Permission.UPLOAD_DICOM}


class StudyRetrieveAndStore(Storing, Instances):
    required_permissions = {**Instances.required_permissions, "POST": Permission.UPLOAD_DICOM}


def _incoming(file: ReceivedFile) -> IncomingFile:
    error = ErrorCode.FILE_TOO_LARGE if file.too_large else None
    if file.content_type not in ("", DICOM):
        error = ErrorCode.DICOM_UNREADABLE
    return IncomingFile(file.client_name, file.path, error)


def _describe(access: AccessRecord, result: UploadResult) -> None:
    access.detail |= result.counts()
    access.outcome = Outcome.OK if result.accepted else Outcome.FAILED
    studies = list(result.studies)
    if len(studies) == 1:
        access.object_type, access.object_id = "study", studies[0]
        access.patient_id = patient_id_of("study", studies[0])
