"""After a restore: signs a head of what there is now. Older heads are no longer held against it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.clients import NotReached
from audit.services import chain, copies, heads
from audit.services.key_rings import KeysMissing


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            while chain.seal_pending(everywhere=True):
                pass
            head = heads.sign_head(restarted=True, beyond=self._copied())
        except KeysMissing as error:
            raise CommandError(str(error)) from None
        if head is None:
            raise CommandError("Another process signs a head; try again.")
        self.stdout.write(f"  head {head.number} signed over {head.records} records")

    def _copied(self) -> int:
        """The store keeps the heads of before under their numbers, and gives none twice."""
        try:
            return copies.last_number()
        except NotReached:
            self.stderr.write("The object store was not reached: repeat restart_heads when it is.")
            return 0
