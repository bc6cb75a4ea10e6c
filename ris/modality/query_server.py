"""Query and retrieval for DICOM nodes: C-FIND, C-MOVE and C-GET by the rights of each.

The archive refuses all three to everybody, since it cannot ask us about a study. This server asks
the index for every one, gives the files as the archive has them, and records who asked for whom.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pydicom
from django.db import connections
from pydicom.dataset import Dataset
from pynetdicom import (
    AE,
    ALL_TRANSFER_SYNTAXES,
    AllStoragePresentationContexts,
    _config,
    build_context,
    evt,
)

from audit import services as audit
from audit.choices import Outcome
from common import context
from common.errors import ExternalError
from pacs.index import node_studies
from pacs.index.node_studies import NodeInstance
from ris.modality.query_answers import answers, keys_of
from ris.models import DicomNode

logger = logging.getLogger(__name__)

PENDING, SUCCESS, CANCELLED = 0xFF00, 0x0000, 0xFE00
NOT_AUTHORISED, CANNOT_UNDERSTAND, CANNOT_SEND = 0x0124, 0xC000, 0xA702
NOBODY = "-- nobody --"
"""An AE title that no node can have: without any, every caller would be let in."""
_MODELS = (
    "1.2.840.10008.1.1",  # Verification
    *(f"1.2.840.10008.5.1.4.1.2.{root}.{what}" for root in (1, 2) for what in (1, 2, 3)),
)
"""And, of Patient Root and Study Root, Find, Move and Get (PS3.6 table A-1)."""
_REFUSALS: dict[str, list[Any]] = {
    "node.find": [(NOT_AUTHORISED, None)],
    "node.move": [(None, None)],  # an unknown destination: before it, no other status can be said
    "node.get": [1, (NOT_AUTHORISED, Dataset())],
}
_config.LOG_REQUEST_IDENTIFIERS = False  # a question names patients
Answers = Iterator[Any]
_calling = threading.local()


@contextmanager
def _database() -> Iterator[None]:
    """Each association is a thread, whose connections nobody else would close when it ends."""
    try:
        yield
    finally:
        connections.close_all()


class NodesAE(AE):
    """Lets in the nodes that may search or retrieve, from their own addresses alone."""

    @property  # type: ignore[misc]  # read anew at each association, never set
    def require_calling_aet(self) -> list[str]:
        with _database():
            rows = DicomNode.objects.filter(address=getattr(_calling, "address", ""))
            titles = [node.ae_title for node in rows if node.may_find or node.may_move]
        return titles or [NOBODY]


def server(ae_title: str) -> NodesAE:
    """The application entity; ``start_server`` with HANDLERS makes it listen."""
    entity = NodesAE(ae_title)
    entity.require_called_aet = True
    entity.maximum_associations = 20
    for model in _MODELS:
        entity.add_supported_context(model)
    for each in AllStoragePresentationContexts:  # for C-GET, where the node is the one that stores
        entity.add_supported_context(
            str(each.abstract_syntax), ALL_TRANSFER_SYNTAXES, scu_role=False, scp_role=True
        )
    return entity


def _with_node(
    right: str, action: str
) -> Callable[[Callable[[evt.Event, DicomNode], Answers]], Callable[[evt.Event], Answers]]:
    """The handler of a request, for a node that has the ``right`` still."""

    def decorate(
        handler: Callable[[evt.Event, DicomNode], Answers],
    ) -> Callable[[evt.Event], Answers]:
        @wraps(handler)
        def handle(event: evt.Event) -> Answers:
            title, address = _caller(event)
            called = context.request_context(context.RequestContext(source_ip=address))
            with _database(), called:
                node = DicomNode.objects.filter(ae_title=title, address=address).first()
                if node is not None and getattr(node, right):
                    yield from handler(event, node)
                    return
                _record(action, title, outcome=Outcome.DENIED)
            yield from _REFUSALS[action]

        return handle

    return decorate


def _caller(event: evt.Event) -> tuple[str, str]:
    requestor = event.assoc.requestor
    return str(requestor.ae_title).strip(), str(requestor.address)


def _record(action: str, title: str, outcome: str = Outcome.OK, **said: Any) -> None:
    audit.record(
        actor=None,
        action=action,
        object_type=said.pop("object_type", "dicom_node"),
        object_id=said.pop("object_id", title),
        outcome=outcome,
        detail={"calling_ae_title": title, **said.pop("detail", {})},
        **said,
    )


def on_requested(event: evt.Event) -> None:
    _calling.address = _caller(event)[1]


def on_accepted(event: evt.Event) -> None:
    _association(event, "association.open", Outcome.OK)


def on_rejected(event: evt.Event) -> None:
    _association(event, "association.refuse", Outcome.DENIED)


def _association(event: evt.Event, action: str, outcome: str) -> None:
    title, address = _caller(event)
    reason = {} if outcome == Outcome.OK else {"reason": "unknown_ae_title"}
    with _database(), context.request_context(context.RequestContext(source_ip=address)):
        _record(action, title, outcome, detail={"server": "query", **reason})


def on_echo(event: evt.Event) -> int:
    return SUCCESS


@_with_node("may_find", "node.find")
def on_find(event: evt.Event, node: DicomNode) -> Answers:
    keys = keys_of(event.identifier)
    try:
        found = list(answers(event.identifier, keys, node.modalities))
    except ValueError:
        yield CANNOT_UNDERSTAND, None
        return
    detail = {"answers": len(found), "level": keys.get("QueryRetrieveLevel", "")}
    _record("node.find", node.ae_title, patients={pk for _, pk in found}, detail=detail)
    for answer, _ in found:
        if event.is_cancelled:
            yield CANCELLED, None
            return
        yield PENDING, answer


@_with_node("may_move", "node.move")
def on_move(event: evt.Event, node: DicomNode) -> Answers:
    """Only to the node itself: it cannot have images sent to another."""
    if str(event.move_destination).strip() != node.ae_title:
        yield None, None
        return
    instances = _granted(event, node, "node.move")
    classes = sorted({each.sop_class_uid for each in instances})[:128]
    contexts = [build_context(uid, ALL_TRANSFER_SYNTAXES) for uid in classes]
    yield node.address, node.port, {"contexts": contexts}
    yield len(instances)
    yield from _files(event, instances)


@_with_node("may_move", "node.get")
def on_get(event: evt.Event, node: DicomNode) -> Answers:
    instances = _granted(event, node, "node.get")
    yield len(instances)
    yield from _files(event, instances)


def _granted(event: evt.Event, node: DicomNode, action: str) -> list[NodeInstance]:
    """The instances that are asked for; each study is on record before a file is sent."""
    found = node_studies.instances_of(keys_of(event.identifier), node.modalities)
    studies = {each.study_instance_uid: each.patient_id for each in found}
    for uid, patient_id in studies.items():
        _record(action, node.ae_title, object_type="study", object_id=uid, patient_id=patient_id)
    if not found:
        _record(action, node.ae_title, detail={"instances": 0})
    return found


def _files(event: evt.Event, instances: list[NodeInstance]) -> Answers:
    for each in instances:
        if event.is_cancelled:
            yield CANCELLED, None
            return
        try:
            content = node_studies.instance_bytes(each.orthanc_id)
        except ExternalError:
            logger.warning("instance not sent", extra={"orthanc_id": each.orthanc_id})
            yield CANNOT_SEND, Dataset()
            return
        yield PENDING, pydicom.dcmread(io.BytesIO(content))


HANDLERS: list[Any] = [
    (evt.EVT_REQUESTED, on_requested),
    (evt.EVT_ACCEPTED, on_accepted),
    (evt.EVT_REJECTED, on_rejected),
    (evt.EVT_C_ECHO, on_echo),
    (evt.EVT_C_FIND, on_find),
    (evt.EVT_C_MOVE, on_move),
    (evt.EVT_C_GET, on_get),
]
