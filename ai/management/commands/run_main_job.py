"""Plays the main job once over the public HTTP API, with a line and a time per step."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ai.management.main_job import MainJob
from common.http.api_client import ApiCallFailed, default_base_url


class Command(BaseCommand):
    help = "Order, images, AI mask, correction, approval, DICOM SEG, FHIR; over HTTP alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--study", help="Study Instance UID (the first sample study by default)"
        )
        parser.add_argument("--base-url", default=default_base_url())
        parser.add_argument(
            "--once", action="store_true", help="do nothing when the study was published before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = MainJob(options["base_url"], self.stdout.write, options["study"])
            before = job.published_before() if options["once"] else None
            if before:
                report = before["publication"]["fhir"]["diagnostic_report"]
                self.stdout.write(
                    f"  published before: AI job {before['id']}, DiagnosticReport/{report}"
                )
                return
            job.run()
        except ApiCallFailed as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"  {'in all · 합계':<46} {sum(job.timings.values()):7.2f} s")
