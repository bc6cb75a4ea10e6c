"""Routes of the archive. The DICOMweb routes are an allow-list: what is not here is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

import pacs.converters  # noqa: F401  (registers the path converters)
from pacs.browse.views import documents, orthanc_view, previews, series, unmatched
from pacs.delivery.pictures import ROUTE, NoPicture
from pacs.dicomweb.qido import Level
from pacs.dicomweb.views import (
    bulk_data,
    frames,
    gateway,
    retrieve,
    search,
    store_instances,
    wado_uri,
)
from pacs.ingest.views import DicomUpload, DocumentUpload, UploadStatusView

_STUDY = "dicom-web/studies/<uid:study_instance_uid>"
_SERIES = f"{_STUDY}/series/<uid:series_instance_uid>"
_INSTANCE = f"{_SERIES}/instances/<uid:sop_instance_uid>"
_FRAMES = f"{_INSTANCE}/frames/<frames:frames>"


def _levels(view: type[gateway.FromArchive], name: str, suffix: str) -> list[URLPattern]:
    return [
        path(f"{_STUDY}{suffix}", view.as_view(), name=f"wado-study{name}"),
        path(f"{_SERIES}{suffix}", view.as_view(), name=f"wado-series{name}"),
        path(f"{_INSTANCE}{suffix}", view.as_view(), name=f"wado-instance{name}"),
    ]


def _search(level: Level) -> Callable[..., HttpResponseBase]:
    return search.Search.as_view(level=level)


dicomweb_urlpatterns = [
    path("dicom-web/studies", store_instances.StudySearchAndStore.as_view(), name="qido-studies"),
    path("dicom-web/series", _search(Level.SERIES), name="qido-all-series"),
    path("dicom-web/instances", _search(Level.INSTANCE), name="qido-all-instances"),
    path(f"{_STUDY}/series", _search(Level.SERIES), name="qido-series"),
    path(f"{_STUDY}/instances", _search(Level.INSTANCE), name="qido-study-instances"),
    path(f"{_SERIES}/instances", _search(Level.INSTANCE), name="qido-series-instances"),
    path("dicom-web/wado", wado_uri.WadoUri.as_view(), name="wado-uri"),
    path(_STUDY, store_instances.StudyRetrieveAndStore.as_view(), name="wado-study"),
    path(_SERIES, retrieve.Instances.as_view(), name="wado-series"),
    path(_INSTANCE, retrieve.Instances.as_view(), name="wado-instance"),
    *_levels(retrieve.Metadata, "-metadata", "/metadata"),
    *_levels(retrieve.Rendered, "-rendered", "/rendered"),
    *_levels(retrieve.Thumbnail, "-thumbnail", "/thumbnail"),
    path(_FRAMES, frames.Frames.as_view(), name="wado-frames"),
    path(f"{_FRAMES}/rendered", retrieve.Rendered.as_view(), name="wado-frames-rendered"),
    path(f"{_FRAMES}/thumbnail", retrieve.Thumbnail.as_view(), name="wado-frames-thumbnail"),
    path(f"{_INSTANCE}/bulk/<bulkdata:bulkdata>", bulk_data.BulkData.as_view(), name="wado-bulk"),
    path(
        f"{_INSTANCE}/bulkdata/<bulkdata:bulkdata>",
        bulk_data.BulkData.as_view(),
        name="wado-bulkdata",
    ),
    re_path(r"^dicom-web(?:/[\s\S]*)?\Z", gateway.NoRoute.as_view(), name="dicomweb-unknown"),
]
urlpatterns = [
    path("series/<uid:series_instance_uid>/", series.SeriesDetail.as_view(), name="series-detail"),
    path(
        "studies/<uid:study_instance_uid>/preview/",
        previews.StudyPreview.as_view(),
        name="study-preview",
    ),
    path(
        "series/<uid:series_instance_uid>/preview/",
        previews.SeriesPreview.as_view(),
        name="series-preview",
    ),
    path(
        "series/<uid:series_instance_uid>/document/",
        documents.SeriesDocument.as_view(),
        name="series-document",
    ),
    path(
        "instances/<uid:sop_instance_uid>/preview/",
        previews.InstancePreview.as_view(),
        name="instance-preview",
    ),
    path("orthanc/patients/", orthanc_view.PatientsWithImages.as_view(), name="orthanc-patients"),
    path(
        "orthanc/patients/<int:patient_id>/images/",
        orthanc_view.PatientImages.as_view(),
        name="orthanc-patient-images",
    ),
    path(
        "orthanc/instances/<orthanc_id:orthanc_id>/preview/",
        previews.OrthancPreview.as_view(),
        name="orthanc-preview",
    ),
    path("upload/dicom/", DicomUpload.as_view(), name="dicom-upload"),
    path("upload/documents/", DocumentUpload.as_view(), name="document-upload"),
    path("upload/dicom/<uuid:upload_id>/", UploadStatusView.as_view(), name="upload-status"),
    path("unmatched/", unmatched.UnmatchedStudies.as_view(), name="unmatched-studies"),
    path(
        "unmatched/<uid:study_instance_uid>/match/",
        unmatched.StudyMatch.as_view(),
        name="study-match",
    ),
    path(
        "studies/<uid:study_instance_uid>/quarantine/",
        unmatched.StudyQuarantine.as_view(),
        name="study-quarantine",
    ),
    path(
        "studies/<uid:study_instance_uid>/series-moves/",
        unmatched.StudySeriesMoves.as_view(),
        name="study-series-moves",
    ),
    path(
        "unfiled/<int:unfiled_id>/resolve/",
        unmatched.UnfiledResolve.as_view(),
        name="unfiled-resolve",
    ),
    *dicomweb_urlpatterns,
]
internal_urlpatterns = [path("_rendered/<path:place>", NoPicture.as_view(), name=ROUTE)]
