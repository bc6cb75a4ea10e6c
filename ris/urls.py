"""Routes of the radiologist's work; those of the archive are in ``pacs.urls``."""

from __future__ import annotations

from django.urls import path

import pacs.converters  # noqa: F401  (registers the path converters)
from ris.modality.views import DicomNodeDetail, DicomNodeEcho, DicomNodes, ModalityWorklist
from ris.reading.views import StudyAssign, StudyLock, StudyReading, StudyUnlock
from ris.sharing.views import PatientAccess, Recipients, ShareDetail, Shares
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
    path("worklist/", Worklist.as_view(), name="worklist"),
    path("worklist/next/", WorklistNext.as_view(), name="worklist-next"),
    path("worklist-filters/", SavedFilters.as_view(), name="worklist-filters"),
    path(
        "worklist-filters/<int:filter_id>/",
        SavedFilterDetail.as_view(),
        name="worklist-filter-detail",
    ),
    path("worklist-settings/", WorklistSettings.as_view(), name="worklist-settings"),
    path("mwl/", ModalityWorklist.as_view(), name="modality-worklist"),
    path("nodes/", DicomNodes.as_view(), name="dicom-nodes"),
    path("nodes/<int:node_id>/", DicomNodeDetail.as_view(), name="dicom-node"),
    path("nodes/<int:node_id>/echo/", DicomNodeEcho.as_view(), name="dicom-node-echo"),
]
share_urlpatterns = [
    path("shares/", Shares.as_view(), name="shares"),
    path("shares/recipients/", Recipients.as_view(), name="share-recipients"),
    path("shares/<int:share_id>/", ShareDetail.as_view(), name="share-detail"),
    path("emr/patients/<int:pk>/access/", PatientAccess.as_view(), name="patient-access"),
]
