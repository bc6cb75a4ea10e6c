from __future__ import annotations

from django.urls import path

from emr.views import (
    access,
    care_team_pages as teams,
    incoming_routes as incoming,
    medication,
    merge_routes as merging,
    overview,
    own_record,
    patients,
    records,
    sync,
    ward_station,
)

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
    path("patients/bulk_sync/", incoming.BulkSync.as_view(), name="bulk-sync"),
    path("incoming/", incoming.IncomingPatients.as_view(), name="incoming-patients"),
    path("incoming/runs/", incoming.IncomingRuns.as_view(), name="incoming-runs"),
    path(
        "incoming/runs/<int:pk>/", incoming.IncomingRunDetail.as_view(), name="incomingrun-detail"
    ),
    path("incoming/<int:pk>/", incoming.IncomingDetail.as_view(), name="incoming-detail"),
    path("incoming/<int:pk>/resolve/", incoming.IncomingResolve.as_view(), name="incoming-resolve"),
    path("duplicates/", merging.DuplicatePairs.as_view(), name="duplicates"),
    path(
        "duplicates/<int:pk>/dismiss/",
        merging.DuplicateDismiss.as_view(),
        name="duplicate-dismiss",
    ),
    path("merges/", merging.PatientMerges.as_view(), name="merges"),
    path("merges/preview/", merging.MergePreviewed.as_view(), name="merge-preview"),
    path("merges/<int:pk>/", merging.MergeDetail.as_view(), name="merge-detail"),
    path("merges/<int:pk>/confirm/", merging.MergeConfirm.as_view(), name="merge-confirm"),
    path("merges/<int:pk>/reject/", merging.MergeReject.as_view(), name="merge-reject"),
    path("merges/<int:pk>/undo/", merging.MergeUndo.as_view(), name="merge-undo"),
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
    path("care-teams/", teams.CareTeams.as_view(), name="care-teams"),
    path("care-teams/<int:pk>/", teams.CareTeamRow.as_view(), name="care-team-row"),
    path(
        "care-teams/candidates/",
        teams.CareTeamCandidates.as_view(),
        name="care-team-candidates",
    ),
    path(
        "patients/<int:pk>/care-team/history/",
        teams.CareTeamHistory.as_view(),
        name="patient-care-team-history",
    ),
    path("own-record/readers/", own_record.RecordReaders.as_view(), name="record-readers"),
    path("contact-requests/", own_record.ContactRequests.as_view(), name="contact-requests"),
    path(
        "contact-requests/<int:pk>/decide/",
        own_record.ContactRequestDecide.as_view(),
        name="contact-decide",
    ),
    path("vitals/bulk/", ward_station.VitalsBulk.as_view(), name="vitals-bulk"),
    path("wards/", ward_station.Wards.as_view(), name="wards"),
    path("wards/<int:pk>/", ward_station.WardDetail.as_view(), name="ward-detail"),
    path("wards/<int:pk>/board/", ward_station.WardBoard.as_view(), name="ward-board"),
    path("stays/", ward_station.BedStays.as_view(), name="bed-stays"),
    path("stays/<int:pk>/transfer/", ward_station.BedChange.as_view(), name="stay-transfer"),
    path("stays/<int:pk>/end/", ward_station.BedLeave.as_view(), name="stay-end"),
    path(
        "prescriptions/<int:pk>/stop/",
        medication.PrescriptionStop.as_view(),
        name="prescriptions-stop",
    ),
    path("patients/sync/<int:pk>/", sync.PatientSync.as_view(), name="patient-sync"),
    path(
        "patients/<int:pk>/openemr/", sync.PatientOpenemrRows.as_view(), name="patient-openemr-rows"
    ),
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
