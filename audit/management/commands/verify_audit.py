"""Compares audit records, seals, cursors and signed heads; the account that seals runs it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import chain
from audit.services.key_rings import KeysMissing, public_keys
from audit.services.verification import Verification, size
from common.management.bar import Bar


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--public-keys", action="store_true", help="print what verifies the heads elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["public_keys"]:
                for key_id, key in public_keys().items():
                    self.stdout.write(f"{key_id} ed25519 {key}")
                return
            self._verify()
        except KeysMissing as error:
            raise CommandError(str(error)) from None

    def _verify(self) -> None:
        while chain.seal_pending(everywhere=True):
            pass
        total = max(1, size())
        bar = Bar(self.stdout, "audit", total)
        verification = Verification(lambda done: bar.show(min(done, total)))
        breaks = 0
        for found in verification.breaks():
            self.stdout.write(f"  {found}")
            breaks += 1
        bar.show(total)
        for at in verification.restarts:
            self.stdout.write(f"  heads begun anew after a restore: {at}")
        if verification.copies_compared is False:
            self.stdout.write("  the object store was not reached, and not compared")
        if breaks:
            raise CommandError(f"{breaks} breaks, named above.")
        self.stdout.write("  the audit record is intact")
