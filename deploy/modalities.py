"""The modalities that may send by C-STORE, as Orthanc's configuration wants them.

DICOM_MODALITIES names each as AE title@address, or AE title@address:port, with commas between.
"""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass

SAMPLE = "SAMPLE_MOD@127.0.0.1:11112"
"""Known in development only."""
DEFAULT_PORT = 104
_AE_TITLE = re.compile(r"[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?")
"""PS3.5 6.2, AE: at most 16 characters of ASCII without the backslash, no blank at an end."""


class ModalityError(ValueError):
    """DICOM_MODALITIES cannot be read; the message quotes the part that is wrong."""


@dataclass(frozen=True)
class Modality:
    """An application entity. ``port``: where it takes associations itself; never called by us."""

    ae_title: str
    address: str
    port: int

    @property
    def is_on_this_machine(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def parse(text: str) -> list[Modality]:
    """Raises ModalityError."""
    found = [_one(part.strip()) for part in text.split(",") if part.strip()]
    titles = [modality.ae_title for modality in found]
    for title in titles:
        if titles.count(title) > 1:
            raise ModalityError(f"DICOM_MODALITIES names {title} twice")
    return found


def _one(text: str) -> Modality:
    title, _, place = text.rpartition("@")
    address, _, port = place.partition(":")
    try:
        ipaddress.IPv4Address(address)  # the archive compares it with who calls: a name never fits
        number = int(port or DEFAULT_PORT)
    except ValueError:
        number = 0
    if not _AE_TITLE.fullmatch(title) or not 0 < number < 65536:
        raise ModalityError(
            f"DICOM_MODALITIES: {text!r} is not AE_TITLE@IPV4_ADDRESS or AE_TITLE@IPV4_ADDRESS:PORT"
        )
    return Modality(title, address, number)


def orthanc_json(modalities: list[Modality]) -> str:
    """DicomModalities: each may verify (C-ECHO) and send (C-STORE), and nothing else."""
    rights = {"AllowEcho": True, "AllowStore": True}
    refused = dict.fromkeys(("AllowFind", "AllowGet", "AllowMove"), False)
    nodes = {
        f"node{number}": {"AET": one.ae_title, "Host": one.address, "Port": one.port}
        | rights
        | refused
        for number, one in enumerate(modalities, 1)
    }
    return json.dumps(nodes, indent=2)
