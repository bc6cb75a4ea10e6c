"""A node with TLS is tested as it is sent images: its certificate has to be what is said of it."""

from __future__ import annotations

import ssl
import subprocess

import pytest
from django.utils import timezone
from pynetdicom import AE

from ris.modality.tls_echo import VERIFICATION, echoes_answer
from ris.models import DicomNode

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Key and certificate of a node at 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    subprocess.run(  # noqa: S603
        [*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    return key, certificate


@pytest.fixture
def peer(files):
    """Its port."""
    key, certificate = files
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    entity = AE("CT1")
    entity.add_supported_context(VERIFICATION)
    server = entity.start_server(("127.0.0.1", 0), block=False, ssl_context=context)
    yield server.server_address[1]
    server.shutdown()


@pytest.mark.parametrize(
    ("check", "is_known", "outcome"),
    [
        ("certificate", True, "ok"),
        ("host", True, "ok"),
        ("certificate", False, "certificate"),
        ("none", False, "ok"),
    ],
)
def test_the_check_of_its_certificate_is_honoured(peer, files, check, is_known, outcome):
    node = DicomNode.objects.create(
        name="-",
        ae_title="CT1",
        address="127.0.0.1",
        port=peer,
        tls=True,
        tls_check=check,
        tls_certificate=files[1].read_text() if is_known else "",
        echo_asked_at=timezone.now(),
    )
    echoes_answer("NEURONOVA")
    node.refresh_from_db()
    assert (node.echo_outcome, node.echo_asked_at) == (outcome, None)


def test_nobody_there_is_said():
    DicomNode.objects.create(
        name="-",
        ae_title="CT1",
        address="127.0.0.1",
        port=1,
        tls=True,
        echo_asked_at=timezone.now(),
    )
    echoes_answer("NEURONOVA")
    assert DicomNode.objects.get().echo_outcome == "refused"


def test_a_node_that_lost_its_tls_meanwhile_does_not_end_the_server_of_echoes():
    DicomNode.objects.create(
        name="-", ae_title="CT1", address="127.0.0.1", port=1, echo_asked_at=timezone.now()
    )
    echoes_answer("NEURONOVA")
    assert DicomNode.objects.get().echo_outcome == ""
