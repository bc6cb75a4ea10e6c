"""Compares what the database says with what the stores hold: after a restore, or at any time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ai.services.mask_files import heatmaps_unreadable, versions_unreadable
from common.outbox.services import summary
from pacs.index.deletion import instances_missing


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        problems = [
            *(f"archive: instance {orthanc_id} is missing" for orthanc_id in instances_missing()),
            *(f"masks: version {pk} is not what it was" for pk in versions_unreadable()),
            *(f"heatmaps: of segmentation {pk} is not what it was" for pk in heatmaps_unreadable()),
        ]
        for problem in problems:
            self.stdout.write(f"  {problem}")
        outbox = summary()
        self.stdout.write(
            f"  outbox: {outbox.done} done (never sent again), {outbox.pending} waiting, "
            f"{outbox.dead} dead"
        )
        if problems:
            raise CommandError(f"{len(problems)} problems, named above.")
        self.stdout.write("  every image and every mask is there")
