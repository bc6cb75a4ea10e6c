from __future__ import annotations

from django.urls import path

from lis.views import bench, imports, lab_worklist

urlpatterns = [
    path("analytes/", bench.Analytes.as_view(), name="analytes"),
    path("worklist/", lab_worklist.LabWorklist.as_view(), name="lab-worklist"),
    path("worklist/counts/", lab_worklist.LabWorklistCounts.as_view(), name="lab-worklist-counts"),
    path("specimens/", lab_worklist.Specimens.as_view(), name="specimens"),
    path("orders/<int:pk>/panel/", bench.OrderPanel.as_view(), name="order-lab-panel"),
    path(
        "orders/<int:pk>/results/check/",
        bench.LabResultCheck.as_view(),
        name="order-lab-results-check",
    ),
    path("orders/<int:pk>/specimens/", bench.OrderSpecimens.as_view(), name="order-specimens"),
    path("orders/<int:pk>/results/", bench.LabResults.as_view(), name="order-lab-results"),
    path("orders/<int:pk>/rna-seq/", imports.RnaSeq.as_view(), name="order-rna-seq"),
    path(
        "specimens/<int:specimen_id>/receive/",
        bench.SpecimenReceive.as_view(),
        name="specimen-receive",
    ),
    path(
        "specimens/<int:specimen_id>/reject/",
        bench.SpecimenReject.as_view(),
        name="specimen-reject",
    ),
    path(
        "specimens/<int:specimen_id>/label/", bench.SpecimenLabel.as_view(), name="specimen-label"
    ),
    path(
        "results/<int:version_id>/verify/",
        bench.LabResultVerify.as_view(),
        name="lab-result-verify",
    ),
    path(
        "results/<int:version_id>/return/",
        bench.LabResultReturn.as_view(),
        name="lab-result-return",
    ),
    path("values/", bench.LabValues.as_view(), name="lab-values"),
    path("patients/<int:pk>/analytes/", bench.PatientAnalytes.as_view(), name="patient-analytes"),
    path("critical/", bench.Criticals.as_view(), name="criticals"),
    path("critical/open/", bench.OpenCriticals.as_view(), name="criticals-open"),
    path(
        "critical/<int:critical_id>/attempts/",
        bench.CriticalAttempts.as_view(),
        name="critical-attempts",
    ),
    path("import/hl7/", imports.Hl7Import.as_view(), name="hl7-import"),
    path("import/csv/", imports.CsvImport.as_view(), name="csv-import"),
    path("messages/", imports.Messages.as_view(), name="lab-messages"),
    path("messages/<int:message_id>/", imports.MessageText.as_view(), name="lab-message-text"),
    path(
        "messages/<int:message_id>/assign/",
        imports.MessageAssign.as_view(),
        name="lab-message-assign",
    ),
    path(
        "messages/<int:message_id>/retry/",
        imports.MessageRetry.as_view(),
        name="lab-message-retry",
    ),
    path(
        "messages/<int:message_id>/discard/",
        imports.MessageDiscard.as_view(),
        name="lab-message-discard",
    ),
]
