"""A modality at our server: its worklist by its rights, what it performs, images over TLS."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE, evt

from audit.models import AuditLog
from emr.models import Patient
from ocs.tests.factories import order_make
from pacs.index import node_studies
from pacs.tests import index
from pacs.tests.dicom_files import mr_image, part10
from ris.modality import scheduling
from ris.models import DicomNode, PerformedStep
from ris.tests.conftest import CALLED

pytestmark = pytest.mark.django_db(transaction=True)
WORKLIST = "1.2.840.10008.5.1.4.31"
PERFORMED = "1.2.840.10008.3.1.2.3.3"
MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
LIST = "/api/ris/mwl/"


@pytest.fixture
def node():
    return DicomNode.objects.create(
        name="-", ae_title="MR1", address="127.0.0.1", may_worklist=True, modalities=["MR"]
    )


@pytest.fixture
def order(users, patient_factory):
    order = order_make(users["doctor"], patient_factory(full_name="김민준"), job_type="MR_BRAIN")
    scheduling.orders_sync([order.pk])
    return order


@contextmanager
def association(port, service):
    entity = AE("MR1")
    entity.add_requested_context(service)
    opened = entity.associate("127.0.0.1", port, ae_title=CALLED)
    assert opened.is_established
    yield opened
    opened.release()


def worklist(port, step=None, **keys):
    """The Patient IDs of the answers, and the last status."""
    question, inside = Dataset(), Dataset()
    question.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in {"PatientID": "", "PatientName": "", **keys}.items():
        setattr(question, keyword, value)
    for keyword, value in {"Modality": "", "ScheduledStationAETitle": "", **(step or {})}.items():
        setattr(inside, keyword, value)
    question.ScheduledProcedureStepSequence = [inside]
    with association(port, WORKLIST) as opened:
        said = list(opened.send_c_find(question, WORKLIST))
    return [str(answer.PatientID) for _, answer in said if answer], said[-1][0].Status


def test_the_worklist_shows_what_the_node_may_see_and_records_whom(
    port, node, order, users, patient_factory
):
    others = [
        order_make(users["doctor"], patient_factory(), job_type="CT_HEAD"),
        order_make(users["doctor"], patient_factory(), job_type="MR_BRAIN"),
    ]
    Patient.objects.filter(pk=others[1].patient_id).update(restricted=True)
    scheduling.orders_sync([each.pk for each in others])
    mrn = order.patient.patient_id
    assert worklist(port) == ([mrn], 0)
    shown = AuditLog.objects.filter(action="node.worklist", patient_id=order.patient_id)
    assert (shown.get().object_id, shown.get().source_ip) == ("MR1", "127.0.0.1")
    DicomNode.objects.update(may_restricted=True, modalities=[])
    found, _ = worklist(port)
    assert sorted(found) == sorted([mrn, *(each.patient.patient_id for each in others)])
    DicomNode.objects.update(may_worklist=False, may_find=True)
    assert worklist(port) == ([], 0x0124)


@pytest.mark.parametrize(
    ("keys", "step", "found"),
    [
        ({"PatientName": "김*"}, {}, True),
        ({"PatientName": "이*"}, {}, False),
        ({"PatientID": "*", "AccessionNumber": "?*"}, {}, True),
        ({"PatientID": "X?"}, {}, False),
        ({"PatientName": "["}, {}, False),
        ({}, {"Modality": "CT"}, False),
        ({}, {"Modality": "MR", "ScheduledStationAETitle": "MR1"}, True),
        ({}, {"ScheduledProcedureStepStartDate": "20200101-"}, True),
        ({}, {"ScheduledProcedureStepStartDate": "-20200101"}, False),
        ({}, {"ScheduledProcedureStepStartTime": "00-23"}, True),
    ],
)
def test_keys_wild_cards_and_ranges(port, node, order, keys, step, found):
    assert worklist(port, step, **keys) == ([order.patient.patient_id] if found else [], 0)


def performed(port, uid, state, *, order=None, mrn="", create=False):
    said = Dataset()
    said.PerformedProcedureStepStatus = state
    with association(port, PERFORMED) as opened:
        if not create:
            return opened.send_n_set(said, PERFORMED, uid)[0].Status
        scheduled = Dataset()
        scheduled.AccessionNumber = order.accession_number
        scheduled.StudyInstanceUID = ""
        said.ScheduledStepAttributesSequence = [scheduled]
        said.PatientID = mrn or order.patient.patient_id
        return opened.send_n_create(said, PERFORMED, uid)[0].Status


def test_what_a_modality_performs_is_shown_and_decides_nothing(port, api, node, order):
    uid = generate_uid()
    assert performed(port, uid, "COMPLETED", order=order, create=True) == 0x0106
    assert performed(port, uid, "IN PROGRESS", order=order, create=True) == 0
    assert performed(port, uid, "IN PROGRESS", order=order, create=True) == 0x0111
    assert performed(port, generate_uid(), "COMPLETED") == 0x0112
    assert performed(port, uid, "FINE") == 0x0106

    def row():
        [row] = api("rib").get(LIST).json()["results"]
        return row["state"], row["reason"], row["performed"]["state"]

    assert row() == ("listed", "waiting", "IN PROGRESS")
    assert performed(port, uid, "COMPLETED") == 0
    assert performed(port, uid, "DISCONTINUED") == 0x0110
    scheduling.worklist_reconcile()
    assert row() == ("listed", "waiting", "COMPLETED")
    assert AuditLog.objects.filter(action="node.step", patient_id=order.patient_id).count() >= 3


def test_a_step_that_names_another_patient_is_not_the_orders(port, node, order, patient_factory):
    other = patient_factory().patient_id
    assert performed(port, generate_uid(), "IN PROGRESS", order=order, mrn=other, create=True) == 0
    assert PerformedStep.objects.get().order is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of 127.0.0.1, signed by itself: its PEM, and a file of it with the key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    path = tmp_path_factory.mktemp("tls") / "node.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + pem)
    return pem.decode(), path


@contextmanager
def destination(received, path=None):
    """A C-STORE SCP, over TLS with the certificate in ``path``; its port."""
    entity = AE("MR1")
    entity.add_supported_context(index.MR_IMAGE)
    context = None
    if path is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(path)

    def store(event):
        received.append(str(event.request.AffectedSOPInstanceUID))
        return 0

    listening = entity.start_server(
        ("127.0.0.1", 0),
        block=False,
        evt_handlers=[(evt.EVT_C_STORE, store)],
        ssl_context=context,
    )
    yield listening.socket.getsockname()[1]
    entity.shutdown()


@pytest.mark.parametrize(
    ("encrypted", "fields", "moved"),
    [
        (False, {"tls": False}, True),
        (True, {"tls": False}, False),
        (False, {"tls": True, "tls_check": "none"}, False),
        (True, {"tls": True, "tls_check": "none"}, True),
        (True, {"tls": True, "tls_check": "certificate"}, False),
        (True, {"tls": True, "tls_check": "certificate", "tls_certificate": "own"}, True),
        (True, {"tls": True, "tls_check": "host", "tls_certificate": "own"}, True),
    ],
)
def test_images_go_to_the_node_as_its_tls_setting_says(
    port, node, certificate, patient_factory, monkeypatch, encrypted, fields, moved
):
    pem, path = certificate
    if "tls_certificate" in fields:
        fields = fields | {"tls_certificate": pem}
    study = index.study(patient_factory())
    instance = index.series(study, slices=1).instances.get()
    image = part10(mr_image(SOPInstanceUID=instance.sop_instance_uid))
    monkeypatch.setattr(node_studies, "instance_bytes", lambda _: image)  # of the archive
    received = []
    with destination(received, path if encrypted else None) as listening:
        DicomNode.objects.update(may_move=True, port=listening, **fields)
        question = Dataset()
        question.QueryRetrieveLevel, question.StudyInstanceUID = "STUDY", study.study_instance_uid
        with association(port, MOVE) as opened:
            list(opened.send_c_move(question, "MR1", MOVE))
    assert received == ([instance.sop_instance_uid] if moved else [])
