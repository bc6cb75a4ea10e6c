"""A study is on the worklist as soon as its first image is in the index."""

from __future__ import annotations

import pytest

from pacs.index import change_feed
from pacs.models import Study
from pacs.tests.conftest import archive  # noqa: F401  (a fixture)
from pacs.tests.dicom_files import mr_image, part10
from ris.models import WorklistEntry

pytestmark = pytest.mark.django_db


def test_a_study_of_one_image_is_to_be_read(archive, api, patient_factory):  # noqa: F811
    patient = patient_factory()
    archive.store(part10(mr_image(PatientID=patient.patient_id)))
    change_feed.changes_poll()
    study = Study.objects.get()
    entry = WorklistEntry.objects.get(pk=study.pk)
    assert (entry.modality, entry.patient_id) == ("MR", patient.pk)
    assert entry.waiting_since == study.last_instance_at
    listed = api("rib").get("/api/ris/worklist/").json()["results"]
    assert [row["id"] for row in listed] == [study.pk]
