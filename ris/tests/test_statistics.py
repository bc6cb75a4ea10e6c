"""The statistics of radiology: times, whose work they show, and bad periods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ai.tests.factories import make_result, make_series, make_version
from pacs.models import Series
from pacs.tests import index
from ris.choices import ReadingStep
from ris.models import CriticalReport, CriticalReportAttempt, ReadingEvent, WorklistEntry
from ris.statistics.csv_tables import csv_of
from ris.statistics.times import Spread, spread
from ris.tests.reports.factories import report_row

URL = "/api/ris/statistics/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(patient_factory, users):
    """``signed(reader, minutes)``: an MR read and signed so long after it arrived, a week ago."""

    def make(reader, minutes):
        report = report_row(index.study(patient_factory()), users[reader], "signed")
        arrived = report.signed_at - timedelta(minutes=minutes)
        WorklistEntry.objects.update_or_create(
            study=report.study,
            defaults={"modality": "MR", "waiting_since": arrived, "due_at": arrived, "state": 2},
        )
        ReadingEvent.objects.create(
            study=report.study,
            step=ReadingStep.LOCKED,
            actor=users[reader],
            at=arrived + timedelta(minutes=minutes / 2),
        )
        return report

    return make


def test_turnaround_by_modality_and_reader(api, signed, users):
    for minutes in (10, 20, 90):
        signed("rib", minutes)
    [row] = api("admin").get(URL).json()["turnaround"]
    assert (row["modality"], row["reader"]["username"]) == ("MR", users["rib"].username)
    assert row["signed"] == {"count": 3, "median_minutes": 20.0, "p90_minutes": 90.0}
    assert row["opened"]["median_minutes"] == 10.0
    assert row["preliminary"]["count"] == 0


def test_a_reader_sees_the_own_work_only(api, signed, users):
    signed("rib", 10)
    signed("admin", 30)
    asked = {"reader": users["admin"].pk}
    assert len(api("admin").get(URL).json()["turnaround"]) == 2
    answer = api("rib").get(URL, asked).json()
    assert [row["reader"]["id"] for row in answer["turnaround"]] == [users["rib"].pk]
    assert sum(day["signed"] for day in answer["volumes"]) == 1
    assert {day["arrived"] for day in answer["volumes"]} == {None}


def test_unread_critical_results_and_days(api, signed, users):
    report = signed("rib", 30)
    WorklistEntry.objects.filter(study=report.study).update(state=0)
    critical = CriticalReport.objects.create(report=report, category="fracture", by=users["rib"])
    call = {"critical": critical, "told": "=1+1", "how": "phone", "by": users["rib"]}
    CriticalReportAttempt.objects.create(outcome="no_readback", **call)
    answer = api("admin").get(URL, {"modality": "MR"}).json()
    [unread] = answer["unread"]
    assert (unread["studies"], unread["overdue"], unread["over_3_days"]) == (1, 1, 1)
    [found] = answer["critical_results"]
    assert (found["found"], found["open"], found["told"]["count"]) == (1, 1, 1)
    assert sum(day["arrived"] for day in answer["volumes"]) == 1
    assert len(answer["volumes"]) == 30
    assert api("admin").get(URL, {"modality": "CT"}).json()["turnaround"] == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until"),
        ({"since": "2020-01-01", "until": "2026-03-01"}, "since"),
        ({"until": "0001-01-01"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"since": "yesterday"}, "since"),
        ({"reader": "me"}, "reader"),
        ({"modality": "M" * 17}, "modality"),
    ],
)
def test_a_bad_period_or_filter_is_named(api, asked, field):
    answer = api("admin").get(URL, asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


def test_corrected_results_are_told_from_approved_ones(api, patient_factory, users):
    reviewed = {"started_at": timezone.now(), "reviewed_by": users["rib"]}
    for number, status in enumerate(("APPROVED", "APPROVED", "REJECTED", "PENDING")):
        series = make_series(patient_factory(), tag=str(number + 1))
        job = make_result(series, users["rib"], review_status=status, **reviewed)
        if number == 1:
            make_version(job.segmentation, users["rib"])
    [row] = api("admin").get(URL).json()["ai"]
    counts = {"approved": 1, "corrected": 1, "rejected": 1, "waiting": 1, "results": 4}
    assert counts.items() <= row.items()


def test_csv_runs_no_formula(api, signed, users):
    users["rib"].full_name = "=HYPERLINK(1)"
    users["rib"].save()
    signed("rib", 10)
    answer = api("admin").get(f"{URL}csv/", {"table": "turnaround"})
    assert answer["Content-Type"].startswith("text/csv")
    assert "MR,'=HYPERLINK(1),1," in answer.content.decode()
    for text in ("+1", "-1", "@a", "\t=1", "\r=1", "＝1", " =1"):
        assert f"'{text}" in csv_of([{"a": text}])
    assert csv_of([{"a": -1}]).endswith("-1\r\n")


def test_spread_leaves_out_what_came_again_after_it():
    assert spread([timedelta(minutes=-1)]) == Spread(0, None, None)
    assert spread(timedelta(minutes=n) for n in range(1, 11)) == Spread(10, 5.0, 9.0)


def test_dose_by_procedure_and_month_with_the_75th_percentile(api, patient_factory):
    today = timezone.localdate()
    for ctdi_vol, description in ((40.0, "CT brain"), (44.0, "CT brain"), (60.0, "=CT()")):
        study = index.study(patient_factory(), study_date=today, description=description)
        Series.objects.filter(pk=index.series(study, 1, "CT").pk).update(ctdi_vol=ctdi_vol)
    hidden = index.study(None, study_date=today)
    Series.objects.filter(pk=index.series(hidden, 1, "CT").pk).update(ctdi_vol=1.0)
    rows = api("rib").get(URL).json()["dose"]
    spreads = [(row["procedure"], row["ctdi_vol"], row["dlp"]["count"]) for row in rows]
    assert spreads == [
        ("=CT()", {"count": 1, "median": 60.0, "p75": 60.0}, 0),
        ("CT brain", {"count": 2, "median": 40.0, "p75": 44.0}, 0),
    ]
    assert {(row["month"], row["without_report"] == row["studies"]) for row in rows} == {
        (f"{today:%Y-%m}", True)
    }
    answer = api("rib").get(f"{URL}csv/", {"table": "dose"}).content.decode()
    assert ",'=CT()," in answer
