"""The API's description. It is a file that was made before anything started (``write_schema``):
nginx sends it, and the pages that show it, and here is only decided who gets it.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from drf_spectacular import renderers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from common.api.permissions import Access


class Schema(APIView):
    """Open in development, for whoever has logged in elsewhere: there is no data in it."""

    required_permissions = {"GET": Access(settings.API_SCHEMA_ACCESS)}
    renderer_classes = [
        renderers.OpenApiYamlRenderer,
        renderers.OpenApiYamlRenderer2,
        renderers.OpenApiJsonRenderer,
        renderers.OpenApiJsonRenderer2,
    ]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        form = "json" if "json" in request.accepted_media_type else "yaml"
        response = HttpResponse(content_type=request.accepted_media_type)
        response["X-Accel-Redirect"] = f"/_openapi/openapi.{form}"
        return response


urlpatterns = [path("schema/", Schema.as_view(), name="schema")]
