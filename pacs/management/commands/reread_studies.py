"""Read studies of the index again from the archive, after an update that reads more of them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from emr import selectors as patients
from pacs.index.rereading import study_reread
from pacs.models import Study


class Command(BaseCommand):
    help = "Read the attributes of studies and series again from the archive"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "study_instance_uid", nargs="*", help="these studies; all if there is none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        studies = Study.objects.order_by("pk")
        if options["study_instance_uid"]:
            studies = studies.filter(study_instance_uid__in=options["study_instance_uid"])
        changed = 0
        for study in studies.iterator(chunk_size=500):
            if not study_reread(study):
                continue
            changed += 1
            patient = patients.patient_by_mrn(study.dicom_patient_id)
            if study.patient_id and (patient is None or patient.pk != study.patient_id):
                self.stdout.write(
                    f"{study.study_instance_uid}: its Patient ID names another patient"
                )
        self.stdout.write(f"{changed} studies changed")
