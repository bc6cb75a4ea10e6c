"""Studies become frames in HTJ2K, whatever happens on the way."""

from __future__ import annotations

import errno
from datetime import timedelta
from io import StringIO

import imagecodecs
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from audit.services import stream
from common.errors import ExternalError
from pacs.choices import Htj2k
from pacs.derived import frame_store, metadata_files, opened_studies
from pacs.htj2k import repair, transcoding
from pacs.index import change_feed, deletion
from pacs.models import Instance, Series, Study
from pacs.tests.dicom_files import mr_image, part10, referring

pytestmark = pytest.mark.django_db(transaction=True)
PIXELS = np.arange(256, dtype="<u2").reshape(16, 16)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    """A store of its own; the metadata is not what is tested here."""
    settings.CDSS_DATA_DIR = tmp_path
    monkeypatch.setattr(metadata_files, "study_write", lambda study_id: None)
    return tmp_path / frame_store.FOLDER


@pytest.fixture
def study(archive, clean_redis):
    """Three images in one series, a report in another."""
    images = [
        mr_image(StudyInstanceUID="1.2", SeriesInstanceUID="1.2.1", InstanceNumber=number)
        for number in range(3)
    ]
    report = referring(images[0], StudyInstanceUID="1.2", SeriesInstanceUID="1.2.2")
    for file in (*images, report):
        archive.store(part10(file))
    return indexed()


def indexed() -> Study:
    while change_feed.changes_poll():
        pass
    Study.objects.update(stable_at=timezone.now())
    return Study.objects.get(study_instance_uid="1.2")


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def states(**filters):
    rows = Instance.objects.filter(**filters).order_by("pk")
    return list(rows.values_list("htj2k", "htj2k_reason"))


def images():
    return Instance.objects.filter(series__series_instance_uid="1.2.1").order_by("pk")


def test_a_study(study, folder):
    answers = []
    transcoding.study_transcode(study.pk, answers.append)
    assert states(series__series_instance_uid="1.2.1") == [("STORED", "")] * 3
    assert states(series__series_instance_uid="1.2.2") == [("REFUSED", "NOT_AN_IMAGE")]
    assert sum(answers) == 4
    assert files(folder) == sorted(f"{image.orthanc_id}-0" for image in images())
    for image in images():
        codestream = frame_store.frame_path(image.orthanc_id, 0).read_bytes()
        np.testing.assert_array_equal(imagecodecs.htj2k_decode(codestream), PIXELS)


def test_what_is_done_is_not_done_again(study, folder, archive):
    transcoding.study_transcode(study.pk)
    archive.down = True
    transcoding.study_transcode(study.pk)
    assert len(files(folder)) == 3


def test_one_bad_instance_stops_no_other(archive, study):
    bad = mr_image(StudyInstanceUID="1.2", SeriesInstanceUID="1.2.1", Rows=65535, Columns=65535)
    archive.store(part10(bad))
    indexed()
    transcoding.study_transcode(study.pk)
    assert sorted(states(series__series_instance_uid="1.2.1")) == [
        ("REFUSED", "TOO_LARGE"),
        *[("STORED", "")] * 3,
    ]


def test_an_instance_that_the_archive_fails_at_waits_and_stops_no_other(archive, study):
    sick = images()[1]
    archive.broken.add(sick.orthanc_id)
    with pytest.raises(ExternalError):
        transcoding.study_transcode(study.pk)
    assert states(htj2k="WAITING") == [("WAITING", "")]
    archive.broken.clear()
    transcoding.study_transcode(study.pk)
    assert not states(htj2k="WAITING")


def test_a_deleted_instance_leaves_no_frame(study, folder):
    transcoding.study_transcode(study.pk)
    gone = images()[0]
    deletion.instances_delete([gone.orthanc_id])
    assert files(folder) == sorted(f"{image.orthanc_id}-0" for image in images())
    assert len(files(folder)) == 2


def test_an_instance_deleted_while_it_is_transcoded_leaves_no_frame(study, folder, monkeypatch):
    settle = frame_store.settle

    def delete_first():
        deletion.instances_delete([images()[0].orthanc_id])
        settle()

    monkeypatch.setattr(frame_store, "settle", delete_first)
    transcoding.study_transcode(study.pk)
    assert files(folder) == sorted(f"{image.orthanc_id}-0" for image in images())


def test_other_pixels_under_the_same_uid_are_transcoded_anew(study, archive, monkeypatch):
    """They come just when those before are recorded."""
    settle, first = frame_store.settle, images()[0]

    def replace():
        file = archive.files.pop(first.orthanc_id)
        archive.store(file.replace(PIXELS.tobytes(), PIXELS[::-1].tobytes()))
        indexed()
        settle()

    monkeypatch.setattr(frame_store, "settle", replace)
    transcoding.study_transcode(study.pk)
    monkeypatch.undo()
    assert states(pk=first.pk) == [("WAITING", "")]


def test_a_full_disk_pauses(study, folder, settings):
    settings.HTJ2K_MIN_FREE_BYTES = 1 << 60
    transcoding.study_transcode(study.pk)
    assert states(htj2k="WAITING") == [("WAITING", "")] * 4
    assert files(folder) == []


