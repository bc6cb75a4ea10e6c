"""WADO-URI (PS3.18 9)."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse

from common.person import Person
from pacs.delivery.access_record import AccessRecord
from pacs.delivery.answers import from_archive, is_rendered_here, rendered
from pacs.dicomweb import wado_uri_request
from pacs.dicomweb.views.gateway import Gateway, Parts
from pacs.index.arrivals import arrival_announced
from pacs.index.studies import target_get
from pacs.models import Instance
from rbac.permissions import Permission


class WadoUri(Gateway):
    """An instance as a DICOM file or as an image."""

    offers = (*wado_uri_request.IMAGES, wado_uri_request.DICOM)

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        asked = wado_uri_request.request_parse(dict(request.GET.lists()))
        access.object_type, access.object_id = "instance", asked.uids["sop_instance_uid"]
        access.detail |= asked.uids
        with arrival_announced(user, Permission.VIEW_DICOM, asked.uids["study_instance_uid"]):
            target = target_get(user, Permission.VIEW_DICOM, **asked.uids)
        access.patient_id = target.study.patient_id
        image = cast(Instance, target.instance)
        offer = wado_uri_request.offer_choose(asked, image, request.headers.get("Accept"))
        if offer is not wado_uri_request.DICOM and is_rendered_here(image):
            index = int(wado_uri_request.frame_number(asked, image) or 1) - 1
            return rendered(
                image, index, offer.media_type, wado_uri_request.rendering(asked, image)
            )
        path = wado_uri_request.archive_path(asked, target, image, offer)
        return from_archive(path, accept=offer.archive_accept)
