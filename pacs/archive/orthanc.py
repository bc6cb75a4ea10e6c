"""The client of Orthanc's REST API (1.10 and later).

An Orthanc id is the SHA-1 of Patient ID, Study, Series and SOP Instance UID; it is taken from
Orthanc's responses and never computed here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal
from urllib.parse import urlsplit

import requests
from django.conf import settings

from common.errors import ErrorCode, ExternalError, InvalidInput, NotFound
from common.http.client import HttpClient
from common.http.fetch import Allocate, new_memory
from common.once import once

STORE_TIMEOUT_S = 120.0
NO_BREAKER = 1_000_000_000


@dataclass(frozen=True, slots=True)
class StoredInstance:
    """``already``: this SOP Instance UID was stored before, and was not overwritten."""

    orthanc_id: str
    status: Literal["stored", "already"]


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the change feed; ``kind``: Orthanc's name, for example NewInstance.

    ``at``: the archive's local time, as it writes it.
    """

    seq: int
    kind: str
    orthanc_id: str
    at: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of the feed. ``last``: sequence to continue from; ``done``: no more changes."""

    changes: tuple[Change, ...]
    last: int
    done: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent an instance by C-STORE: its AE title, and the address of the connection."""

    ae_title: str
    address: str


@dataclass(frozen=True, slots=True)
class ArchivedInstance:
    """An instance of the archive, without its tags. ``file_size`` in bytes.

    ``sender``: None if it did not come by C-STORE.
    """

    orthanc_id: str
    series_orthanc_id: str
    study_orthanc_id: str
    transfer_syntax_uid: str
    file_size: int
    sender: Sender | None = None


