"""Routes of the imaging app. The DICOMweb routes are an allow-list: what is not here is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path, register_converter

from ris.selectors.qido import Level
from ris.views import orthanc_view, previews, studies, unmatched, upload
from ris.views.dicomweb import frames, gateway, retrieve, search, store, wado_uri

_MAX_UID = 64


class UidConverter:
    """A DICOM UID (PS3.5 9.1): digits and single dots, at most 64 characters."""

    regex = r"[0-9]+(?:\.[0-9]+)*"

    def to_python(self, value: str) -> str:
        if len(value) > _MAX_UID:
            raise ValueError
        return value

    def to_url(self, value: str) -> str:
        return value


class FramesConverter:
    """A frame list; what it holds is checked where the number of frames is known."""

    regex = r"[0-9,]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class BulkDataConverter(FramesConverter):
    """The path of an attribute: a tag, or tag/item/tag for one in a sequence."""

    regex = r"[0-9A-Fa-f]{8}(?:/[0-9]{1,6}/[0-9A-Fa-f]{8}){0,8}"


class OrthancIdConverter(FramesConverter):
    """The archive's own id: a SHA-1 in five groups."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}"


register_converter(UidConverter, "uid")
register_converter(FramesConverter, "frames")
register_converter(BulkDataConverter, "bulkdata")
register_converter(OrthancIdConverter, "orthanc_id")

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
    path("dicom-web/studies", store.Studies.as_view(), name="qido-studies"),
    path("dicom-web/series", _search(Level.SERIES), name="qido-all-series"),
    path("dicom-web/instances", _search(Level.INSTANCE), name="qido-all-instances"),
    path(f"{_STUDY}/series", _search(Level.SERIES), name="qido-series"),
    path(f"{_STUDY}/instances", _search(Level.INSTANCE), name="qido-study-instances"),
    path(f"{_SERIES}/instances", _search(Level.INSTANCE), name="qido-series-instances"),
    path("dicom-web/wado", wado_uri.WadoUri.as_view(), name="wado-uri"),
    path(_STUDY, store.Study.as_view(), name="wado-study"),
    path(_SERIES, retrieve.Instances.as_view(), name="wado-series"),
    path(_INSTANCE, retrieve.Instances.as_view(), name="wado-instance"),
    *_levels(retrieve.Metadata, "-metadata", "/metadata"),
    *_levels(retrieve.Rendered, "-rendered", "/rendered"),
    *_levels(retrieve.Thumbnail, "-thumbnail", "/thumbnail"),
    path(_FRAMES, frames.Frames.as_view(), name="wado-frames"),
    path(f"{_FRAMES}/rendered", retrieve.Rendered.as_view(), name="wado-frames-rendered"),
    path(f"{_FRAMES}/thumbnail", retrieve.Thumbnail.as_view(), name="wado-frames-thumbnail"),
    path(f"{_INSTANCE}/bulk/<bulkdata:bulkdata>", retrieve.BulkData.as_view(), name="wado-bulk"),
    path(
        f"{_INSTANCE}/bulkdata/<bulkdata:bulkdata>",
        retrieve.BulkData.as_view(),
        name="wado-bulkdata",
    ),
    re_path(r"^dicom-web(?:/[\s\S]*)?\Z", gateway.NoRoute.as_view(), name="dicomweb-unknown"),
]
urlpatterns = [
    path("studies/", studies.Studies.as_view(), name="studies"),
    path("studies/<uid:study_instance_uid>/", studies.StudyDetail.as_view(), name="study-detail"),
    path(
        "studies/<uid:study_instance_uid>/reading/",
        studies.StudyReading.as_view(),
        name="study-reading",
    ),
    path("series/<uid:series_instance_uid>/", studies.SeriesDetail.as_view(), name="series-detail"),
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
        "instances/<uid:sop_instance_uid>/preview/",
        previews.InstancePreview.as_view(),
        name="instance-preview",
    ),
    path("orthanc/patients/", orthanc_view.Patients.as_view(), name="orthanc-patients"),
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
    path("upload/dicom/", upload.DicomUpload.as_view(), name="dicom-upload"),
    path("unmatched/", unmatched.UnmatchedStudies.as_view(), name="unmatched-studies"),
    path(
        "unmatched/<uid:study_instance_uid>/match/",
        unmatched.StudyMatch.as_view(),
        name="study-match",
    ),
    *dicomweb_urlpatterns,
]