def test_a_disk_that_fills_up_within_a_series_pauses(study, folder, monkeypatch):
    answers = iter([False, False])
    monkeypatch.setattr(frame_store, "paused", lambda: next(answers, True))
    transcoding.study_transcode(study.pk)
    assert states(series__series_instance_uid="1.2.1").count(("STORED", "")) == 1
    assert len(files(folder)) == 1


def test_a_disk_that_fills_up_leaves_nothing_half(study, folder, monkeypatch):
    write = frame_store._write

    def full(path, content):
        if path.name.startswith(images()[1].orthanc_id):
            raise OSError(errno.ENOSPC, "full")
        write(path, content)

    monkeypatch.setattr(frame_store, "_write", full)
    transcoding.study_transcode(study.pk)
    first, second = images()[:2]
    assert f"{first.orthanc_id}-0" in files(folder)
    assert not [name for name in files(folder) if second.orthanc_id in name]
    assert (first.htj2k, second.htj2k) == ("STORED", "WAITING")


def test_two_workers_do_not_take_the_same_series(study):
    series = Series.objects.get(series_instance_uid="1.2.1")
    other = connections["default"].copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 0)", [f"htj2k:{series.pk}"])
        transcoding.series_transcode(series)
        assert states(series=series) == [("WAITING", "")] * 3
        cursor.execute("SELECT RELEASE_LOCK(%s)", [f"htj2k:{series.pk}"])
    other.close()
    transcoding.series_transcode(series)
    assert states(series=series) == [("STORED", "")] * 3


def test_studies_that_somebody_has_open_come_first(study, archive, monkeypatch):
    archive.store(part10(mr_image(StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1")))
    indexed()
    opened = Study.objects.get(study_instance_uid="1.3")
    opened_studies.study_opened(opened.pk)
    assert opened_studies.opened_waiting() == [opened.pk]
    order = []
    monkeypatch.setattr(
        transcoding, "series_transcode", lambda series, _=None: order.append(series)
    )
    transcoding.study_transcode(study.pk)
    assert order[0].series_instance_uid == "1.3.1"


def test_an_opened_study_that_fails_does_not_fail_another(study, archive):
    sick = archive.store(part10(mr_image(StudyInstanceUID="1.3")))
    indexed()
    archive.broken.add(sick)
    Study.objects.update(stable_at=timezone.now())
    opened_studies.study_opened(Study.objects.get(study_instance_uid="1.3").pk)
    assert opened_studies.opened_waiting()
    transcoding.study_transcode(study.pk)
    assert not states(series__study=study, htj2k="WAITING")
    assert states(series__study__study_instance_uid="1.3") == [("WAITING", "")]


def test_an_event_that_was_lost_is_made_good(study):
    Study.objects.update(stable_at=timezone.now() - timedelta(hours=1))
    repair.gaps_repair(seconds=10)
    assert not states(htj2k="WAITING")


def test_a_study_that_the_archive_fails_at_keeps_no_other_waiting(study, archive):
    archive.store(part10(mr_image(StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1")))
    indexed()
    archive.broken.add(images()[0].orthanc_id)
    long_ago = timezone.now() - timedelta(hours=1)
    Study.objects.update(stable_at=long_ago)
    Study.objects.filter(pk=study.pk).update(stable_at=long_ago + timedelta(minutes=1))
    assert repair.waiting_studies()[0] == study.pk
    repair.gaps_repair(seconds=10)
    assert states(htj2k="WAITING") == [("WAITING", "")]
    assert states(series__series_instance_uid="1.3.1") == [("STORED", "")]


def test_a_file_that_is_lost_is_made_anew(study, folder):
    transcoding.study_transcode(study.pk)
    first = images()[0]
    frame_store.frame_path(first.orthanc_id, 0).unlink()
    stream().set("dicomweb:series:1.2.1", "x")
    assert repair.files_check() == 1
    assert states(pk=first.pk) == [("WAITING", "")]
    assert not stream().exists("dicomweb:series:1.2.1")
    transcoding.study_transcode(study.pk)
    assert repair.files_check() == 0
    assert len(files(folder)) == 3


def test_the_command_goes_on_and_rebuilds(study, folder):
    transcoding.series_transcode(Series.objects.get(series_instance_uid="1.2.1"))
    out = StringIO()
    call_command("transcode_htj2k", "--all", stdout=out)
    assert "1/1" in out.getvalue()
    first = frame_store.frame_path(images()[0].orthanc_id, 0)
    first.write_bytes(b"broken")
    out = StringIO()
    call_command("transcode_htj2k", "--study", "1.2", "--rebuild", stdout=out)
    assert "4/4" in out.getvalue()
    assert first.read_bytes() != b"broken"
    assert Instance.objects.filter(htj2k=Htj2k.STORED).count() == 3


def test_the_command_says_what_is_wrong(study, archive, settings):
    with pytest.raises(CommandError, match="no such study"):
        call_command("transcode_htj2k", "--study", "1.9")
    settings.HTJ2K_MIN_FREE_BYTES = 1 << 60
    with pytest.raises(CommandError, match="too full"):
        call_command("transcode_htj2k", "--all")
    settings.HTJ2K_MIN_FREE_BYTES = 0
    archive.down = True
    with pytest.raises(CommandError, match="goes on where it stopped"):
        call_command("transcode_htj2k", "--all")