class OrthancClient(HttpClient):
    """All methods raise ExternalError(ARCHIVE_UNAVAILABLE) if the archive fails."""

    def __init__(self, **options: Any) -> None:
        super().__init__(settings.ORTHANC_URL, unavailable=ErrorCode.ARCHIVE_UNAVAILABLE, **options)
        self.session.auth = settings.ORTHANC_CREDENTIALS

    def instance_add(self, stream: BinaryIO) -> StoredInstance:
        """Store one DICOM file, streamed from ``stream``.

        Raises InvalidInput when the archive cannot read it.
        """
        response = self.request(
            "POST",
            "/instances",
            data=stream,
            headers={"Content-Type": "application/dicom"},
            read_timeout_s=STORE_TIMEOUT_S,
        )
        if response.status_code in (400, 415):
            raise InvalidInput(ErrorCode.DICOM_UNREADABLE)
        answer = self._json(response)
        status = {"Success": "stored", "AlreadyStored": "already"}.get(answer.get("Status"))
        if status is None:
            raise self._refused("not stored")
        return StoredInstance(answer["ID"], "stored" if status == "stored" else "already")

    def instance_delete(self, orthanc_id: str) -> None:
        """Delete an instance; no error if it does not exist."""
        response = self.request("DELETE", f"/instances/{orthanc_id}")
        if response.status_code != 404:
            self._ok(response)

    def instance_md5(self, orthanc_id: str) -> str | None:
        """MD5 (hex) of the stored file; None if it does not exist."""
        response = self.request("GET", f"/instances/{orthanc_id}/attachments/dicom/md5")
        return None if response.status_code == 404 else self._ok(response).text.strip()

    def instance_file(self, orthanc_id: str) -> bytes:
        """The DICOM file as it is stored."""
        return bytes(self.instance_read(orthanc_id, new_memory))

    def instance_read(self, orthanc_id: str, allocate: Allocate) -> memoryview:
        """The DICOM file as it is stored, in the memory that ``allocate`` returns."""
        return self._content(f"/instances/{orthanc_id}/file", allocate)

    def instance_frame(self, orthanc_id: str, index: int) -> bytes:
        """Frame ``index`` from 0 as it is stored: raw pixels or a codestream."""
        return bytes(self._content(f"/instances/{orthanc_id}/frames/{index}/raw", new_memory))

    def _content(self, path: str, allocate: Allocate) -> memoryview:
        status, content = self.content(path, read_timeout_s=STORE_TIMEOUT_S, allocate=allocate)
        if status != 200:
            raise self._refused(f"status {status}")
        return content

    def metadata_write(self, path: str, value: str) -> None:
        """Set user metadata (``/series/ID/metadata/NUMBER``). Raises NotFound (series)."""
        response = self.request("PUT", path, data=value)
        if response.status_code == 404:
            raise NotFound(ErrorCode.SERIES_NOT_FOUND)
        self._ok(response)

    def metadata(self, path: str) -> str | None:
        """User metadata; None if it does not exist."""
        response = self.request("GET", path)
        return None if response.status_code == 404 else self._ok(response).text

    def metadata_delete(self, path: str) -> None:
        """Delete user metadata; no error if it does not exist."""
        response = self.request("DELETE", path)
        if response.status_code != 404:
            self._ok(response)

    def transfer_syntax(self, orthanc_id: str) -> str:
        """The Transfer Syntax UID that the file's own header names; empty if it does not exist."""
        response = self.request("GET", f"/instances/{orthanc_id}/header")
        if response.status_code == 404:
            return ""
        try:
            return str(self._json(response)["0002,0010"]["Value"]).strip()
        except (KeyError, TypeError):
            return ""

    def instances_with_uid(self, sop_instance_uid: str) -> list[str]:
        """Orthanc ids of the instances with a SOP Instance UID (0008,0018)."""
        return self._with_uid(sop_instance_uid, "Instance")

    def _with_uid(self, uid: str, level: str) -> list[str]:
        found = self._json(self.request("POST", "/tools/lookup", data=uid))
        return [entry["ID"] for entry in found if entry["Type"] == level]

    def series_delete(self, series_instance_uid: str) -> None:
        """Delete each series with this UID (0020,000E); no error if there is none."""
        for orthanc_id in self._with_uid(series_instance_uid, "Series"):
            response = self.request("DELETE", f"/series/{orthanc_id}")
            if response.status_code != 404:
                self._ok(response)

    def patient_ids_of_study(self, study_instance_uid: str) -> list[str]:
        """Patient ID (0010,0020) of each study in the archive with this UID, without blanks."""
        studies = self._with_uid(study_instance_uid, "Study")
        answers = [self.request("GET", f"/studies/{study}") for study in studies]
        rows = [self._json(answer) for answer in answers if answer.status_code != 404]
        return [row["PatientMainDicomTags"].get("PatientID", "").strip() for row in rows]

    def stow(self, part10: bytes) -> None:
        """Store one DICOM file by STOW-RS (PS3.18 10.5). An existing instance is not overwritten.

        Raises ExternalError, not retryable when the archive refuses the object.
        """
        boundary = uuid.uuid4().hex
        body = b"".join(
            (
                f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode(),
                part10,
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )
        response = self.request(
            "POST",
            "/dicom-web/studies",
            data=body,
            headers={
                "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
                "Accept": "application/dicom+json",
            },
            read_timeout_s=STORE_TIMEOUT_S,
        )
        if "00081199" not in self._json(response):
            raise self._refused("the object was not stored")

    def series_metadata(
        self, study_instance_uid: str, series_instance_uid: str
    ) -> list[dict[str, Any]]:
        """The attributes of all instances in DICOM JSON (PS3.18 annex F).

        Bulk data URIs point to the gateway.
        """
        public = urlsplit(settings.PUBLIC_BASE_URL)
        response = self.request(
            "GET",
            f"/dicom-web/studies/{study_instance_uid}/series/{series_instance_uid}/metadata",
            headers={
                "Accept": "application/dicom+json",
                "Forwarded": f"host={public.netloc}/api/ris;proto={public.scheme}",
            },
            read_timeout_s=STORE_TIMEOUT_S,
        )
        found: list[dict[str, Any]] = self._json(response)
        return found

    def instance_count(self) -> int:
        """Number of instances in the archive."""
        try:
            return int(self._json(self.request("GET", "/statistics"))["CountInstances"])
        except (KeyError, TypeError, ValueError):
            raise self._invalid_response() from None

    def changes_last(self) -> int:
        """The sequence of the newest change; 0 for an empty archive."""
        return int(self._json(self.request("GET", "/changes?last"))["Last"])

    def changes(self, *, since: int, limit: int) -> ChangePage:
        """The changes after sequence ``since``, oldest first."""
        answer = self._json(self.request("GET", f"/changes?since={since}&limit={limit}"))
        try:
            changes = tuple(
                Change(int(c["Seq"]), c["ChangeType"], c["ID"], c["Date"])
                for c in answer["Changes"]
            )
            return ChangePage(changes, int(answer["Last"]), bool(answer["Done"]))
        except (KeyError, TypeError, ValueError):
            raise self._invalid_response() from None

    def instances_describe(self, orthanc_ids: Sequence[str]) -> list[ArchivedInstance]:
        """Ids, size and transfer syntax of the instances that still exist, in two requests."""
        if not orthanc_ids:
            return []
        try:
            parents = {s["ID"]: s["ParentStudy"] for s in self._bulk(orthanc_ids, "Series")}
            return [
                ArchivedInstance(
                    orthanc_id=raw["ID"],
                    series_orthanc_id=raw["ParentSeries"],
                    study_orthanc_id=parents[raw["ParentSeries"]],
                    transfer_syntax_uid=raw.get("Metadata", {}).get("TransferSyntax", ""),
                    file_size=int(raw.get("FileSize", 0)),
                    sender=_sender(raw.get("Metadata", {})),
                )
                for raw in self._bulk(orthanc_ids, "Instance")
                if raw["ParentSeries"] in parents
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._invalid_response() from None

    def _bulk(self, orthanc_ids: Sequence[str], level: str) -> list[dict[str, Any]]:
        body = {"Resources": list(orthanc_ids), "Level": level, "Metadata": True}
        found: list[dict[str, Any]] = self._json(
            self.request("POST", "/tools/bulk-content", json=body)
        )
        return found

    def instance_tags(self, orthanc_id: str) -> dict[str, Any] | None:
        """Keyword to value, texts in UTF-8, several values joined by a backslash; None if deleted.

        Read without the pixels; a value over 256 bytes is None.
        """
        response = self.request("GET", f"/instances/{orthanc_id}/simplified-tags")
        if response.status_code == 404:
            return None
        tags = self._json(response)
        if not isinstance(tags, dict):
            raise self._invalid_response()
        return tags

    def modalities(self) -> dict[str, dict[str, Any]]:
        """The application entities that the archive knows, by its names for them."""
        found: dict[str, dict[str, Any]] = self._json(self.request("GET", "/modalities?expand"))
        return found

    def modality_write(self, name: str, node: Mapping[str, Any]) -> None:
        """Add or replace one, until the archive is restarted."""
        self._ok(self.request("PUT", f"/modalities/{name}", json=node))

    def modality_delete(self, name: str) -> None:
        """Forget one; no error if it does not exist."""
        response = self.request("DELETE", f"/modalities/{name}")
        if response.status_code != 404:
            self._ok(response)

    def modality_echo(self, name: str, timeout_s: int) -> None:
        """C-ECHO. Raises ExternalError if it fails or takes longer."""
        body = {"Timeout": timeout_s}
        path = f"/modalities/{name}/echo"
        self._ok(self.request("POST", path, json=body, read_timeout_s=timeout_s + 5.0))

    def ping(self) -> None:
        """Raises ExternalError if the archive is not available."""
        self._ok(self.request("GET", "/system"))

    def _ok(self, response: requests.Response) -> requests.Response:
        if not response.ok:
            raise self._refused(f"status {response.status_code}")
        return response

    def _json(self, response: requests.Response) -> Any:
        try:
            return self._ok(response).json()
        except ValueError:
            raise self._invalid_response() from None

    def _refused(self, reason: str) -> ExternalError:
        return ExternalError(self.unavailable, reason, retryable=False)

    def _invalid_response(self) -> ExternalError:
        return ExternalError(self.unavailable, "invalid response", retryable=True)


def _sender(metadata: Mapping[str, str]) -> Sender | None:
    if metadata.get("Origin") != "DicomProtocol":
        return None
    return Sender(metadata.get("RemoteAET", "").strip(), metadata.get("RemoteIP", ""))


@once
def orthanc() -> OrthancClient:
    """The client of this process."""
    return OrthancClient()


@once
def feed_orthanc() -> OrthancClient:
    """The client of the change feed: no circuit breaker, so one bad instance cannot block it.

    The feed polls every second in any case, and that is little load for an archive that is down.
    """
    return OrthancClient(fail_max=NO_BREAKER, retries=0)


@once
def nodes_orthanc() -> OrthancClient:
    """The client for the nodes: an echo that fails is no failure of the archive."""
    return OrthancClient(fail_max=NO_BREAKER, retries=0)
