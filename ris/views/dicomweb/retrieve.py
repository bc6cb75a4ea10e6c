"""WADO-RS (PS3.18 10.4): metadata, instances, frames, bulk data, rendered images."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from acct.authentication import Claims
from common.errors import ErrorCode, InvalidInput
from ris.selectors.browse import series_middle, study_middle
from ris.selectors.studies import Target
from ris.services.access import Access
from ris.services.dicomweb import accept, prepared, query, warm
from ris.services.htj2k import priority
from ris.views.accel import PRIVATE, from_file
from ris.views.dicomweb.gateway import FromArchive, Parts
from ris.views.drawn import drawn, drawn_here


class Remembering(FromArchive):
    """What a viewer asks for a series: the decision is remembered for the frames that follow."""

    def begin(self, claims: Claims) -> None:
        self.claims, self.moment = claims, warm.moment(claims.user_id)

    def remember(self, user: Any, target: Target) -> None:
        priority.opened(target.study.pk)
        if self.moment is not None and target.series is not None:
            target.series.study = target.study
            warm.remember(self.claims, user, target.series, self.moment)


class Metadata(Remembering):
    """From the files that were prepared when the study was stable, if they are there."""

    offers = accept.DICOM_JSON
    suffix = "/metadata"

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        target = self.target(access, user, parts)
        if target.series is not None and target.instance is None:
            self.remember(user, target)
        found = _prepared(target)
        if found is None:
            return self.from_archive(request, target, parts)
        accept.negotiate(request.headers.get("Accept"), self.offers)
        return found


def _prepared(target: Target) -> HttpResponse | None:
    kind = "application/dicom+json"
    if target.series is not None and target.instance is None:
        file = prepared.series_metadata_file(target.series)
        return from_file(file, content_type=kind) if file else None
    if target.instance is not None:
        body = prepared.instance_metadata(target.instance)
    else:
        body = prepared.study_metadata(target.study.pk)
    return HttpResponse(body, kind, headers={"Cache-Control": PRIVATE}) if body else None


class Instances(FromArchive):
    """A whole study, series or instance."""

    offers = accept.DICOM_INSTANCES


class BulkData(FromArchive):
    """``bulkdata`` is the attribute's path: ``7FE00010`` or ``52009229/1/00280030``."""

    offers = accept.BULK_DATA

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        return query.archive_path(target, f"/bulk/{parts['bulkdata']}")


class Rendered(FromArchive):
    """One image for a browser; the middle one of a study or series."""

    offers = accept.RENDERED

    def from_archive(self, request: HttpRequest, target: Target, parts: Parts) -> HttpResponse:
        image = _middle(target)
        if image.instance is None or not drawn_here(image.instance):
            return super().from_archive(request, image, parts)
        offer = accept.negotiate(request.headers.get("Accept"), self.offers)
        numbers = frames_wanted(image, parts) if "frames" in parts else "1"
        if not numbers.isdigit():
            raise InvalidInput(ErrorCode.VALIDATION, "one frame at a time is drawn", "frames")
        rendering = self.parameters(request)
        return drawn(image.instance, int(numbers) - 1, offer.media_type, rendering)

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        frame = f"/frames/{frames_wanted(target, parts)}" if "frames" in parts else ""
        return query.archive_path(target, f"{frame}/rendered", self.parameters(request))

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


def frames_wanted(target: Target, parts: Parts) -> str:
    image = target.instance  # a report has a row in the index and no frame
    available = image.frames if image and image.rows else 0
    return query.frames_parse(parts["frames"], available)
