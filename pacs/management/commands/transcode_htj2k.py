"""Make the frame store anew, or go on where it stopped."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from common.errors import ExternalError
from common.management.bar import Bar
from pacs.choices import Htj2k
from pacs.derived import frame_store
from pacs.htj2k.transcoding import study_transcode
from pacs.models import Instance, Study


class Command(BaseCommand):
    help = "Keep the frames of one study or of all in HTJ2K. Stopped, it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--study", metavar="UID", help="this Study Instance UID")
        which.add_argument("--all", action="store_true", help="every study, the newest first")
        parser.add_argument(
            "--rebuild", action="store_true", help="also what is stored or was refused before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        instances = Instance.objects.all()
        if options["study"]:
            instances = instances.filter(series__study__study_instance_uid=options["study"])
            if not instances.exists():
                raise CommandError("There is no such study.")
        if options["rebuild"]:
            instances.update(htj2k=Htj2k.WAITING, htj2k_reason="")
        failed = self._transcode(instances.filter(htj2k=Htj2k.WAITING))
        self._report(instances)
        if failed:
            raise CommandError(f"{failed} Run it again: it goes on where it stopped.")

    def _transcode(self, waiting: QuerySet[Instance]) -> ExternalError | None:
        """The last that the archive failed with, which keeps no other study waiting."""
        failed: ExternalError | None = None
        studies = Study.objects.filter(series__instances__in=waiting).distinct()
        bar = Bar(self.stdout, "frames", waiting.count())
        for study_id in studies.order_by("-study_date", "-pk").values_list("pk", flat=True):
            try:
                study_transcode(study_id, bar.add)
            except ExternalError as error:
                failed = error
            if frame_store.paused():
                raise CommandError("The disk is too full. Make room and run it again.")
        return failed

    def _report(self, instances: QuerySet[Instance]) -> None:
        for state in Htj2k:
            self.stdout.write(f"  {state.lower():<8} {instances.filter(htj2k=state).count()}")
