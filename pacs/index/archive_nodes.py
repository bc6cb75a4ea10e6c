"""The application entities that the archive knows beside those of its configuration.

The archive keeps them in memory: after its restart they are gone until they are matched again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum

from common.errors import ExternalError
from pacs.archive.orthanc import nodes_orthanc

PREFIX = "cdss"
"""Of the names of ours: those of the configuration have others."""
ECHO_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class ArchiveNode:
    """Who may call from where, and what it may ask for."""

    ae_title: str
    address: str
    port: int
    tls: bool
    may_store: bool


class Echo(Enum):
    OK = "ok"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"


def nodes_match(wanted: Mapping[int, ArchiveNode]) -> int:
    """Make the archive know exactly these; returns how many it did not know so.

    Raises ExternalError (the archive is not available).
    """
    client = nodes_orthanc()
    known = {name: node for name, node in client.modalities().items() if name.startswith(PREFIX)}
    expected = {f"{PREFIX}{pk}": _described(node) for pk, node in wanted.items()}
    changes = 0
    for name in known.keys() - expected.keys():
        client.modality_delete(name)
        changes += 1
    for name, node in expected.items():
        if any(known.get(name, {}).get(key) != value for key, value in node.items()):
            client.modality_write(name, node)
            changes += 1
    return changes


def node_echo(pk: int, node: ArchiveNode) -> tuple[Echo, int]:
    """C-ECHO from the archive to the node; what came of it, and after how many ms.

    Raises ExternalError if the archive is not available.
    """
    client = nodes_orthanc()
    client.ping()
    client.modality_write(f"{PREFIX}{pk}", _described(node))
    begun = time.monotonic()
    try:
        client.modality_echo(f"{PREFIX}{pk}", ECHO_TIMEOUT_S)
        outcome = Echo.OK
    except ExternalError:
        waited = time.monotonic() - begun >= ECHO_TIMEOUT_S * 0.9
        outcome = Echo.NO_ANSWER if waited else Echo.REFUSED
    return outcome, round((time.monotonic() - begun) * 1000)


def _described(node: ArchiveNode) -> dict[str, object]:
    """As the archive writes it. Queries and retrieval are not for nodes."""
    refused = ("AllowFind", "AllowFindWorklist", "AllowGet", "AllowMove", "AllowNAction")
    said = asdict(node)
    return {
        "AET": said["ae_title"],
        "Host": said["address"],
        "Port": said["port"],
        "UseDicomTls": said["tls"],
        "AllowEcho": True,
        "AllowStore": said["may_store"],
        **dict.fromkeys(refused, False),
        "AllowEventReport": False,
    }
