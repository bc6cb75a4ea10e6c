from __future__ import annotations

from django.urls import path

from lis.views import bench, imports

urlpatterns = [
    path("analytes/", bench.Analytes.as_view(), name="analytes"),
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
    path("values/", bench.LabValues.as_view(), name="lab-values"),
    path("patients/<int:pk>/analytes/", bench.PatientAnalytes.as_view(), name="patient-analytes"),
    path("critical/", bench.Criticals.as_view(), name="criticals"),
    path(
        "critical/<int:critical_id>/attempts/",
        bench.CriticalAttempts.as_view(),
        name="critical-attempts",
    ),
    path("import/hl7/", imports.Hl7Import.as_view(), name="hl7-import"),
    path("import/csv/", imports.CsvImport.as_view(), name="csv-import"),
    path("messages/", imports.Messages.as_view(), name="lab-messages"),
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
