"""WADO-URI (PS3.18 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.http import HttpRequest, HttpResponse

from common.person import Person
from pacs.delivery.access_record import AccessRecord
from pacs.delivery.answers import from_archive, rendered
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
        if offer is wado_uri_request.DICOM:
            path = f"instances/{image.orthanc_id}/file"
            return from_archive(path, accept=offer.archive_accept)
        wanted = wado_uri_request.rendering(asked, image)
        index = wado_uri_request.frame_number(asked, image) - 1
        return rendered(image, index, replace(wanted, media_type=offer.media_type))
