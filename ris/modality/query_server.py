"""Worklist, query and retrieval for DICOM nodes by the rights of each; what they perform (MPPS).

The archive refuses all of it to everybody, since it cannot ask us about a patient. This server asks
the database for every one, gives the files as the archive has them, and records who asked for whom.
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
from ris.modality.node_tls import tls_of
from ris.modality.performed_steps import step_create, step_set
from ris.modality.query_answers import answers, keys_of
from ris.modality.worklist_answers import worklist_answers
from ris.models import DicomNode

logger = logging.getLogger(__name__)

PENDING, SUCCESS, CANCELLED = 0xFF00, 0x0000, 0xFE00
NOT_AUTHORISED, CANNOT_UNDERSTAND, CANNOT_SEND = 0x0124, 0xC000, 0xA702
NOBODY = "-- nobody --"
"""An AE title that no node can have: without any, every caller would be let in."""
WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
_MODELS = (
    "1.2.840.10008.1.1",  # Verification
    WORKLIST_FIND,
    "1.2.840.10008.3.1.2.3.3",  # Modality Performed Procedure Step
    *(f"1.2.840.10008.5.1.4.1.2.{root}.{what}" for root in (1, 2) for what in (1, 2, 3)),
)
"""And, of Patient Root and Study Root, Find, Move and Get (PS3.6 table A-1)."""
_REFUSALS: dict[str, list[Any]] = {
    "node.find": [(NOT_AUTHORISED, None)],
    "node.worklist": [(NOT_AUTHORISED, None)],
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
    """Lets in the nodes that may ask for something here, from their own addresses alone."""

    @property  # type: ignore[misc]  # read anew at each association, never set
    def require_calling_aet(self) -> list[str]:
        with _database():
            rows = DicomNode.objects.filter(address=getattr(_calling, "address", ""))
            titles = [node.ae_title for node in rows if _may_anything(node)]
        return titles or [NOBODY]


def _may_anything(node: DicomNode) -> bool:
    return node.may_find or node.may_move or node.may_worklist


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
            with _caller_known(event, right, action) as node:
                yield from handler(event, node) if node else _REFUSALS[action]

        return handle

    return decorate


@contextmanager
def _caller_known(event: evt.Event, right: str, action: str) -> Iterator[DicomNode | None]:
    """The node that calls, if it has the ``right`` still; a refusal is recorded."""
    title, address = _caller(event)
    called = context.request_context(context.RequestContext(source_ip=address))
    with _database(), called:
        node = DicomNode.objects.filter(ae_title=title, address=address).first()
        if node is not None and getattr(node, right):
            yield node
            return
        _record(action, title, outcome=Outcome.DENIED)
        yield None


def _caller(event: evt.Event) -> tuple[str, str]:
    requestor = event.assoc.requestor
    return str(requestor.ae_title).strip(), str(requestor.address)


def _record(action: str, title: str, outcome: str = Outcome.OK, **said: Any) -> None:
    audit.record(
        actor=None,
        action=action,
        object_type=said.pop("object_type", "application_entity"),
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
    with _database(), context.request_context(context.RequestContext(source_ip=address)):
        reason = {} if outcome == Outcome.OK else {"reason": _why_refused(event, title, address)}
        _record(action, title, outcome, detail={"server": "query", **reason})


def _why_refused(event: evt.Event, title: str, address: str) -> str:
    request: Any = event.assoc.requestor.primitive
    called = str(request.called_ae_title).strip()
    if called != event.assoc.ae.ae_title:
        return "called_ae_title"
    node = DicomNode.objects.filter(ae_title=title).first()
    if node is None:
        return "unknown_ae_title"
    return "wrong_address" if node.address != address else "not_allowed"


def on_echo(event: evt.Event) -> int:
    return SUCCESS


def on_find(event: evt.Event) -> Answers:
    worklist = event.request.AffectedSOPClassUID == WORKLIST_FIND
    return (_on_worklist if worklist else _on_studies)(event)


@_with_node("may_worklist", "node.worklist")
def _on_worklist(event: evt.Event, node: DicomNode) -> Answers:
    found = worklist_answers(event.identifier, keys_of(event.identifier), node)
    yield from _found(event, node, "node.worklist", found)


@_with_node("may_find", "node.find")
def _on_studies(event: evt.Event, node: DicomNode) -> Answers:
    keys, restricted = keys_of(event.identifier), node.may_restricted
    found = answers(event.identifier, keys, node.modalities, restricted=restricted)
    yield from _found(event, node, "node.find", found, level=keys.get("QueryRetrieveLevel", ""))


def _found(
    event: evt.Event,
    node: DicomNode,
    action: str,
    answered: Iterator[tuple[Dataset, int | None]],
    **detail: str,
) -> Answers:
    """Whom the answers name is on record before the first is sent."""
    try:
        found = list(answered)
    except ValueError:
        yield CANNOT_UNDERSTAND, None
        return
    patients = {pk for _, pk in found}
    _record(action, node.ae_title, patients=patients, detail={"answers": len(found), **detail})
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
    yield node.address, node.port, {"contexts": contexts, "tls_args": tls_of(node)}
    yield len(instances)
    yield from _files(event, instances)


@_with_node("may_move", "node.get")
def on_get(event: evt.Event, node: DicomNode) -> Answers:
    instances = _granted(event, node, "node.get")
    yield len(instances)
    yield from _files(event, instances)


def _granted(event: evt.Event, node: DicomNode, action: str) -> list[NodeInstance]:
    """The instances that are asked for; each study is on record before a file is sent."""
    found = node_studies.instances_of(
        keys_of(event.identifier), node.modalities, restricted=node.may_restricted
    )
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


def on_step_created(event: evt.Event) -> tuple[int, Dataset | None]:
    request: Any = event.request
    uid = str(request.AffectedSOPInstanceUID or "")
    return _step(event, step_create, uid, event.attribute_list)


def on_step_set(event: evt.Event) -> tuple[int, Dataset | None]:
    request: Any = event.request
    uid = str(request.RequestedSOPInstanceUID or "")
    return _step(event, step_set, uid, event.modification_list)


def _step(
    event: evt.Event, change: Callable[..., tuple[int, Any]], uid: str, said: Dataset
) -> tuple[int, Dataset | None]:
    with _caller_known(event, "may_worklist", "node.step") as node:
        if node is None:
            return NOT_AUTHORISED, None
        status, order = change(ae_title=node.ae_title, sop_instance_uid=uid, said=said)
        detail = {"status": f"{status:04X}", "order": order.pk if order else None}
        _record(
            "node.step",
            node.ae_title,
            Outcome.FAILED if status else Outcome.OK,
            patient_id=order.patient_id if order else None,
            detail=detail,
        )
    return status, said if status == SUCCESS else None


HANDLERS: list[Any] = [
    (evt.EVT_REQUESTED, on_requested),
    (evt.EVT_ACCEPTED, on_accepted),
    (evt.EVT_REJECTED, on_rejected),
    (evt.EVT_C_ECHO, on_echo),
    (evt.EVT_C_FIND, on_find),
    (evt.EVT_C_MOVE, on_move),
    (evt.EVT_C_GET, on_get),
    (evt.EVT_N_CREATE, on_step_created),
    (evt.EVT_N_SET, on_step_set),
]
