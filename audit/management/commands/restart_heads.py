"""After a restore: signs a head of what there is now. Older heads are no longer held against it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import chain, heads
from audit.services.key_rings import KeysMissing


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            while chain.seal_pending(everywhere=True):
                pass
            head = heads.sign_head(restarted=True)
        except KeysMissing as error:
            raise CommandError(str(error)) from None
        if head is None:
            raise CommandError("Another process signs a head; try again.")
        self.stdout.write(f"  head {head.number} signed over {head.records} records")
