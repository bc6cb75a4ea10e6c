"""The FHIR server of our own tables, and decision support by CDS Hooks."""

from __future__ import annotations

from django.urls import path, re_path

from fhir.cds_hooks import views as cds
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

cds_urlpatterns = [
    path("cds-services", cds.DiscoveryView.as_view(), name="cds-services"),
    path("cds-services/<str:service_id>", cds.ServiceView.as_view(), name="cds-service"),
    path("cds-services/<str:service_id>/feedback", cds.FeedbackView.as_view(), name="cds-feedback"),
    path("cds-rules/", cds.CdsRules.as_view(), name="cds-rules"),
    path("cds-rules/feedback/", cds.CdsFeedbackPage.as_view(), name="cds-feedback-list"),
    path("cds-rules/<str:rule>/", cds.CdsRuleDetail.as_view(), name="cds-rule-detail"),
    path("cds-clients/", cds.CdsClients.as_view(), name="cds-clients"),
    path("cds-clients/<int:pk>/", cds.CdsClientDetail.as_view(), name="cds-client-detail"),
]
