"""Uploads the sample images, or a folder of DICOM files, over the public HTTP API."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.http.api_client import ApiCallFailed, ApiClient, default_base_url, wait_until
from ris.management.nifti_to_dicom import SAMPLES, write_series

BATCH = 50
ACCESSION_NUMBERS = {"P2026-0001": "RIS2026-0001", "P2026-0002": "RIS2026-0002"}
STUDY_DATE = date(2026, 3, 2)
BAR_WIDTH = 30


class Command(BaseCommand):
    help = "Upload the sample MR series (or --path DIR) and wait until they are in the index."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--path", type=Path, help="a folder of DICOM files")
        parser.add_argument("--base-url", default=default_base_url())
        parser.add_argument("--username", default="radiologist")
        parser.add_argument("--password", default="radiologist123")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client = ApiClient.logged_in(
                options["base_url"], options["username"], options["password"]
            )
            if options["path"] is not None:
                self.upload(client, sorted(p for p in options["path"].rglob("*") if p.is_file()))
                return
            for folder in self.sample_folders():
                self.upload(client, sorted(folder.iterdir()))
        except ApiCallFailed as error:
            raise CommandError(str(error)) from None

    def sample_folders(self) -> Iterator[Path]:
        """Convert each sample volume to DICOM in a folder that is removed afterwards."""
        for sample in SAMPLES:
            with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as name:
                folder = Path(name)
                write_series(
                    sample,
                    folder,
                    accession_number=ACCESSION_NUMBERS[sample.patient_id],
                    study_date=STUDY_DATE,
                )
                yield folder

    def upload(self, client: ApiClient, paths: list[Path]) -> None:
        """Send batches of files, show a bar, then wait for the index."""
        counts: dict[str, int] = {}
        studies: set[str] = set()
        for start in range(0, len(paths), BATCH):
            batch = paths[start : start + BATCH]
            answer = self.send(client, batch)
            for file in answer["files"]:
                counts[file["status"]] = counts.get(file["status"], 0) + 1
                if file["status"] == "rejected":
                    self.stderr.write(f"  {file['name']}: {file['code']} {file['message']}")
            studies |= {study["study_instance_uid"] for study in answer["studies"]}
            self.bar(start + len(batch), len(paths), counts)
        self.stdout.write("")
        for uid in sorted(studies):
            wait_until(
                partial(client.status, f"ris/studies/{uid}/"),
                lambda status: status == 200,
                what=f"study {uid} in the index",
            )

    def send(self, client: ApiClient, batch: list[Path]) -> dict[str, Any]:
        with ExitStack() as stack:
            files = [("files", (p.name, stack.enter_context(p.open("rb")))) for p in batch]
            answer: dict[str, Any] = client.post("ris/upload/dicom/", files=files)
        return answer

    def bar(self, done: int, total: int, counts: dict[str, int]) -> None:
        filled = BAR_WIDTH * done // total
        said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        line = f"\r  [{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {done}/{total}  {said}"
        self.stdout.write(line, ending="")
        self.stdout.flush()
