"""The list of studies: search by name and number, and its order by each column."""

from __future__ import annotations

from datetime import date

import pytest

from audit.lists import searched_hash
from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from emr.services import patient_update
from ocs.models import Order
from pacs import handlers
from pacs.index import deletion
from pacs.index.list_keys import list_keys_write
from pacs.index.study_search import FEW
from pacs.models import Series, Study
from pacs.tests import index

pytestmark = pytest.mark.django_db
LIST = "/api/ris/studies/"


@pytest.fixture
def listed(api, users):
    def ids(role="doctor", **query):
        return [row["id"] for row in api(role).get(LIST, query).json()["results"]]

    return ids


@pytest.mark.parametrize("few", [FEW, 0])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kim", True),
        ("MINJUN kim", True),
        ("min", True),
        ("金", True),
        ("珉俊", True),
        ("김민준", True),
        ("김민", True),
        ("민준 김", True),
        ("金珉俊", True),
        ("홍길동", True),  # the name in the record
        ("길동", True),
        ("P77-", True),
        ("p77-0", True),
        ("OLD-9", True),
        ("MRI77", True),
        ("임꺽정", True),  # of a record that was merged into this one
        ("Q88-0", True),
        ("김준", False),
        ("kim seo", False),
        ("jun", False),
        ("%", False),
        ("_", False),
        ("77", False),
    ],
)
def test_search(listed, patient_factory, monkeypatch, few, query, found):
    monkeypatch.setattr("pacs.index.study_search.FEW", few)
    patient = patient_factory(patient_id="P77-001", full_name="홍길동")
    patient_factory(patient_id="Q88-001", full_name="임꺽정", merged_into=patient)
    wanted = index.study(
        patient,
        dicom_patient_id="OLD-9",
        dicom_patient_name="Kim^Minjun=金^珉俊=김^민준",
        accession_number="MRI770",
    )
    index.study(patient_factory(full_name="Seo Ara"), dicom_patient_name="Seo^Ara=徐^亞羅=서^아라")
    assert listed(search=query) == ([wanted.pk] if found else [])


def test_search_finds_only_what_the_person_may_see(listed, mine):
    index.study(None)
    assert set(listed(search="kim")) == {mine.study.pk, mine.other.pk}
    assert listed("external", search="kim") == [mine.study.pk]


def test_a_search_is_recorded_with_whom_it_showed_and_not_what_was_searched(api, mine):
    api("doctor").get(LIST, {"search": "Kim"})
    log = AuditLog.objects.get(action="study.list")
    assert set(log.detail["rows"]) == {mine.study.study_instance_uid, mine.other.study_instance_uid}
    assert log.detail["filters"] == {"search": [searched_hash("kim")]}


@pytest.mark.parametrize("query", [{"search": "x" * 101}, {"ordering": "name"}])
def test_what_cannot_be_asked_is_refused(api, users, query):
    answer = api("doctor").get(LIST, query)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, next(iter(query)))


@pytest.fixture
def three(patient_factory, users):
    """Studies by the place that each has in a list by every column: name, modality, urgency."""
    facts = [
        ("Ahn", "CT", "stat", date(2026, 1, 3)),
        ("Bae", "MR", "urgent", date(2026, 1, 2)),
        ("Cho", "US", None, date(2026, 1, 1)),
    ]
    made = []
    for name, modality, priority, day in facts:
        study = index.study(patient_factory(full_name=name), study_date=day)
        index.series(study, slices=1, modality="SEG")
        index.series(study, slices=1, modality=modality)
        if priority:
            study.order = Order.objects.create(
                accession_number=study.accession_number,
                patient=study.patient,
                job_role="RIS",
                job_type="MRI",
                priority=priority,
                ordered_by=users["doctor"],
                ordered_at=study.last_instance_at,
            )
            study.save()
        made.append(study)
    list_keys_write(Study.objects.all())
    return made


@pytest.mark.parametrize("column", ["patient", "modality", "priority", "-study_date"])
def test_order_by_column(listed, three, column):
    ids = [study.pk for study in three]
    reverse = column.removeprefix("-") if column.startswith("-") else f"-{column}"
    assert listed(ordering=column) == ids
    assert listed(ordering=reverse) == ids[::-1]


def test_order_by_reading_status(api, listed, three):
    for study, status in zip(three, ["UNREAD", "READING", "READ"], strict=True):
        path = f"{LIST}{study.study_instance_uid}/reading/"
        for step in ("READ", status):
            assert api("rib").post(path, {"status": step}, format="json").status_code == 200
    ids = [study.pk for study in three]
    assert listed(ordering="reading_status") == ids
    assert listed(ordering="-reading_status") == ids[::-1]


def test_equal_rows_stand_in_order_of_their_date_on_every_page(api, patient_factory):
    for day in (3, 1, 2):
        index.study(patient_factory(), study_date=date(2026, 1, day))
    pages = [
        api("doctor").get(LIST, {"ordering": "modality", "page_size": 1, "page": page}).json()
        for page in (1, 2, 3)
    ]
    dates = [page["results"][0]["study_date"] for page in pages]
    assert dates == ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_a_renamed_patient_moves_in_the_list(listed, three, users):
    patient = three[0].patient
    patient_update(actor=users["doctor"], pk=patient.pk, expected=patient.version, full_name="Zoo")
    event = OutboxEvent.objects.get(topic="emr.patient.renamed")
    handlers.studies_rename(event)
    assert listed(ordering="patient")[-1] == three[0].pk


def test_a_study_without_its_images_stands_by_what_is_left(three):
    images = Series.objects.get(study=three[1], modality="MR").instances
    deletion.instances_delete(list(images.values_list("orthanc_id", flat=True)))
    assert Study.objects.get(pk=three[1].pk).list_modality == "SEG"


def test_the_order_is_read_from_an_index(three):
    for column in ("list_patient_name", "list_modality", "list_priority", "list_reading"):
        rows = Study.objects.order_by(column, "study_date", "id").only("pk")
        assert "filesort" not in rows[:50].explain(), column
