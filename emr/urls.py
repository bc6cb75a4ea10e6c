from __future__ import annotations

from django.urls import path

from emr.views import access, care, patients, sync

urlpatterns = [
    path("patients/", patients.Patients.as_view(), name="patients"),
    path("patients/search/", patients.PatientSearch.as_view(), name="patient-search"),
    path("patients/<int:pk>/", patients.PatientDetail.as_view(), name="patient-detail"),
    path("patients/<int:pk>/merge/", patients.PatientMerge.as_view(), name="patient-merge"),
    path("patients/<int:pk>/timeline/", care.PatientTimeline.as_view(), name="patient-timeline"),
    path("patients/sync/<int:pk>/", sync.PatientSync.as_view(), name="patient-sync"),
    path("sync/runs/", sync.SyncRuns.as_view(), name="sync-runs"),
    path("sync/runs/<int:pk>/", sync.SyncRunDetail.as_view(), name="sync-run"),
    path("sync/conflicts/", sync.SyncConflicts.as_view(), name="sync-conflicts"),
    path(
        "sync/conflicts/<int:pk>/resolve/",
        sync.SyncConflictResolve.as_view(),
        name="sync-conflict-resolve",
    ),
    path("break-glass/", access.BrokenGlasses.as_view(), name="broken-glasses"),
    path("break-glass/<int:grant_id>/", access.BrokenGlassEnd.as_view(), name="broken-glass"),
    path(
        "break-glass/<int:grant_id>/reads/",
        access.BrokenGlassReads.as_view(),
        name="broken-glass-reads",
    ),
    path(
        "break-glass/<int:grant_id>/review/",
        access.BrokenGlassReview.as_view(),
        name="broken-glass-review",
    ),
    path("encounters/", care.Encounters.as_view(), name="encounters"),
    path("prescriptions/", care.Prescriptions.as_view(), name="prescriptions"),
]
