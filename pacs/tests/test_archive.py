"""The Orthanc client and what is built on it, with Orthanc's answers at the transport."""

from __future__ import annotations

import json
from io import BytesIO

import pydicom
import pytest
import responses
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from common.errors import BusinessError, ErrorCode, ExternalError, InvalidInput
from pacs.archive import orthanc as module
from pacs.dicom.uids import derived_uid
from pacs.index import objects as services
from pacs.tests import index
from pacs.tests.dicom_files import mr_image

UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


@pytest.fixture
def transport():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def url(settings):
    return settings.ORTHANC_URL


def test_store_tells_new_from_known(transport, url):
    for status in ("Success", "AlreadyStored"):
        transport.post(f"{url}/instances", json={"ID": "a-b", "Status": status})
    client = module.orthanc()
    assert client.instance_add(BytesIO(b"x")) == module.StoredInstance("a-b", "stored")
    assert client.instance_add(BytesIO(b"x")) == module.StoredInstance("a-b", "already")
    assert transport.calls[0].request.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "error", "retryable"),
    [
        ({"status": 400}, InvalidInput, None),
        ({"status": 500}, ExternalError, True),
        ({"status": 401}, ExternalError, False),
        ({"body": "<html>"}, ExternalError, True),
        ({"json": {"ID": "a", "Status": "FilteredOut"}}, ExternalError, False),
    ],
)
def test_store_failures(transport, url, answer, error, retryable):
    transport.post(f"{url}/instances", **answer)
    with pytest.raises(error) as raised:
        module.orthanc().instance_add(BytesIO(b"x"))
    assert getattr(raised.value, "retryable", None) is retryable
    expected = (
        ErrorCode.DICOM_UNREADABLE if error is InvalidInput else ErrorCode.ARCHIVE_UNAVAILABLE
    )
    assert raised.value.code is expected


@pytest.mark.parametrize("body", [{}, [], {"Changes": [{}], "Last": 1, "Done": True}, "x"])
def test_an_invalid_page_is_an_error(transport, url, body):
    transport.get(f"{url}/changes", json=body)
    with pytest.raises(ExternalError):
        module.orthanc().changes(since=0, limit=10)


def test_describe_joins_instances_to_their_studies(transport, url):
    transport.post(
        f"{url}/tools/bulk-content",
        json=[{"ID": "series", "ParentStudy": "study"}],
        match=[responses.matchers.json_params_matcher({"Level": "Series"}, strict_match=False)],
    )
    transport.post(
        f"{url}/tools/bulk-content",
        json=[
            {
                "ID": "instance",
                "ParentSeries": "series",
                "FileSize": 7,
                "Metadata": {"TransferSyntax": "1.2"},
            },
            {"ID": "orphan", "ParentSeries": "gone"},
        ],
        match=[responses.matchers.json_params_matcher({"Level": "Instance"}, strict_match=False)],
    )
    assert module.orthanc().instances_describe(["instance", "orphan"]) == [
        module.ArchivedInstance("instance", "series", "study", "1.2", 7)
    ]
    assert module.orthanc().instances_describe([]) == []


@pytest.fixture
def stack(db, patient_factory):
    return index.series(index.study(patient_factory()), slices=4)


def metadata(series, uids):
    images = []
    for uid in uids:
        image = mr_image(PatientName="김^민준", SOPInstanceUID=uid)
        images.append(
            json.loads(
                image.to_json(
                    bulk_data_threshold=0, bulk_data_element_handler=lambda _: "http://archive/bulk"
                )
            )
        )
    return images


def test_headers_come_in_geometric_order_without_pixels(transport, url, stack):
    ascending = list(stack.instances.order_by("-number").values_list("sop_instance_uid", flat=True))
    study = stack.study.study_instance_uid
    transport.get(
        f"{url}/dicom-web/studies/{study}/series/{stack.series_instance_uid}/metadata",
        json=metadata(stack, sorted(ascending)),
    )
    headers = services.series_headers(stack)
    assert [h.SOPInstanceUID for h in headers] == ascending
    assert all("PixelData" not in h for h in headers)
    assert headers[0].PatientName == "김^민준"


def test_a_slice_that_the_archive_lacks_is_an_error(transport, url, stack):
    uids = list(stack.instances.values_list("sop_instance_uid", flat=True))
    study = stack.study.study_instance_uid
    transport.get(
        f"{url}/dicom-web/studies/{study}/series/{stack.series_instance_uid}/metadata",
        json=metadata(stack, uids[1:]),
    )
    with pytest.raises(ExternalError):
        services.series_headers(stack)


def test_headers_need_a_stack(db, patient_factory):
    report = index.series(index.study(patient_factory()), slices=1, modality="SR")
    with pytest.raises(BusinessError):
        services.series_headers(report)


def image_to_store():
    image = mr_image()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return image


def test_storing_sends_one_part(transport, url):
    transport.post(f"{url}/dicom-web/studies", json={"00081199": {"vr": "SQ"}})
    image = image_to_store()
    services.instance_store(image)
    request = transport.calls[0].request
    boundary = request.headers["Content-Type"].split("boundary=")[1].encode()
    part = request.body.split(b"--" + boundary)[1].removeprefix(
        b"\r\nContent-Type: application/dicom\r\n\r\n"
    )
    sent = pydicom.dcmread(BytesIO(part.removesuffix(b"\r\n")))
    assert [sent[k].value for k in UIDS] == [image[k].value for k in UIDS]


@pytest.mark.parametrize(
    ("answer", "retryable"),
    [
        ({"status": 503}, True),
        ({"status": 409, "json": {"00081198": {"vr": "SQ"}}}, False),
        ({"json": {"00081198": {"vr": "SQ"}}}, False),
    ],
)
def test_a_refused_object_is_an_error(transport, url, answer, retryable):
    transport.post(f"{url}/dicom-web/studies", **answer)
    with pytest.raises(ExternalError) as raised:
        services.instance_store(image_to_store())
    assert raised.value.retryable is retryable


def test_derived_uids_depend_on_all_names_and_nothing_else():
    assert derived_uid("seg", "1") == derived_uid("seg", "1")
    assert derived_uid("seg", "1") != derived_uid("seg", "2")
    assert derived_uid("seg", "1").startswith("2.25.")
    assert len(derived_uid("seg", "1")) <= 64
