"""DICOM nodes: who may manage them, what is refused, what the archive is told, who called it."""

from __future__ import annotations

import json

import pytest
import responses

from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from ris.modality import associations, nodes
from ris.models import DicomNode

pytestmark = pytest.mark.django_db
URL = "/api/ris/nodes/"
BODY = {"name": "MR 1", "ae_title": "MR1", "address": "192.0.2.21", "may_worklist": True}


@pytest.fixture
def archive(settings):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def add(client, **fields):
    return client.post(URL, BODY | fields, format="json")


def test_a_node_may_nothing_that_is_not_said(api):
    made = add(api("admin"), may_worklist=False)
    assert made.status_code == 201
    rights = ("may_store", "may_find", "may_move", "may_worklist", "may_restricted")
    assert [made.json()[name] for name in rights] == [False] * 5
    calls = [made.json()[name] for name in ("port", "tls", "tls_check", "tls_certificate")]
    assert calls == [104, False, "certificate", ""]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ae_title": "SEVENTEEN_LETTERS"},
        {"ae_title": "A\\B"},
        {"ae_title": ""},
        {"ae_title": "줄기"},
        {"address": "ct1.example"},
        {"address": "::1"},
        {"port": 0},
        {"port": 65536},
        {"name": "two\nlines"},
        {"modalities": ["mr"]},
        {"tls_check": "maybe"},
        {"tls_certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
        {"tls_certificate": "no PEM at all"},
    ],
)
def test_what_no_node_can_be_is_refused(api, wrong):
    assert add(api("admin"), **wrong).status_code == 400


def test_an_ae_title_is_of_one_node(api):
    client = api("admin")
    assert add(client).status_code == 201
    again = add(client, name="another")
    assert (again.status_code, again.json()["error"]["field"]) == (409, "ae_title")


def test_a_node_is_changed_by_whoever_has_read_it_and_deleted(api):
    client = api("admin")
    made = add(client).json()
    place = f"{URL}{made['id']}/"
    body = {"may_store": True}
    assert client.patch(place, body, format="json").status_code == 428
    changed = client.patch(place, body, format="json", headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["may_store"]) == (200, True)
    stale = client.patch(place, body, format="json", headers={"If-Match": '"1"'})
    assert stale.status_code == 409
    assert client.delete(place).status_code == 204
    assert client.delete(place).status_code == 404
    actions = AuditLog.objects.filter(object_type="dicom_node").values_list("action", flat=True)
    assert sorted(actions) == ["dicom_node.create", "dicom_node.delete", "dicom_node.update"]
    assert OutboxEvent.objects.filter(topic="ris.nodes.changed").count() == 3


def test_the_archive_knows_the_nodes_as_they_are_and_no_other_of_ours(archive, settings):
    node = DicomNode.objects.create(
        name="-", ae_title="MR1", address="192.0.2.21", may_worklist=True, may_find=True
    )
    url = f"{settings.ORTHANC_URL}/modalities"
    archive.get(f"{url}?expand", json={"cdss99": {"AET": "GONE"}, "node1": {"AET": "FIXED"}})
    archive.delete(f"{url}/cdss99")
    archive.put(f"{url}/cdss{node.pk}")
    assert nodes.nodes_sync() == 2
    said = json.loads(next(c.request.body for c in archive.calls if c.request.method == "PUT"))
    assert (said["AET"], said["Host"]) == ("MR1", "192.0.2.21")
    assert not any(
        said[f"Allow{what}"] for what in ("Store", "Find", "FindWorklist", "Get", "Move")
    )
    archive.replace("GET", f"{url}?expand", json={f"cdss{node.pk}": said | {"Manufacturer": "-"}})
    assert nodes.nodes_sync() == 0


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (500, "refused")])
def test_a_connection_is_tested_by_the_archive(api, archive, settings, status, outcome):
    node = DicomNode.objects.create(name="-", ae_title="MR1", address="192.0.2.21")
    place = f"{settings.ORTHANC_URL}/modalities/cdss{node.pk}"
    archive.get(f"{settings.ORTHANC_URL}/system", json={})
    archive.put(place)
    archive.post(f"{place}/echo", json={}, status=status)
    for _ in range(6):  # an echo that fails is no failure of the archive
        said = api("admin").post(f"{URL}{node.pk}/echo/")
    assert (said.status_code, said.json()["outcome"]) == (200, outcome)
    node.refresh_from_db()
    assert node.echo_outcome == outcome


