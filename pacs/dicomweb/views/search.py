"""QIDO-RS (PS3.18 10.6)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from audit.lists import searched_hashes
from common.person import Person
from pacs.delivery.access_record import AccessRecord
from pacs.dicomweb import accept
from pacs.dicomweb.qido import Level
from pacs.dicomweb.qido_answers import search
from pacs.dicomweb.views.gateway import Gateway, Parts
from pacs.index.studies import target_get
from rbac.permissions import Permission


class Search(Gateway):
    """Searches all studies that the user may see, or one study or series."""

    required_permissions = {"GET": Permission.VIEW_STUDY}
    action = "dicomweb.query"
    offers = accept.DICOM_JSON
    level = Level.STUDY

    def answer(
        self, request: HttpRequest, access: AccessRecord, user: Person, parts: Parts
    ) -> HttpResponse:
        within = target_get(user, Permission.VIEW_STUDY, **parts) if parts else None
        if within is not None:
            access.patient_id = within.study.patient_id
        accept.negotiate(request.headers.get("Accept"), self.offers)
        found = search(user, self.level, dict(request.GET.lists()), within)
        access.patients = {study.patient_id for study in found.studies}
        access.detail |= {
            "filters": searched_hashes(found.search.keys),
            "results": found.results,
            "studies": sorted(study.study_instance_uid for study in found.studies),
        }
        response = HttpResponse(found.body, content_type="application/dicom+json")
        response["Cache-Control"] = "private, no-cache"
        if found.warnings:
            texts = [f'299 {request.get_host()} "{text}."' for text in found.warnings]
            response["Warning"] = ", ".join(texts)
        return response
