"""WADO-RS (PS3.18 10.4): metadata, instances, frames, bulk data, rendered images."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from acct.authentication import Claims
from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.delivery.access_record import AccessRecord
from pacs.delivery.answers import PRIVATE, from_file, rendered
from pacs.derived import decisions, metadata_files, opened_studies
from pacs.dicomweb import accept, picture_request, query
from pacs.dicomweb.views.gateway import FromArchive, Parts
from pacs.index.images import series_middle, study_middle
from pacs.index.studies import Target
from pacs.models import Instance


class CachesDecision(FromArchive):
    """Caches the decision about the series for the frame requests that follow (fast path)."""

    def begin(self, claims: Claims) -> None:
        self.claims, self.validity = claims, decisions.validity(claims.user_id)

    def decision_cache(self, user: Person, target: Target) -> None:
        opened_studies.study_opened(target.study.pk)
        if self.validity is not None and target.series is not None:
            target.series.study = target.study
            decisions.decision_cache(self.claims, user, target.series, self.validity)


class Metadata(CachesDecision):
    """From the metadata files, which are written now if need be; of what is too large to be read
    now from the archive."""

    offers = accept.DICOM_JSON
    suffix = "/metadata"

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        target = self.target(access, user, parts)
        if target.series is not None and target.instance is None:
            self.decision_cache(user, target)
        accept.negotiate(request.headers.get("Accept"), self.offers)
        return _prepared(target) or self.from_archive(request, target, parts)


def _prepared(target: Target) -> HttpResponse | None:
    kind = "application/dicom+json"
    if target.series is not None and target.instance is None:
        file = metadata_files.series_metadata_file(target.series)
        return from_file(file, content_type=kind) if file else None
    if target.instance is not None:
        body = metadata_files.instance_metadata(target.instance)
    else:
        body = metadata_files.study_metadata(target.study.pk)
    return HttpResponse(body, kind, headers={"Cache-Control": PRIVATE}) if body else None


class Instances(FromArchive):
    """A whole study, series or instance."""

    offers = accept.DICOM_INSTANCES


class Rendered(CachesDecision):
    """An image rendered for a browser; of a study or series its middle image."""

    offers = accept.RENDERED
    viewport = ""

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        target = self.target(access, user, parts)
        image = _middle(target)
        parameters = dict(request.GET.lists())
        wanted = picture_request.parse(request.headers.get("Accept"), parameters, self.viewport)
        numbers = query.frames_parse(parts["frames"], image.frames) if "frames" in parts else "1"
        if not numbers.isdigit():
            raise InvalidInput(
                ErrorCode.VALIDATION, "only one frame can be rendered at a time", "frames"
            )
        answer = rendered(image, int(numbers) - 1, wanted)
        if target.instance is not None:
            self.decision_cache(user, target)
        return answer


class Thumbnail(Rendered):
    viewport = query.THUMBNAIL_VIEWPORT


def _middle(target: Target) -> Instance:
    """The instance, or the middle image of the series or study."""
    if target.instance is not None:
        return target.instance
    return series_middle(target.series) if target.series else study_middle(target.study)


def frames_wanted(target: Target, parts: Parts) -> str:
    image = target.instance  # an instance without pixels, such as a report, has no frames
    available = image.frames if image and image.rows else 0
    return query.frames_parse(parts["frames"], available)