LOG = """\
I1129 01:10:18.259935 CommandDispatcher.cpp:333] (dicom) Association Received from AET MR 1 on IP 192.0.2.1
I1129 01:10:18.264900 CommandDispatcher.cpp:664] (dicom) Association Acknowledged (Max Send PDV: 16372) to AET MR 1 on IP 192.0.2.1
I1129 01:10:18.865307 CommandDispatcher.cpp:333] (dicom) Association Received from AET UNK on IP 192.0.2.9
W1129 01:10:18.865395 OrthancConfiguration.cpp:770] Modality "UNK" is not listed in the "DicomModalities" configuration option
W1129 01:10:18.865401 CommandDispatcher.cpp:617] Rejected association for remote AET UNK on IP 192.0.2.9
W1129 01:10:19.482335 OrthancConfiguration.cpp:781] Forbidding access from AET "CT1" given its hostname (192.0.2.9) does not match the "DicomModalities" configuration option (10.0.0.1 was expected)
W1129 01:10:19.482358 CommandDispatcher.cpp:617] Rejected association for remote AET CT1 on IP 192.0.2.9
I1129 01:10:20.000000 CommandDispatcher.cpp:333] (dicom) Association Received from AET MR1 on IP 192.0.2.1
W1129 01:10:20.036534 CommandDispatcher.cpp:828] Rejected Find request from remote DICOM modality with AET "MR1" and hostname "192.0.2.1"
I1129 01:10:21.000000 CommandDispatcher.cpp:333] (dicom) Association Received from AET MR1 on IP 192.0.2.1
W1129 01:10:21.708413 CommandDispatcher.cpp:602] Rejected association, because of a bad called AET in the request (WRONG)
"""  # noqa: E501  (the archive's lines)


def recorded():
    rows = AuditLog.objects.filter(object_type="application_entity").order_by("id")
    return [
        (row.action, row.object_id, row.source_ip, row.outcome, row.detail.get("reason"))
        for row in rows
    ]


def test_each_association_is_recorded_with_ae_title_and_address(settings, tmp_path):
    settings.ARCHIVE_LOG_FILE = tmp_path / "dicom.log"
    assert associations.associations_record() == 0
    settings.ARCHIVE_LOG_FILE.write_text(LOG + "W1129 01:10:22.1 half a li")
    assert associations.associations_record() == 5
    refused = "association.refuse"
    assert recorded() == [
        ("association.open", "MR 1", "192.0.2.1", "ok", None),
        (refused, "UNK", "192.0.2.9", "denied", "unknown_ae_title"),
        (refused, "CT1", "192.0.2.9", "denied", "wrong_address"),
        (refused, "MR1", "192.0.2.1", "denied", "not_allowed"),
        (refused, "MR1", "192.0.2.1", "denied", "called_ae_title"),
    ]


def test_each_line_is_read_once_and_a_new_file_from_its_beginning(settings, tmp_path):
    log = settings.ARCHIVE_LOG_FILE = tmp_path / "dicom.log"
    log.write_text(LOG)
    assert associations.associations_record() == 5
    assert associations.associations_record() == 0
    with log.open("a") as more:
        more.write(LOG * 3)
    assert associations.associations_record() == 15
    assert AuditLog.objects.latest("id").detail["associations"] == 3
    log.rename(tmp_path / "old")
    log.write_text(LOG)
    assert associations.associations_record() == 5


def test_a_long_log_is_emptied_once_it_is_read(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(associations, "CUT_AT", 10)
    settings.ARCHIVE_LOG_FILE = tmp_path / "dicom.log"
    settings.ARCHIVE_LOG_FILE.write_text(LOG)
    assert associations.associations_record() == 5
    assert settings.ARCHIVE_LOG_FILE.read_text() == ""
    settings.ARCHIVE_LOG_FILE.write_text(LOG)
    assert associations.associations_record() == 5
