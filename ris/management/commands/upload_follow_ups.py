"""Uploads the follow-up studies of the sample ward, and records what is measured on them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from acct import selectors as accounts
from common.http.api_client import ApiCallFailed, ApiClient, default_base_url
from pacs.management.uploader import Uploader
from ris.management.sample.follow_up_images import FollowUp, follow_ups
from treatment.services.responses import response_create


class Command(BaseCommand):
    help = "Upload the follow-up studies of init_sample_data's tumours. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--base-url", default=default_base_url())
        parser.add_argument("--username", default="radiologist")
        parser.add_argument("--password", default="radiologist123")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TEST_USERS_ALLOWED:
            raise CommandError("Sample data exist in development only; nothing was uploaded.")
        waiting = list(follow_ups())
        try:
            client = ApiClient.logged_in(
                options["base_url"], options["username"], options["password"]
            )
            self._send(Uploader(client), waiting)
        except ApiCallFailed as error:
            raise CommandError(str(error)) from None
        doctor = accounts.users_list().get(username="doctor")
        for one in waiting:
            response_create(actor=doctor, **one.assessment())
        self.stdout.write(f"  {len(waiting)} follow-up studies uploaded and measured")

    def _send(self, uploader: Uploader, waiting: list[FollowUp]) -> None:
        with TemporaryDirectory(dir=settings.CDSS_DATA_DIR, prefix="follow-ups-") as folder:
            for number, one in enumerate(waiting):
                one.write(Path(folder) / str(number))
            uploader.send(Path(folder), lambda done, total: None)
        if uploader.rejected:
            first = uploader.rejected[0]
            raise CommandError(f"rejected: {first['code']} {first['message']}")
        uploader.wait_indexed()
