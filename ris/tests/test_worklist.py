"""The worklist: its order, filters and pages, its rows, whom it shows, what is recorded."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from ai.models import AIJob
from audit.models import AuditLog
from ocs.models import Order
from pacs.index.list_keys import list_keys_write
from pacs.models import Study
from pacs.tests import index
from ris.models import WorklistEntry
from ris.reading.entries import arrival_note, report_note
from ris.worklist import paging

pytestmark = pytest.mark.django_db
LIST = "/api/ris/worklist/"


@pytest.fixture
def add(patient_factory, users):
    """A study that arrived ``minutes`` ago."""

    def made(minutes=10, priority=None, modality="MR", name="Kim", **fields):
        study = index.study(
            fields.pop("patient", None) or patient_factory(full_name=name),
            last_instance_at=timezone.now() - timedelta(minutes=minutes),
            **fields,
        )
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
        list_keys_write(Study.objects.filter(pk=study.pk))
        return study

    return made


@pytest.fixture
def listed(api):
    def ids(role="rib", **query):
        answer = api(role).get(LIST, query)
        assert answer.status_code == 200, answer.json()
        return [row["id"] for row in answer.json()["results"]]

    return ids


@pytest.fixture
def lock(api):
    def done(study, role="rib", **body):
        path = f"/api/ris/studies/{study.study_instance_uid}/lock/"
        return api(role).post(path, body, format="json")

    return done


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 403),
        ("doctor", 200),
        ("rib", 200),
        ("lab", 403),
        ("nurse", 403),
        ("patient", 403),
        ("external", 403),
        (None, 401),
    ],
)
def test_rights(api, mine, role, status):
    assert api(role).get(LIST).status_code == status


def test_stat_first_then_who_is_nearest_to_the_target_or_longest_over_it(add, listed):
    routine_late = add(1490, "routine")
    urgent = add(200, "urgent")
    urgent_late = add(300, "urgent")
    stat = add(1, "stat")
    stat_late = add(90, "stat")
    no_order = add(5)
    wanted = [stat_late, stat, urgent_late, routine_late, urgent, no_order]
    assert listed() == [study.pk for study in wanted]
    assert listed(ordering="-target") == [study.pk for study in wanted[::-1]]


def test_a_row_says_what_a_reader_needs(api, add, lock, users):
    study = add(90, "stat", name="김민준")
    lock(study)
    row = api("doctor").get(LIST).json()["results"][0]
    assert (row["study_instance_uid"], row["patient"]["full_name"]) == (
        study.study_instance_uid,
        "김민준",
    )
    assert (row["reading_state"], row["locked_by"]["id"]) == ("being_read", users["rib"].pk)
    assert (row["waiting_minutes"], row["target_minutes"], row["overdue"]) == (90, 60, True)
    assert (row["ai"], row["report"], row["assigned_to"]) == ([], None, None)
    assert row["priority"] == "stat"


def test_the_report_is_on_the_row_and_sorts_it(api, add, listed):
    without, signed, draft = add(), add(), add()
    report_note(signed.pk, "signed")
    report_note(draft.pk, "draft")
    assert listed(ordering="report") == [without.pk, draft.pk, signed.pk]
    shown = {row["id"]: row["report"] for row in api("rib").get(LIST).json()["results"]}
    assert shown == {without.pk: None, signed.pk: "signed", draft.pk: "draft"}


FACTS = [  # name, modality, urgency, day, minutes
    ("Ahn", "CT", "stat", 3, 30),
    ("bae", "MR", "urgent", 2, 20),
    ("Cho", "US", "routine", 1, 10),
]


@pytest.fixture
def three(add):
    return [
        add(minutes, urgency, modality, name, study_date=date(2026, 1, day))
        for name, modality, urgency, day, minutes in FACTS
    ]


@pytest.mark.parametrize(
    "column", ["patient", "modality", "priority", "-study_date", "-waiting_minutes", "target"]
)
def test_any_column_is_sorted_both_ways(listed, three, column):
    ids = [study.pk for study in three]
    reverse = column.removeprefix("-") if column.startswith("-") else f"-{column}"
    assert listed(ordering=column) == ids
    assert listed(ordering=reverse) == ids[::-1]


def test_state_and_reader_sort(api, listed, three, lock, users):
    lock(three[1])
    path = f"/api/ris/studies/{three[2].study_instance_uid}/reading/"
    api("doctor").post(path, {"status": "READ"}, format="json")
    assert listed(ordering="reading_state") == [study.pk for study in three]
    assert listed(ordering="-reading_state") == [study.pk for study in three[::-1]]
    assert listed(ordering="locked_by") == [three[0].pk, three[2].pk, three[1].pk]


@pytest.mark.parametrize("few", [paging.FEW, 0])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"modality": "mr"}, [1]),
        ({"priority": "stat"}, [0]),
        ({"priority": "routine", "modality": "US"}, [2]),
        ({"priority": "routine", "modality": "CT"}, []),
        ({"state": "unread"}, [0, 2]),
        ({"state": "unread,being_read"}, [0, 1, 2]),
        ({"state": "being_read"}, [1]),
        ({"state": "read"}, []),
        ({"assigned": "me"}, [2]),
        ({"assigned": "nobody"}, [0, 1]),
        ({"reader": "me"}, [1]),
        ({"search": "bae"}, [1]),
        ({"search": "bae", "modality": "CT"}, []),
    ],
)
def test_filters(api, listed, three, lock, users, monkeypatch, query, found, few):
    monkeypatch.setattr("ris.worklist.paging.FEW", few)
    monkeypatch.setattr("pacs.index.study_search.FEW", few)
    lock(three[1])
    path = f"/api/ris/studies/{three[2].study_instance_uid}/assign/"
    api("doctor").post(path, {"assignee": users["rib"].pk}, format="json")
    assert listed(**query, ordering="patient") == [three[number].pk for number in found]


@pytest.mark.parametrize("few", [paging.FEW, 0])
@pytest.mark.parametrize("ordering", [*paging.ORDERS, *(f"-{name}" for name in paging.ORDERS)])
def test_pages_hold_every_row_once_in_the_order_of_the_whole(
    api, add, lock, listed, monkeypatch, ordering, few
):
    monkeypatch.setattr("ris.worklist.paging.FEW", few)
    made = [
        add(minutes, ["stat", "urgent", None][minutes % 3], ["MR", "CT"][minutes % 2], name)
        for minutes, name in enumerate(["Kim", "kim", "Park", "김", "Kim"])
    ]
    lock(made[1])
    client = api("rib")
    client.post(
        f"/api/ris/studies/{made[2].study_instance_uid}/reading/", {"status": "READ"}, format="json"
    )
    query = {"ordering": ordering}
    whole = listed(**query)
    assert sorted(whole) == sorted(study.pk for study in made)
    answer = client.get(LIST, query | {"page_size": 2}).json()
    paged = [row["id"] for row in answer["results"]]
    while answer["next"]:
        parts = urlsplit(answer["next"])
        answer = client.get(f"{parts.path}?{parts.query}").json()
        paged += [row["id"] for row in answer["results"]]
    assert paged == whole


def test_names_are_not_in_the_address_of_the_next_page(api, add):
    for _ in range(2):
        add(name="Unmistakable")
    address = api("rib").get(LIST, {"ordering": "patient", "page_size": 1}).json()["next"]
    cursor = address.rpartition("cursor=")[2].partition(".")[0]
    assert "nmistakable" not in address
    assert b"nmistakable" not in urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def test_only_what_the_reader_may_see(api, add, listed, patient_factory, users):
    seen = add()
    add(patient=patient_factory(restricted=True))
    unmatched = index.study(None)
    index.series(unmatched, slices=1)
    list_keys_write(Study.objects.filter(pk=unmatched.pk))
    assert listed() == listed("doctor") == [seen.pk]
    assert WorklistEntry.objects.count() == 3


@pytest.mark.parametrize(
    "query",
    [
        {"state": "done"},
        {"priority": "now"},
        {"ordering": "name"},
        {"assigned": "somebody"},
        {"assigned": "-1"},
        {"reader": "nobody"},
        {"cursor": "x"},
        {"cursor": "WyJ0YXJnZXQiLDAsMSwwLCJ4Il0"},
        {"cursor": "WyJ0YXJnZXQiLDAsMSwwLDVd"},
        {"cursor": "WyItdGFyZ2V0IiwwLDEsMCwiMjAyNi0wMS0wMSJd"},
        {"page_size": "0"},
        {"page_size": "1000"},
        {"page_size": "x"},
        {"search": "x" * 101},
        {"modality": "x" * 17},
    ],
)
def test_what_cannot_be_asked_is_refused(api, add, query):
    add()
    answer = api("rib").get(LIST, query)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, next(iter(query)))


@pytest.mark.parametrize(
    "said",
    [
        '["target", 0, Infinity, 1, "2026-01-01"]',
        '["target", 0, 1, 0, [1]]',
        '["target", 0, 1, 0, "0001-01-01T00:00:00+14:00"]',
        '["modality", 0, 1, "\\ud800", "2026-01-01"]',
    ],
)
def test_a_cursor_that_nobody_was_given_is_refused(api, add, said):
    add()
    cursor = urlsafe_b64encode(said.encode()).decode()
    query = {"ordering": said.split('"')[1], "cursor": cursor}
    answer = api("rib").get(LIST, query)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "cursor")


def test_a_cursor_is_of_one_order(api, add):
    add()
    add()
    client = api("rib")
    address = client.get(LIST, {"page_size": 1}).json()["next"]
    assert len(client.get(address).json()["results"]) == 1
    assert client.get(f"{address}&ordering=-target").status_code == 400


def test_the_list_records_whom_it_showed(api, add):
    study = add(name="Kim")
    api("rib").get(LIST, {"search": "Kim", "state": "unread"})
    log = AuditLog.objects.get(action="worklist.list")
    assert log.detail["rows"] == [study.study_instance_uid]
    assert log.patient_id == study.patient_id
    assert log.detail["filters"]["state"] == ["unread"]
    assert "Kim" not in str(log.detail)


def test_a_study_waits_from_its_last_image_on(add):
    study = add(120, "stat")
    arrival_note(study.pk)
    entry = WorklistEntry.objects.get(pk=study.pk)
    assert timezone.now() - entry.waiting_since < timedelta(minutes=1)
    assert entry.due_at - entry.waiting_since == timedelta(minutes=60)
    index.series(study, slices=1, modality="SEG")
    before = entry.waiting_since
    arrival_note(study.pk)
    assert WorklistEntry.objects.get(pk=study.pk).waiting_since == before


@pytest.mark.parametrize(
    ("job", "rank", "urgent"),
    [
        ({"status": "PROCESSING"}, 2, False),
        ({"status": "COMPLETED", "result": {"risk_score": 0.2}}, 1, False),
        ({"status": "COMPLETED", "result": {"risk_score": 0.9}}, 0, True),
        (
            {"status": "COMPLETED", "result": {"risk_score": 0.9}, "review_status": "REJECTED"},
            4,
            False,
        ),
        ({"status": "FAILED"}, 3, False),
        ({"status": "CANCELLED"}, 5, None),
    ],
)
def test_ai_on_the_row(api, add, users, job, rank, urgent):
    study = add()
    AIJob.objects.create(
        study=study,
        series=study.series.first(),
        patient=study.patient,
        model_id="stroke_risk",
        model_version="1.0.0",
        model_manifest={"name": "Stroke risk", "kind": "network"},
        requested_by=users["doctor"],
        **job,
    )
    assert WorklistEntry.objects.get(pk=study.pk).ai == rank
    chips = api("rib").get(LIST).json()["results"][0]["ai"]
    assert [chip["urgent"] for chip in chips] == ([] if urgent is None else [urgent])


def test_every_page_is_read_from_an_index(add):
    for minutes in range(3):
        add(minutes)
    for columns in paging.ORDERS.values():
        rows = WorklistEntry.objects.order_by("state", *columns, "pk")
        plan = rows.values_list(*columns, "pk", "modality", "priority", "assignee")[:50].explain()
        assert "filesort" not in plan, columns
        assert "Using index" in plan, columns


def test_targets_are_the_hospitals(api, add, listed):
    study = add(90, "stat")
    admin = api("admin")
    path = "/api/ris/worklist-settings/"
    assert admin.get(path).json()["stat_minutes"] == 60
    answer = admin.patch(path, {"stat_minutes": 120}, format="json", HTTP_IF_MATCH='"0"')
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    row = api("rib").get(LIST).json()["results"][0]
    assert (row["id"], row["target_minutes"], row["overdue"]) == (study.pk, 120, False)
    assert admin.patch(path, {}, format="json", HTTP_IF_MATCH='"0"').status_code == 409
    assert api("rib").get(path).status_code == 403
    ct, routine = add(90, "stat", modality="CT"), add(90, modality="CT")
    body = {"by_modality": {"CT": {"stat_minutes": 30}}}
    assert admin.patch(path, body, format="json", HTTP_IF_MATCH='"1"').status_code == 200
    rows = {row["id"]: row["target_minutes"] for row in api("rib").get(LIST).json()["results"]}
    assert rows == {study.pk: 120, ct.pk: 30, routine.pk: 1440}
    due = dict(WorklistEntry.objects.values_list("pk", "due_at"))
    assert due[ct.pk] == WorklistEntry.objects.get(pk=ct.pk).waiting_since + timedelta(minutes=30)
    bad = (
        {"by_modality": {"<b>": {"stat_minutes": 30}}},
        {"by_modality": {"CT": {"stat_minutes": 0}}},
    )
    for each in bad:
        answer = admin.patch(path, each, format="json", HTTP_IF_MATCH='"2"')
        assert answer.status_code == 400
        assert answer.json()["error"]["field"].startswith("by_modality")


def test_filters_are_kept_and_everybody_has_some(api, users):
    client, path = api("rib"), "/api/ris/worklist-filters/"
    shared = client.get(path).json()["results"]
    assert {"mine", "stat", "mr"} <= {each["key"] for each in shared}
    for each in shared:
        assert client.get(LIST, each["query"]).status_code == 200
    body = {"name": "STAT CT", "query": {"priority": "stat", "modality": "CT"}}
    kept = client.post(path, body, format="json").json()
    assert kept["query"] == body["query"]
    assert client.post(path, body, format="json").status_code == 409
    assert client.get(path).json()["results"][-1]["id"] == kept["id"]
    assert all(each["id"] is None for each in api("doctor").get(path).json()["results"])
    assert api("doctor").delete(f"{path}{kept['id']}/").status_code == 404
    assert client.delete(f"{path}{kept['id']}/").status_code == 204


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"state": "done"}, {"ordering": "name"}, {"evil": "1"}, "x"]
)
def test_a_filter_that_the_list_would_refuse_is_not_kept(api, users, query):
    body = {"name": "x", "query": query}
    answer = api("rib").post("/api/ris/worklist-filters/", body, format="json")
    assert answer.status_code == 400
