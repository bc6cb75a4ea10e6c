"""What the index keeps of the making of SEG and SR."""

from __future__ import annotations

from datetime import date

import pytest
from pydicom.dataset import Dataset

from pacs.index import change_feed
from pacs.models import DerivedObject
from pacs.tests.dicom_files import mr_image, part10

pytestmark = pytest.mark.django_db


def test_an_object_says_who_made_it_and_what_it_replaces(archive):
    observer = Dataset()
    concept = Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator = "121008", "DCM"
    observer.ConceptNameCodeSequence = [concept]
    observer.ValueType = "PNAME"
    observer.PersonName = "Lee^Seoyeon"
    replaced = Dataset()
    replaced.ReferencedSOPInstanceUID = "1.2.3"
    of_series = Dataset()
    of_series.ReferencedSOPSequence = [replaced]
    of_study = Dataset()
    of_study.ReferencedSeriesSequence = [of_series]
    report = mr_image(Modality="SR", ContentDate="20260106", ContentTime="101500")
    report.ContentCreatorName = "Somebody^Else"
    report.ContentSequence = [observer]
    report.PredecessorDocumentsSequence = [of_study]
    archive.store(part10(report))
    mask = mr_image(Modality="SEG", ContentDate="2026.01.07")
    mask.ContentCreatorName = "Park^Doyun"
    archive.store(part10(mask))
    archive.store(part10(mr_image()))
    change_feed.changes_poll()
    columns = ("author", "content_date", "content_time", "predecessors")
    assert list(DerivedObject.objects.order_by("pk").values_list(*columns)) == [
        ("Lee^Seoyeon", date(2026, 1, 6), "101500", ["1.2.3"]),
        ("Park^Doyun", date(2026, 1, 7), "", []),
    ]
