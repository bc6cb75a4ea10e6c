"""WADO-RS (PS3.18 10.4): metadata, instances, frames, bulk data, rendered images."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from acct.authentication import Claims
from common import context
from ris.selectors.browse import series_middle, study_middle
from ris.selectors.studies import Target
from ris.services.access import Access
from ris.services.dicomweb import accept, prepared, query, warm
from ris.services.dicomweb.warm import StoredFrame
from ris.views.accel import frame_headers, frame_response, from_file
from ris.views.dicomweb.gateway import FromArchive, Parts


class Remembering(FromArchive):
    """What a viewer asks for a series: the decision is remembered for the frames that follow."""

    def begin(self, claims: Claims) -> None:
        self.claims, self.moment = claims, warm.moment(claims.user_id)

    def remember(self, user: Any, target: Target) -> None:
        if self.moment is not None and target.series is not None:
            target.series.study = target.study
            warm.remember(self.claims, user, target.series, self.moment)


class Metadata(Remembering):
    """Of a series: the file that was prepared when its study was stable, if it is there."""

    offers = accept.DICOM_JSON
    suffix = "/metadata"

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        target = self.target(access, user, parts)
        if target.series is not None and target.instance is None:
            self.remember(user, target)
            file = prepared.series_metadata_file(target.series)
            if file is not None:
                accept.negotiate(request.headers.get("Accept"), self.offers)
                return from_file(file, content_type="application/dicom+json")
        return self.from_archive(request, target, parts)


class Instances(FromArchive):
    """A whole study, series or instance."""

    offers = accept.DICOM_INSTANCES


class Frames(Remembering):
    """A list of frames comes from the archive's DICOMweb; a single one, which viewers ask for by
    the thousand, as it is stored."""

    offers = accept.FRAMES

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        target = self.target(access, user, parts)
        frames, instance = _frames(target, parts), target.instance
        if instance is None or not frames.isdigit() or instance.sop_class_uid in warm.PACKED_BITS:
            return self.from_archive(request, target, parts)
        syntax = instance.transfer_syntax_uid
        multipart = accept.frame_is_multipart(request.headers.get("Accept"), syntax)
        self.remember(user, target)
        frame = StoredFrame(instance.orthanc_id, int(frames), syntax)
        boundary = context.current().request_id
        headers = frame_headers(frame, multipart=multipart, boundary=boundary)
        status, headers = frame_response(headers, request.headers.get("If-None-Match"))
        return HttpResponse(status=status, headers=headers)

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


def _middle(target: Target) -> Target:
    """The target itself, or the image that stands for its series or study."""
    if target.instance is not None:
        return target
    image = series_middle(target.series) if target.series else study_middle(target.study)
    return Target(target.study, image.series, image)


def _frames(target: Target, parts: Parts) -> str:
    image = target.instance  # a report has a row in the index and no frame
    available = image.frames if image and image.rows else 0
    return query.frames_parse(parts["frames"], available)
