"""Routes of the radiologist's work; those of the archive are in ``pacs.urls``."""

from __future__ import annotations

from django.urls import path

import pacs.converters  # noqa: F401  (registers the path converters)
from ris.findings.views import KeyFindings
from ris.hanging.views import StudyHanging
from ris.measurements.views import StudyMeasurements
from ris.modality.views import DicomNodeDetail, DicomNodeEcho, DicomNodes, ModalityWorklist
from ris.reading.views import Readers, StudyAssign, StudyLock, StudyReading, StudyUnlock
from ris.registration.growth_views import GrowthLabelmap, GrowthVolumesOfMasks
from ris.registration.views import (
    RegistrationAcceptance,
    RegistrationDetail,
    RegistrationPreview,
    RegistrationRejection,
    Registrations,
)
from ris.reports.critical_views import (
    CriticalReportCalls,
    CriticalReports,
    OpenCriticalReports,
    ReportCritical,
)
from ris.reports.presentation_views import ReportComparison, ReportPdf, ReportSummary, ReportValues
from ris.reports.template_views import TemplateDetail, TemplateImport, Templates
from ris.reports.views import (
    ReportAmendment,
    ReportArchive,
    ReportDetail,
    ReportDiscard,
    ReportPreliminary,
    Reports,
    ReportSignature,
    ReportVersions,
)
from ris.sharing.views import PatientAccess, Recipients, ShareDetail, Shares
from ris.statistics.views import Statistics, StatisticsTable
from ris.worklist.list_views import (
    SavedFilterDetail,
    SavedFilters,
    Worklist,
    WorklistNext,
    WorklistSettings,
)
from ris.worklist.views import StudyDetail, StudyList

urlpatterns = [
    path("studies/", StudyList.as_view(), name="studies"),
    path("studies/<uid:study_instance_uid>/", StudyDetail.as_view(), name="study-detail"),
    path("studies/<uid:study_instance_uid>/reading/", StudyReading.as_view(), name="study-reading"),
    path("studies/<uid:study_instance_uid>/lock/", StudyLock.as_view(), name="study-lock"),
    path("studies/<uid:study_instance_uid>/unlock/", StudyUnlock.as_view(), name="study-unlock"),
    path("studies/<uid:study_instance_uid>/assign/", StudyAssign.as_view(), name="study-assign"),
    path("studies/<uid:study_instance_uid>/hanging/", StudyHanging.as_view(), name="study-hanging"),
    path(
        "studies/<uid:study_instance_uid>/measurements/",
        StudyMeasurements.as_view(),
        name="study-measurements",
    ),
    path("worklist/", Worklist.as_view(), name="worklist"),
    path("readers/", Readers.as_view(), name="readers"),
    path("worklist/next/", WorklistNext.as_view(), name="worklist-next"),
    path("worklist-filters/", SavedFilters.as_view(), name="worklist-filters"),
    path(
        "worklist-filters/<int:filter_id>/",
        SavedFilterDetail.as_view(),
        name="worklist-filter-detail",
    ),
    path("worklist-settings/", WorklistSettings.as_view(), name="worklist-settings"),
    path("statistics/", Statistics.as_view(), name="statistics"),
    path("statistics/csv/", StatisticsTable.as_view(), name="statistics-table"),
    path("mwl/", ModalityWorklist.as_view(), name="modality-worklist"),
    path("nodes/", DicomNodes.as_view(), name="dicom-nodes"),
    path("nodes/<int:node_id>/", DicomNodeDetail.as_view(), name="dicom-node"),
    path("nodes/<int:node_id>/echo/", DicomNodeEcho.as_view(), name="dicom-node-echo"),
    path(
        "studies/<uid:study_instance_uid>/report-values/",
        ReportValues.as_view(),
        name="report-values",
    ),
    path("reports/", Reports.as_view(), name="reports"),
    path("reports/<int:report_id>/", ReportDetail.as_view(), name="report-detail"),
    path("reports/<int:report_id>/versions/", ReportVersions.as_view(), name="report-versions"),
    path(
        "reports/<int:report_id>/preliminary/",
        ReportPreliminary.as_view(),
        name="report-preliminary",
    ),
    path("reports/<int:report_id>/sign/", ReportSignature.as_view(), name="report-sign"),
    path("reports/<int:report_id>/amend/", ReportAmendment.as_view(), name="report-amend"),
    path("reports/<int:report_id>/discard/", ReportDiscard.as_view(), name="report-discard"),
    path("reports/<int:report_id>/archive/", ReportArchive.as_view(), name="report-archive"),
    path("reports/<int:report_id>/summary/", ReportSummary.as_view(), name="report-summary"),
    path(
        "reports/<int:report_id>/comparison/",
        ReportComparison.as_view(),
        name="report-comparison",
    ),
    path("reports/<int:report_id>/pdf/", ReportPdf.as_view(), name="report-pdf"),
    path("reports/<int:report_id>/critical/", ReportCritical.as_view(), name="report-critical"),
    path("critical/", CriticalReports.as_view(), name="critical-reports"),
    path("critical/open/", OpenCriticalReports.as_view(), name="critical-reports-open"),
    path(
        "critical/<int:critical_report_id>/attempts/",
        CriticalReportCalls.as_view(),
        name="critical-report-attempts",
    ),
    path("report-templates/", Templates.as_view(), name="report-templates"),
    path("report-templates/import/", TemplateImport.as_view(), name="report-template-import"),
    path(
        "report-templates/<slug:template_code>/",
        TemplateDetail.as_view(),
        name="report-template-detail",
    ),
    path("registrations/", Registrations.as_view(), name="registrations"),
    path(
        "registrations/<int:registration_id>/",
        RegistrationDetail.as_view(),
        name="registration-detail",
    ),
    path(
        "registrations/<int:registration_id>/preview/",
        RegistrationPreview.as_view(),
        name="registration-preview",
    ),
    path(
        "registrations/<int:registration_id>/accept/",
        RegistrationAcceptance.as_view(),
        name="registration-accept",
    ),
    path(
        "registrations/<int:registration_id>/reject/",
        RegistrationRejection.as_view(),
        name="registration-reject",
    ),
    path("growth/", GrowthVolumesOfMasks.as_view(), name="growth"),
    path("growth/labelmap/", GrowthLabelmap.as_view(), name="growth-labelmap"),
    path("key-findings/", KeyFindings.as_view(), name="key-findings"),
]
share_urlpatterns = [
    path("shares/", Shares.as_view(), name="shares"),
    path("shares/recipients/", Recipients.as_view(), name="share-recipients"),
    path("shares/<int:share_id>/", ShareDetail.as_view(), name="share-detail"),
    path("emr/patients/<int:pk>/access/", PatientAccess.as_view(), name="patient-access"),
]
