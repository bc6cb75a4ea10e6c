"""Every public route hangs here."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from ai.urls import segmentation_urlpatterns
from common.api import docs
from rbac.urls import menu_urlpatterns


def healthz(_: HttpRequest) -> JsonResponse:
    """Liveness: the process answers."""
    return JsonResponse({"status": "ok"})


api_urlpatterns = [
    path("acct/", include("acct.urls")),
    path("rbac/", include("rbac.urls")),
    path("menus/", include(menu_urlpatterns)),
    path("audit/", include("audit.urls")),
    path("alert/", include("alert.urls")),
    path("emr/", include("emr.urls")),
    path("ocs/", include("ocs.urls")),
    path("ris/", include("ris.urls")),
    path("ai/", include("ai.urls")),
    path("segmentation/", include(segmentation_urlpatterns)),
    path("ops/", include("common.outbox.urls")),
    path("", include(docs.urlpatterns)),
]
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/", include(api_urlpatterns)),
]

handler400 = "common.api.exceptions.bad_request"
handler403 = "common.api.exceptions.permission_denied"
handler404 = "common.api.exceptions.not_found"
handler500 = "common.api.exceptions.server_error"
