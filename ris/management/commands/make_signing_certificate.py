"""A certificate for the PDFs of signed reports, where the hospital has put none."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ris.reports.signing import certificate_make


class Command(BaseCommand):
    help = "Make a self-signed certificate that signs reports, unless there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        made = certificate_make()
        what = "A self-signed certificate is made in" if made else "There is a certificate in"
        self.stdout.write(f"{what} {settings.REPORT_SIGNING_DIR}.")
