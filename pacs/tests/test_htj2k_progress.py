"""What a study's page says of its fast images."""

from __future__ import annotations

import pytest

from pacs.choices import Htj2k, Htj2kRefusal
from pacs.derived import opened_studies

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.CDSS_DATA_DIR = str(tmp_path)
    settings.HTJ2K_MIN_FREE_BYTES = 0
    return tmp_path


@pytest.fixture
def answers(api, mine):
    """``answers()``: what the doctor reads of the study with five images."""

    def read():
        return (
            api("doctor").get(f"/api/ris/studies/{mine.study.study_instance_uid}/").json()["htj2k"]
        )

    return read


def test_images_wait_then_are_stored(answers, mine):
    assert answers() == {"instances": 5, "stored": 0, "refused": [], "paused": False}
    first = mine.series.instances.all()[:2]
    mine.series.instances.filter(pk__in=[one.pk for one in first]).update(htj2k=Htj2k.STORED)
    assert answers()["stored"] == 2


def test_each_reason_is_reported_once_with_its_number(answers, mine):
    rows = list(mine.series.instances.all())
    reasons = [Htj2kRefusal.LOSSY, Htj2kRefusal.VIDEO, Htj2kRefusal.LOSSY]
    for row, reason in zip(rows, reasons, strict=False):
        row.htj2k, row.htj2k_reason = Htj2k.REFUSED, reason
        row.save()
    mine.other_series.instances.update(htj2k=Htj2k.STORED)
    assert answers() == {
        "instances": 5,
        "stored": 0,
        "refused": [{"reason": "LOSSY", "instances": 2}, {"reason": "VIDEO", "instances": 1}],
        "paused": False,
    }


def test_a_full_disk_is_reported_while_something_waits(answers, mine, settings):
    settings.HTJ2K_MIN_FREE_BYTES = 1 << 62
    assert answers()["paused"]
    mine.series.instances.update(htj2k=Htj2k.STORED)
    assert not answers()["paused"]


def test_who_opens_a_study_is_served_first(answers, mine, clean_redis):
    mine.study.stable_at = mine.study.last_instance_at
    mine.study.save()
    assert opened_studies.opened_waiting() == []
    answers()
    assert opened_studies.opened_waiting() == [mine.study.pk]


def test_a_study_that_was_not_shown_is_not_opened(api, mine, clean_redis):
    mine.other.stable_at = mine.other.last_instance_at
    mine.other.save()
    path = f"/api/ris/studies/{mine.other.study_instance_uid}/"
    assert api("patient").get(path).status_code == 404
    assert opened_studies.opened_waiting() == []
