"""The FHIR server of our own tables."""

from __future__ import annotations

from django.urls import path

from fhir.facade import views

urlpatterns = [
    path("metadata", views.Metadata.as_view(), name="fhir-metadata"),
    path("Patient/<str:key>/$everything", views.Everything.as_view(), name="fhir-everything"),
    path("<str:kind>/_search", views.SearchByForm.as_view(), name="fhir-search-form"),
    path("<str:kind>/<str:key>/_history/<str:version>", views.Version.as_view(), name="fhir-vread"),
    path("<str:kind>/<str:key>", views.Read.as_view(), name="fhir-read"),
    path("<str:kind>", views.Search.as_view(), name="fhir-search"),
]
