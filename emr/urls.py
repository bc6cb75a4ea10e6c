from __future__ import annotations

from django.urls import path

from emr.views import access, medication, overview, patients, records, sync

CHART = {
    "encounters": (records.Encounters, records.EncounterRow, records.EncounterHistory),
    "prescriptions": (records.Prescriptions, records.PrescriptionRow, records.PrescriptionHistory),
    "vitals": (records.VitalSigns, records.VitalSignsRow, records.VitalsHistory),
    "allergies": (records.Allergies, records.AllergyRow, records.AllergyHistory),
    "problems": (records.Problems, records.ProblemRow, records.ProblemHistory),
    "notes": (records.Notes, records.NoteRow, records.NoteHistory),
}
"""Address of the list, of a row and of its changes, by the kind of row."""

urlpatterns = [
    path("patients/", patients.Patients.as_view(), name="patients"),
    path("patients/search/", patients.PatientSearch.as_view(), name="patient-search"),
    path("patients/<int:pk>/", patients.PatientDetail.as_view(), name="patient-detail"),
    path("patients/<int:pk>/merge/", patients.PatientMerge.as_view(), name="patient-merge"),
    path(
        "patients/<int:pk>/timeline/", overview.PatientTimeline.as_view(), name="patient-timeline"
    ),
    path("patients/<int:pk>/summary/", overview.PatientSummary.as_view(), name="patient-summary"),
    path("patients/<int:pk>/trends/", overview.VitalsTrends.as_view(), name="patient-trends"),
    path("patients/<int:pk>/history/", overview.PatientHistory.as_view(), name="patient-history"),
    path("terms/", medication.Terms.as_view(), name="terms"),
    path("drugs/", medication.Drugs.as_view(), name="drugs"),
    path(
        "prescriptions/check/",
        medication.PrescriptionCheck.as_view(),
        name="prescription-check",
    ),
    path(
        "prescriptions/<int:pk>/stop/",
        medication.PrescriptionStop.as_view(),
        name="prescriptions-stop",
    ),
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
]
for plural, (rows, row, history) in CHART.items():
    urlpatterns += [
        path(f"{plural}/", rows.as_view(), name=plural),
        path(f"{plural}/<int:pk>/", row.as_view(), name=f"{plural}-row"),
        path(f"{plural}/<int:pk>/history/", history.as_view(), name=f"{plural}-history"),
    ]
