"""The API's own documentation: schema, Swagger UI, ReDoc. Public: it contains no data."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

from common.api.permissions import Access, Declaration

_PUBLIC: Declaration = {"GET": Access.PUBLIC}


class Schema(SpectacularAPIView):
    required_permissions = _PUBLIC

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]


class Swagger(SpectacularSwaggerView):
    required_permissions = _PUBLIC


class Redoc(SpectacularRedocView):
    required_permissions = _PUBLIC


urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Swagger.as_view(url_name="schema"), name="docs"),
    path("redoc/", Redoc.as_view(url_name="schema"), name="redoc"),
]
