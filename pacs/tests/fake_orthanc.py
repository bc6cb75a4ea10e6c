"""Orthanc as far as the client sees it, behind the transport."""

from __future__ import annotations

import hashlib
import io
import json
import re
from typing import Any
from uuid import uuid4

import pydicom
import requests
import responses
from django.conf import settings
from pydicom.encaps import get_frame

from common.http.fetch import Allocate, Fetcher

Answer = tuple[int, dict[str, str], str | bytes]


def _id(*parts: str) -> str:
    digest = hashlib.sha1("|".join(parts).encode(), usedforsecurity=False).hexdigest()
    return "-".join(digest[i : i + 8] for i in range(0, 40, 8))


def fetched(fetcher: Fetcher, path: str, headers: Any, _: Any, allocate: Allocate) -> Any:
    """``Fetcher.get`` by the same transport as everything else."""
    answer = requests.get(settings.ORTHANC_URL + path, headers=headers, timeout=5)
    content = answer.content if answer.status_code == 200 else b""
    memory = allocate(len(content))
    memory[:] = content
    return answer.status_code, memory


LARGE = ("PixelData", "EncapsulatedDocument")


class FakeOrthanc:
    """Keeps files like Orthanc with OverwriteInstances off; ``broken`` ids answer 500. What it
    finds in a file besides is ``misread``."""

    def __init__(self, transport: responses.RequestsMock) -> None:
        self.files: dict[str, bytes] = {}
        self.tags: dict[str, dict[str, Any]] = {}
        self.changes: list[tuple[str, str] | None] = []
        """By sequence from 1; None where the resource and its changes were deleted."""
        self.born = str(uuid4())
        self.broken: set[str] = set()
        self.misread: dict[str, str] = {}
        self.origins: dict[str, dict[str, str]] = {}
        self.down = False
        for method, path, answer in (
            ("POST", "/instances", self._add),
            ("POST", "/tools/lookup", self._lookup),
            ("POST", "/tools/bulk-content", self._bulk),
            ("GET", "/changes", self._changes),
            ("GET", "/system", lambda _: (200, {}, "{}")),
            ("GET", "/statistics", self._statistics),
            ("GET", "/instances/([^/]+)/attachments/dicom/md5", self._md5),
            ("GET", "/instances/([^/]+)/simplified-tags", self._simplified),
            ("GET", "/instances/([^/]+)/header", self._header),
            ("GET", "/instances/([^/]+)/file", self._file),
            ("GET", "/instances/([^/]+)/frames/[0-9]+/raw", self._frame),
            ("GET", "/studies/([^/]+)", self._study),
            ("DELETE", "/instances/([^/]+)", self._delete),
            ("DELETE", "/series/([^/]+)", self._delete_series),
        ):
            url = re.compile(f"{re.escape(settings.ORTHANC_URL)}{path}(\\?.*)?$")
            transport.add_callback(method, url, self._guarded(answer))

    def _guarded(self, answer: Any) -> Any:
        def respond(request: requests.PreparedRequest) -> Answer:
            if self.down:
                raise requests.ConnectionError
            found: Answer = answer(request)
            return found

        return respond

    def _statistics(self, _: requests.PreparedRequest) -> Answer:
        return 200, {}, json.dumps({"CountInstances": len(self.files)})

    def receive(self, file: bytes, ae_title: str, address: str) -> str:
        """By C-STORE."""
        orthanc_id = self.store(file)
        origin = {"Origin": "DicomProtocol", "RemoteAET": ae_title, "RemoteIP": address}
        self.origins[orthanc_id] = origin
        return orthanc_id

    def store(self, file: bytes) -> str:
        """As if it came by C-STORE from nobody knows where."""
        image = pydicom.dcmread(io.BytesIO(file))
        levels = [
            str(image.get(keyword, ""))
            for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        ]
        orthanc_id = _id(*levels)
        if orthanc_id not in self.files:
            self.files[orthanc_id] = file
            self.tags[orthanc_id] = {
                element.keyword: None if element.keyword in LARGE else _value(element.value)
                for element in image
            }
            self.changes.append(("NewInstance", orthanc_id))
        return orthanc_id

    def _add(self, request: Any) -> Answer:
        body = request.body if isinstance(request.body, bytes) else request.body.read()
        try:
            pydicom.dcmread(io.BytesIO(body))
        except pydicom.errors.InvalidDicomError:
            return 400, {}, ""
        before = len(self.files)
        orthanc_id = self.store(body)
        status = "Success" if len(self.files) > before else "AlreadyStored"
        return 200, {}, json.dumps({"ID": orthanc_id, "Status": status})

    def _lookup(self, request: Any) -> Answer:
        uid = request.body if isinstance(request.body, str) else request.body.decode()
        found = [
            {"ID": orthanc_id, "Type": "Instance"}
            for orthanc_id, tags in self.tags.items()
            if tags["SOPInstanceUID"] == uid
        ]
        studies = {
            _id(tags.get("PatientID", ""), uid)
            for tags in self.tags.values()
            if tags["StudyInstanceUID"] == uid
        }
        found += [{"ID": orthanc_id, "Type": "Study"} for orthanc_id in studies]
        found += [{"ID": series, "Type": "Series"} for series in {*self._series_of(uid).values()}]
        return 200, {}, json.dumps(found)

    def _series_of(self, uid: str) -> dict[str, str]:
        """The instances with this Series Instance UID, each with its series."""
        return {
            orthanc_id: _id(tags.get("PatientID", ""), tags["StudyInstanceUID"], uid)
            for orthanc_id, tags in self.tags.items()
            if orthanc_id in self.files and tags["SeriesInstanceUID"] == uid
        }

    def _delete_series(self, request: Any) -> Answer:
        for tags in [*self.tags.values()]:
            for orthanc_id, series in self._series_of(tags["SeriesInstanceUID"]).items():
                if series == request.url.split("/")[-1]:
                    self.files.pop(orthanc_id)
        return 200, {}, "{}"

    def _study(self, request: Any) -> Answer:
        orthanc_id = request.url.split("/")[-1]
        for tags in self.tags.values():
            patient = tags.get("PatientID", "")
            if _id(patient, tags["StudyInstanceUID"]) == orthanc_id:
                return 200, {}, json.dumps({"PatientMainDicomTags": {"PatientID": patient}})
        return 404, {}, ""

    def _md5(self, request: Any) -> Answer:
        file = self.files.get(request.url.split("/")[-4])
        if file is None:
            return 404, {}, ""
        return 200, {}, hashlib.md5(file, usedforsecurity=False).hexdigest()

    def _header(self, request: Any) -> Answer:
        image = self._image(request.url.split("/")[-2])
        syntax = {"Name": "TransferSyntaxUID", "Value": image.file_meta.TransferSyntaxUID}
        return 200, {}, json.dumps({"0002,0010": syntax})

    def _file(self, request: Any) -> Answer:
        orthanc_id = request.url.split("/")[-2]
        file = self.files.get(orthanc_id)
        if orthanc_id in self.broken:
            return 500, {}, ""
        return (404, {}, "") if file is None else (200, {}, file)

    def _frame(self, request: Any) -> Answer:
        """Of an encapsulated image, as it is stored."""
        image, index = self._image(request.url.split("/")[-4]), int(request.url.split("/")[-2])
        frames = int(image.get("NumberOfFrames", 1))
        return 200, {}, get_frame(image.PixelData, index, number_of_frames=frames)

    def _image(self, orthanc_id: str) -> pydicom.Dataset:
        return pydicom.dcmread(io.BytesIO(self.files[orthanc_id]))

    def _changes(self, request: Any) -> Answer:
        rows = [(seq, change) for seq, change in enumerate(self.changes, 1) if change]
        newest = rows[-1][0] if rows else 0
        if "last" in request.params:
            return 200, {}, json.dumps({"Changes": [], "Last": newest, "Done": True})
        since, limit = int(request.params["since"]), int(request.params["limit"])
        page = [(seq, change) for seq, change in rows if seq > since][:limit]
        last = page[-1][0] if page else newest
        changes = [
            {"Seq": seq, "ChangeType": kind, "ID": orthanc_id, "Date": self.born}
            for seq, (kind, orthanc_id) in page
        ]
        return 200, {}, json.dumps({"Changes": changes, "Last": last, "Done": last == newest})

    def cascade(self, orthanc_id: str) -> None:
        """Delete an instance with its changes, as Orthanc does."""
        del self.files[orthanc_id]
        self.changes = [c if c and c[1] != orthanc_id else None for c in self.changes]

    def _bulk(self, request: Any) -> Answer:
        asked = json.loads(request.body)
        answer: list[dict[str, Any]] = []
        for orthanc_id in sorted(asked["Resources"]):
            if orthanc_id not in self.files:
                continue
            tags = self.tags[orthanc_id]
            patient, study = str(tags.get("PatientID", "")), tags.get("StudyInstanceUID", "")
            series_id = _id(patient, study, tags.get("SeriesInstanceUID", ""))
            if asked["Level"] == "Series":
                answer.append({"ID": series_id, "ParentStudy": _id(patient, study)})
            else:
                answer.append(
                    {
                        "ID": orthanc_id,
                        "ParentSeries": series_id,
                        "FileSize": len(self.files[orthanc_id]),
                        "Metadata": self._metadata(orthanc_id),
                    }
                )
        return 200, {}, json.dumps(answer)

    def _metadata(self, orthanc_id: str) -> dict[str, str]:
        """Without a transfer syntax for HTJ2K, which it does not know."""
        syntax = self._image(orthanc_id).file_meta.TransferSyntaxUID
        known = not syntax.startswith("1.2.840.10008.1.2.4.20")
        return self.origins.get(orthanc_id, {}) | ({"TransferSyntax": syntax} if known else {})

    def _delete(self, request: Any) -> Answer:
        gone = self.files.pop(request.url.split("/")[-1], None)
        return (404 if gone is None else 200), {}, "{}"

    def _simplified(self, request: Any) -> Answer:
        orthanc_id = request.url.split("/")[-2]
        if orthanc_id in self.broken:
            return 500, {}, ""
        if orthanc_id not in self.files:
            return 404, {}, ""
        return 200, {}, json.dumps(self.tags[orthanc_id] | self.misread)


def _value(value: Any) -> Any:
    if isinstance(value, pydicom.sequence.Sequence):
        return [{element.keyword: _value(element.value) for element in item} for item in value]
    if isinstance(value, pydicom.multival.MultiValue):
        return "\\".join(map(str, value))
    return str(value)
