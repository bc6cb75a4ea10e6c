"""QIDO-RS (PS3.18 10.6)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from rbac.permissions import Permission
from ris.selectors.studies import Target
from ris.services.access import Access
from ris.services.dicomweb import accept, query
from ris.services.dicomweb.studies import studies_search
from ris.views.dicomweb.gateway import FromArchive, Gateway, Parts


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


class Search(FromArchive):
    """QIDO-RS inside one study. Parameters that are not supported are ignored."""

    required_permissions = {"GET": Permission.VIEW_STUDY}
    action = "dicomweb.query"
    offers = accept.DICOM_JSON

    def path(self, request: HttpRequest, target: Target, parts: Parts) -> str:
        search = query.search_parse(dict(request.GET.lists()))
        return query.archive_path(target, self.suffix, query.search_query(search))
