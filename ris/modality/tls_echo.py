"""C-ECHO to nodes with TLS, by the server of queries, as it sends them images.

The archive checks no node's certificate, and the web server has no way to a node: it leaves the
request in the row of the node and waits there for the answer.
"""

from __future__ import annotations

import socket
import ssl
import time
from datetime import timedelta
from threading import Event

from django.db import Error, connections
from django.utils import timezone
from pynetdicom import AE

from ris.choices import EchoOutcome
from ris.modality.node_tls import tls_of
from ris.models import DicomNode

VERIFICATION = "1.2.840.10008.1.1"
TIMEOUT_S, WAIT_S = 5, 15
_TURN_S = 0.5


def echo_ask(node: DicomNode) -> tuple[EchoOutcome, int]:
    """What came of it, and after how many ms; not in a transaction.

    NO_ANSWER too if the server of queries does not run.
    """
    rows = DicomNode.objects.filter(pk=node.pk)
    rows.update(echo_asked_at=timezone.now(), echo_outcome="")
    begun = time.monotonic()
    while time.monotonic() - begun < WAIT_S:
        time.sleep(_TURN_S / 2)
        answered = rows.filter(echo_asked_at=None).values_list("echo_outcome", flat=True).first()
        if answered:
            return EchoOutcome(answered), round((time.monotonic() - begun) * 1000)
    rows.update(echo_asked_at=None)
    return EchoOutcome.NO_ANSWER, round((time.monotonic() - begun) * 1000)


def echoes_serve(ae_title: str, ended: Event) -> None:
    """Until ``ended``; a database that is away is asked again."""
    while not ended.wait(_TURN_S):
        try:
            echoes_answer(ae_title)
        except Error:
            connections.close_all()


def echoes_answer(ae_title: str) -> None:
    since = timezone.now() - timedelta(seconds=WAIT_S)
    for node in DicomNode.objects.filter(echo_asked_at__gt=since, tls=True):
        outcome = tls_echo(node, ae_title)
        DicomNode.objects.filter(pk=node.pk).update(
            echo_asked_at=None, echo_outcome=outcome.value, echo_at=timezone.now()
        )


def tls_echo(node: DicomNode, ae_title: str) -> EchoOutcome:
    tls = tls_of(node)
    if tls is None:
        raise ValueError("a node without TLS")
    try:
        with (
            socket.create_connection((node.address, node.port), TIMEOUT_S) as plain,
            tls[0].wrap_socket(plain, server_hostname=tls[1]),
        ):
            pass
    except ssl.SSLCertVerificationError:
        return EchoOutcome.CERTIFICATE
    except TimeoutError:
        return EchoOutcome.NO_ANSWER
    except OSError:  # of TLS too
        return EchoOutcome.REFUSED
    entity = AE(ae_title)
    entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = TIMEOUT_S
    entity.add_requested_context(VERIFICATION)
    association = entity.associate(node.address, node.port, ae_title=node.ae_title, tls_args=tls)
    if not association.is_established:
        return EchoOutcome.REFUSED
    status = association.send_c_echo()
    association.release()
    return EchoOutcome.OK if status and status.Status == 0 else EchoOutcome.REFUSED
