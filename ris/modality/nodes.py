"""The DICOM nodes: their administration, and that the archive knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from audit.choices import Outcome
from common.errors import ConflictError, ErrorCode, NotFound
from common.outbox.services import publish
from common.person import Person
from pacs.index.archive_nodes import ArchiveNode, node_echo, nodes_match
from rbac.permissions import Permission
from ris.choices import EchoOutcome
from ris.events import NODES_CHANGED
from ris.modality.tls_echo import echo_ask
from ris.models import DicomNode


def node_get(actor: Person, node_id: int) -> DicomNode:
    """Raises NotFound."""
    node = DicomNode.objects.visible_to(actor).filter(pk=node_id).first()
    if node is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"node {node_id}", "id")
    return node


@transaction.atomic
def node_create(*, actor: Person, **fields: Any) -> DicomNode:
    """Raises ConflictError (the AE title is taken)."""
    node = DicomNode(**fields)
    _saved(node.save)
    _changed(actor, "dicom_node.create", node.pk, {"fields": sorted(fields)})
    return node


@transaction.atomic
def node_update(*, actor: Person, node_id: int, expected: int, **changes: Any) -> DicomNode:
    """Raises NotFound, ConflictError (changed since it was read, the AE title is taken)."""
    node_get(actor, node_id)
    node = DicomNode.objects.select_for_update().get(pk=node_id)
    changes |= {"echo_outcome": "", "echo_at": None}
    _saved(lambda: node.save_versioned(expected=expected, **changes))
    _changed(actor, "dicom_node.update", node.pk, {"fields": sorted(changes)})
    return node


@transaction.atomic
def node_delete(*, actor: Person, node_id: int) -> None:
    """Raises NotFound."""
    node_get(actor, node_id).delete()
    _changed(actor, "dicom_node.delete", node_id, {})


def node_test(*, actor: Person, node_id: int) -> tuple[DicomNode, int]:
    """Have the node sent a C-ECHO; the node, and after how many ms it answered.

    By the archive, or with TLS by the server of queries, which checks the node's certificate.
    Raises NotFound, ExternalError (the archive is not available).
    """
    node = node_get(actor, node_id)
    if node.tls:
        outcome, milliseconds = echo_ask(node)
    else:
        answered, milliseconds = node_echo(node.pk, _for_archive(node))
        outcome = EchoOutcome(answered.value)
    with transaction.atomic():
        node.echo_outcome, node.echo_at = outcome.value, timezone.now()
        DicomNode.objects.filter(pk=node.pk).update(
            echo_outcome=node.echo_outcome, echo_at=node.echo_at
        )
        audit.record(
            actor=actor,
            action="dicom_node.echo",
            object_type="dicom_node",
            object_id=node.pk,
            permission=Permission.MANAGE_NODES,
            outcome=Outcome.OK if outcome is EchoOutcome.OK else Outcome.FAILED,
            detail={"ae_title": node.ae_title, "outcome": outcome.value},
        )
    return node, milliseconds


def nodes_sync() -> int:
    """Make the archive know the nodes as they are now; returns how many it did not know so.

    Raises ExternalError (the archive is not available).
    """
    return nodes_match({node.pk: _for_archive(node) for node in DicomNode.objects.all()})


def _for_archive(node: DicomNode) -> ArchiveNode:
    return ArchiveNode(
        ae_title=node.ae_title,
        address=node.address,
        port=node.port,
        tls=node.tls,
        may_store=node.may_store,
    )


def _saved(save: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the AE title is taken", "ae_title") from None


def _changed(actor: Person, action: str, pk: int, detail: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="dicom_node",
        object_id=pk,
        permission=Permission.MANAGE_NODES,
        detail=detail,
    )
    publish(NODES_CHANGED, aggregate="dicom_nodes", payload={})
