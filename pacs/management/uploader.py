"""Uploads folders of DICOM files by the public API and waits until they are indexed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import le
from pathlib import Path
from typing import Any

from common.http.api_client import ApiCallFailed, ApiClient, wait_until
from common.http.multipart import MultipartFiles

BATCH_FILES = 50
ATTEMPTS = 5
INDEX_TIMEOUT_S = 300
Progress = Callable[[int, int], None]


@dataclass
class Uploader:
    """Counts the results of the files. Uploading a folder again stores nothing twice."""

    client: ApiClient
    statuses: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    instances: dict[str, set[str]] = field(default_factory=dict)

    def send(self, folder: Path, progress: Progress) -> None:
        """Upload every file below ``folder``. Raises ApiCallFailed when the API fails."""
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        done = 0
        for batch in _batches(files):
            answer = self._post([(str(path.relative_to(folder)), path) for path in batch])
            self._count(answer)
            done += len(batch)
            progress(done, len(files))

    def _post(self, files: Sequence[tuple[str, Path]]) -> dict[str, Any]:
        """Repeated while the archive is not available, which is safe."""
        for attempt in range(ATTEMPTS):
            body = MultipartFiles("files", files)
            response = self.client.call(
                "POST",
                "ris/upload/dicom/",
                also=(400, 503),
                data=body,
                headers={"Content-Type": body.content_type},
            )
            answer: dict[str, Any] = response.json()
            if "error" in answer and response.status_code == 400:
                return {"files": []}
            if "files" in answer and not any(f["code"] == "ERR_502" for f in answer["files"]):
                return answer
            time.sleep(2**attempt)
        raise ApiCallFailed("the image archive is not available")

    def _count(self, answer: dict[str, Any]) -> None:
        for file in answer["files"]:
            self.statuses[file["status"]] += 1
            if file["status"] == "rejected":
                self.rejected.append(file)
            else:
                study = self.instances.setdefault(file["study_instance_uid"], set())
                study.add(file["sop_instance_uid"])

    def wait_indexed(self) -> None:
        """Wait until all instances are indexed. Raises ApiCallFailed after INDEX_TIMEOUT_S."""
        for uid, instances in self.instances.items():
            wait_until(
                partial(self._indexed, uid),
                partial(le, len(instances)),
                what=f"study {uid} in the index",
                timeout_s=INDEX_TIMEOUT_S,
            )

    def _indexed(self, study_instance_uid: str) -> int:
        response = self.client.call("GET", f"ris/studies/{study_instance_uid}/", also=(404,))
        if response.status_code == 200:
            return sum(series["instances"] for series in response.json()["series"])
        unmatched = self.client.get("ris/unmatched/", study_instance_uid=study_instance_uid)
        return sum(study["instances"] for study in unmatched["results"])


def _batches(files: Sequence[Path]) -> Iterator[Sequence[Path]]:
    for start in range(0, len(files), BATCH_FILES):
        yield files[start : start + BATCH_FILES]
