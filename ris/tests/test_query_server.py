"""The server of queries as a node meets it: whom it lets in, and what an association leaves."""

from __future__ import annotations

import gc
import time

import pytest
from django.db import connection
from pydicom.dataset import Dataset
from pynetdicom import AE

from audit.models import AuditLog
from pacs.tests import index
from ris.models import DicomNode
from ris.tests.conftest import CALLED

pytestmark = pytest.mark.django_db(transaction=True)
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


@pytest.fixture
def node():
    return DicomNode.objects.create(name="-", ae_title="WS", address="127.0.0.1", may_find=True)


def find(port, title="WS"):
    """The UIDs of the answers to a question without keys; None if the association is refused."""
    node = AE(title)
    node.add_requested_context(STUDY_ROOT_FIND)
    association = node.associate("127.0.0.1", port, ae_title=CALLED)
    if not association.is_established:
        return None
    question = Dataset()
    question.QueryRetrieveLevel, question.StudyInstanceUID = "STUDY", ""
    said = list(association.send_c_find(question, STUDY_ROOT_FIND))
    association.release()
    return [answer.StudyInstanceUID for _, answer in said if answer is not None]


def connections_open():
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE()")
        return cursor.fetchone()[0]


def in_time(happened):
    """Whether it happens within five seconds, in a thread of the server."""
    until = time.monotonic() + 5
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)
    return happened()


def test_a_node_is_told_from_its_address_alone_and_each_question_is_recorded(
    port, node, patient_factory
):
    study = index.study(patient_factory())
    index.series(study)
    assert find(port) == [study.study_instance_uid]
    assert find(port, "OTHER") is None
    DicomNode.objects.update(address="192.0.2.1")
    assert find(port) is None
    asked = AuditLog.objects.get(action="node.find")
    assert (asked.object_id, asked.patient_id) == ("WS", study.patient_id)
    refused = AuditLog.objects.filter(action="association.refuse")  # once the node was told
    assert in_time(lambda: refused.count() == 2)
    why = {row.object_id: row.detail["reason"] for row in refused}
    assert why == {"OTHER": "unknown_ae_title", "WS": "wrong_address"}


def test_an_association_leaves_no_connection_to_the_database(port, node):
    before = connections_open()
    gc.disable()  # which would close them some day
    try:
        for _ in range(5):
            assert find(port) == []
        assert in_time(lambda: connections_open() <= before)
    finally:
        gc.enable()
