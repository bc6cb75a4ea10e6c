"""STOW-RS (PS3.18 10.5)."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse

from common.errors import PermissionDenied
from rbac.permissions import Permission
from ris.services.access import Access
from ris.services.dicomweb.storing import store_check
from ris.views.dicomweb.gateway import Gateway, Parts


class StowDecision(Gateway):
    """May this person store here? nginx asks before it lets a body through (auth_request), and
    understands 2xx, 401 and 403 only. Not reachable from outside."""

    required_permissions = {"GET": Permission.UPLOAD_DICOM}
    action = "dicomweb.store"
    _path = re.compile(r"/api/ris/dicom-web/studies(?:/([0-9]+(?:\.[0-9]+)*))?/?")

    def answer(self, request: HttpRequest, access: Access, user: Any, parts: Parts) -> HttpResponse:
        path = request.headers.get("X-Original-URI", "").partition("?")[0]
        match = self._path.fullmatch(path)
        if match is None or request.headers.get("X-Original-Method") != "POST":
            raise PermissionDenied("not a STOW-RS request")
        if match[1]:
            access.object_type, access.object_id = "study", match[1]
        access.patient_id = store_check(user, match[1])
        return HttpResponse(status=204)
