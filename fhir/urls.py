"""The FHIR server of our own tables."""

from __future__ import annotations

from django.urls import path, re_path

from fhir.facade import views

urlpatterns = [
    path("metadata", views.CapabilityView.as_view(), name="fhir-metadata"),
    path(
        "Patient/<str:resource_id>/$everything",
        views.EverythingView.as_view(),
        name="fhir-everything",
    ),
    path("<str:resource_type>/_search", views.FormSearchView.as_view(), name="fhir-search-form"),
    path(
        "<str:resource_type>/<str:resource_id>/_history/<str:version_id>",
        views.VreadView.as_view(),
        name="fhir-vread",
    ),
    path(
        "<str:resource_type>/<str:resource_id>/_history",
        views.HistoryView.as_view(),
        name="fhir-history",
    ),
    path("<str:resource_type>/<str:resource_id>", views.ReadView.as_view(), name="fhir-read"),
    path("<str:resource_type>", views.SearchView.as_view(), name="fhir-search"),
    re_path(r"^[\s\S]*\Z", views.UnknownInteractionView.as_view(), name="fhir-unknown"),
]
