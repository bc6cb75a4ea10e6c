"""The root URL configuration."""

from __future__ import annotations

from django.urls import include, path

from ai.urls import segmentation_urlpatterns
from common.api import docs
from common.ops import views as ops
from fhir.urls import cds_urlpatterns
from pacs.urls import internal_urlpatterns
from rbac.urls import menu_urlpatterns
from ris.urls import share_urlpatterns
from treatment.urls import followup_urlpatterns, treatment_urlpatterns

api_urlpatterns = [
    path("acct/", include("acct.urls")),
    path("rbac/", include("rbac.urls")),
    path("menus/", include(menu_urlpatterns)),
    path("audit/", include("audit.urls")),
    path("alert/", include("alert.urls")),
    path("emr/", include("emr.urls")),
    *(
        path(f"{prefix}{name}/", include(patterns))
        for prefix in ("", "emr/")
        for name, patterns in (
            ("treatments", treatment_urlpatterns),
            ("followups", followup_urlpatterns),
        )
    ),
    path("ocs/", include("ocs.urls")),
    path("lis/", include("lis.urls")),
    path("ris/", include("ris.urls")),
    path("ris/", include("pacs.urls")),
    path("", include(share_urlpatterns)),
    path("ai/", include("ai.urls")),
    path("segmentation/", include(segmentation_urlpatterns)),
    path("fhir/", include("fhir.urls")),
    path("", include(cds_urlpatterns)),
    path("ops/", include("common.outbox.urls")),
    path("", include(docs.urlpatterns)),
]
urlpatterns = [
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("api/", include(api_urlpatterns)),
    path("", include(internal_urlpatterns)),
]

handler400 = "common.api.exceptions.bad_request"
handler403 = "common.api.exceptions.permission_denied"
handler404 = "common.api.exceptions.not_found"
handler500 = "common.api.exceptions.server_error"
