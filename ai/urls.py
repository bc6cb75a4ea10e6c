from __future__ import annotations

from django.urls import path

from ai import drawing_views, model_views, provenance_views, routing_views, views
from ai.ups.urls import ups_urlpatterns

_VERSION = "segmentations/<int:segmentation_id>/versions/<int:version>/"

urlpatterns = [
    path("models/", views.Models.as_view(), name="ai-models"),
    path("models/available/", views.ModelsAvailable.as_view(), name="ai-models-available"),
    path("model-settings/", model_views.ModelSettings.as_view(), name="ai-model-settings"),
    path(
        "model-settings/<str:model_id>/",
        model_views.ModelSettingDetail.as_view(),
        name="ai-model-setting",
    ),
    path(
        "model-settings/<str:model_id>/usage/",
        model_views.ModelUsage.as_view(),
        name="ai-model-usage",
    ),
    path("routing-rules/", routing_views.RoutingRules.as_view(), name="ai-routing-rules"),
    path(
        "routing-rules/dry-run/",
        routing_views.DraftDryRun.as_view(),
        name="ai-routing-draft-dry-run",
    ),
    path(
        "routing-rules/<int:rule_id>/",
        routing_views.RoutingRuleDetail.as_view(),
        name="ai-routing-rule",
    ),
    path(
        "routing-rules/<int:rule_id>/dry-run/",
        routing_views.RuleDryRun.as_view(),
        name="ai-routing-dry-run",
    ),
    path(
        "routing-decisions/",
        routing_views.RoutingDecisions.as_view(),
        name="ai-routing-decisions",
    ),
    path("queue/", routing_views.Queue.as_view(), name="ai-queue"),
    path(
        "queue/<int:job_id>/cancel/", routing_views.QueuedCancel.as_view(), name="ai-queued-cancel"
    ),
    path("queue-setting/", routing_views.QueueSettings.as_view(), name="ai-queue-setting"),
    path("jobs/", views.Jobs.as_view(), name="ai-jobs"),
    path("jobs/<int:job_id>/", views.JobDetail.as_view(), name="ai-job"),
    path("jobs/<int:job_id>/cancel/", views.JobCancel.as_view(), name="ai-job-cancel"),
    path("jobs/<int:job_id>/retry/", views.JobRetry.as_view(), name="ai-job-retry"),
    path("jobs/<int:job_id>/review/", views.JobReview.as_view(), name="ai-job-review"),
    path(
        "jobs/<int:job_id>/publication/retry/",
        views.PublicationRetry.as_view(),
        name="ai-publication-retry",
    ),
    path(
        "jobs/<int:job_id>/publication/withdraw/",
        views.PublicationWithdraw.as_view(),
        name="ai-publication-withdraw",
    ),
    path("assist/", drawing_views.Assist.as_view(), name="ai-assist"),
    path("segmentations/", drawing_views.Segmentations.as_view(), name="ai-segmentations"),
    path(
        "segmentations/import/",
        drawing_views.SegmentationImport.as_view(),
        name="ai-segmentation-import",
    ),
    path(
        "segmentations/<int:segmentation_id>/",
        views.SegmentationDetail.as_view(),
        name="ai-segmentation",
    ),
    path(_VERSION, views.VersionDetail.as_view(), name="ai-segmentation-version"),
    path(
        f"{_VERSION}provenance/",
        provenance_views.VersionProvenance.as_view(),
        name="ai-provenance",
    ),
    path("jobs/<int:job_id>/heatmap/", provenance_views.JobHeatmap.as_view(), name="ai-heatmap"),
    path(f"{_VERSION}labelmap/", views.VersionLabelmap.as_view(), name="ai-labelmap"),
    *ups_urlpatterns,
]
segmentation_urlpatterns = [
    path(
        "<str:study_instance_uid>/save/",
        views.SegmentationSave.as_view(),
        name="segmentation-save",
    ),
]
