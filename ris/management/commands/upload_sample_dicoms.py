"""Uploads the sample volumes, or a folder of one's own, over the public HTTP API."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.http.api_client import ApiCallFailed, ApiClient, default_base_url
from common.management.bar import Bar
from pacs.management.nifti_to_dicom import SAMPLES, write_series
from pacs.management.uploader import Uploader

ACCESSION_NUMBERS = {"P2026-0001": "RIS2026-0001", "P2026-0002": "RIS2026-0002"}
STUDY_DATE = date(2026, 3, 2)
MAX_REJECTED_SHOWN = 20


class Command(BaseCommand):
    help = "Upload the sample series, or the DICOM files and zips below a folder. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--path", type=Path, help="a folder of DICOM files")
        parser.add_argument("--base-url", default=default_base_url())
        parser.add_argument("--username", default="radiologist")
        parser.add_argument("--password", default="radiologist123")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["path"] and not options["path"].is_dir():
            raise CommandError(f"{options['path']} is not a folder.")
        try:
            uploader = Uploader(
                ApiClient.logged_in(options["base_url"], options["username"], options["password"])
            )
            if options["path"]:
                self._send(uploader, options["path"], options["path"].name)
            else:
                self._send_samples(uploader)
            uploader.wait_indexed()
        except ApiCallFailed as error:
            raise CommandError(str(error)) from None
        self._report(uploader)

    def _send_samples(self, uploader: Uploader) -> None:
        for sample in SAMPLES:
            with TemporaryDirectory(dir=settings.CDSS_DATA_DIR, prefix="sample-") as folder:
                write_series(
                    sample,
                    Path(folder),
                    accession_number=ACCESSION_NUMBERS[sample.patient_id],
                    study_date=STUDY_DATE,
                )
                self._send(uploader, Path(folder), sample.name)

    def _send(self, uploader: Uploader, folder: Path, name: str) -> None:
        bar: Bar | None = None

        def progress(done: int, total: int) -> None:
            nonlocal bar
            bar = bar or Bar(self.stdout, name, total)
            bar.show(done)

        uploader.send(folder, progress)

    def _report(self, uploader: Uploader) -> None:
        for file in uploader.rejected[:MAX_REJECTED_SHOWN]:
            self.stdout.write(f"  rejected: {file['name']}: {file['code']} {file['message']}")
        counts = ", ".join(f"{count} {status}" for status, count in uploader.statuses.items())
        self.stdout.write(
            f"  {counts or 'no file'}; {len(uploader.instances)} studies in the index"
        )
        if uploader.rejected and not uploader.instances:
            raise CommandError("No file was stored.")
