"""WADO-URI (PS3.18 9)."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse

from rbac.permissions import Permission
from ris.models import Instance
from ris.selectors.studies import target_get
from ris.services.access import Access
from ris.services.dicomweb import wado_uri
from ris.views.accel import from_archive
from ris.views.dicomweb.gateway import Gateway, Parts
from ris.views.drawn import drawn, drawn_here


class WadoUri(Gateway):
    """One instance as a file or an image: decided and recorded like any other retrieval."""

    offers = (*wado_uri.IMAGES, wado_uri.DICOM)

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        asked = wado_uri.request_parse(dict(request.GET.lists()))
        access.object_type, access.object_id = "instance", asked.uids["sop_instance_uid"]
        access.detail |= asked.uids
        target = target_get(user, Permission.VIEW_DICOM, **asked.uids)
        access.patient_id = target.study.patient_id
        image = cast(Instance, target.instance)
        offer = wado_uri.offer_choose(asked, image, request.headers.get("Accept"))
        if offer is not wado_uri.DICOM and drawn_here(image):
            index = int(wado_uri.frame_number(asked, image) or 1) - 1
            return drawn(image, index, offer.media_type, wado_uri.rendering(asked, image))
        path = wado_uri.archive_path(asked, target, image, offer)
        return from_archive(path, accept=offer.archive_accept)
