"""What leaves the archive leaves the index, the caches and the prepared files."""

from __future__ import annotations

import pytest
from django.apps import apps

from audit.models import AuditLog
from audit.services import stream
from pacs.derived import invalidation, metadata_files
from pacs.index import change_feed, deletion
from pacs.models import Instance, Series, Study
from pacs.tests.dicom_files import mr_image, part10
from rbac import epochs

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(archive, patient_factory):
    """Two studies of four images in the archive and in the index."""
    patient = patient_factory()
    for number in range(2):
        for image in range(4):
            archive.store(
                part10(
                    mr_image(
                        PatientID=patient.patient_id,
                        StudyInstanceUID=f"1.2.{number}",
                        SeriesInstanceUID=f"1.2.{number}.1",
                        InstanceNumber=image,
                    )
                )
            )
    while change_feed.changes_poll():
        pass
    return archive


def forget_files(archive, instances):
    for instance in instances:
        del archive.files[instance.orthanc_id]


def cache_frame(instance):
    path = next(iter(invalidation.cached_files(instance)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"pixels")
    return path


@pytest.mark.django_db(transaction=True)
def test_an_instance_stored_anew_is_not_served_as_it_was(stored, settings, tmp_path):
    """Deleted and sent again under the same UIDs before anybody compared: the totals are equal."""
    settings.FRAME_CACHE_DIR = settings.CDSS_DATA_DIR = tmp_path
    instance = Instance.objects.first()
    frame = cache_frame(instance)
    metadata = metadata_files._path(metadata_files._name(instance.series))
    metadata_files._write(metadata, b"")
    stream().set(f"dicomweb:series:{instance.series.series_instance_uid}", "x")
    file = stored.files.pop(instance.orthanc_id)
    assert stored.store(file) == instance.orthanc_id
    assert deletion.deletions_find() == 0
    assert change_feed.changes_poll() == 1
    assert (frame.exists(), metadata.exists()) == (False, False)
    assert not stream().exists(f"dicomweb:series:{instance.series.series_instance_uid}")


@pytest.mark.django_db(transaction=True)
def test_a_deleted_instance_is_forgotten_with_its_pixels(stored, settings, tmp_path):
    settings.FRAME_CACHE_DIR = tmp_path
    gone, *kept = Instance.objects.filter(series__study__study_instance_uid="1.2.0")
    cached = [cache_frame(instance) for instance in (gone, kept[0])]
    stream().set(f"dicomweb:series:{gone.series.series_instance_uid}", "x")
    forget_files(stored, [gone])
    assert deletion.deletions_find() == 1
    assert [path.exists() for path in cached] == [False, True]
    assert not stream().exists(f"dicomweb:series:{gone.series.series_instance_uid}")
    assert Instance.objects.count() == 7
    assert AuditLog.objects.filter(action="dicom.deleted", object_id="1.2.0").count() == 1
    assert deletion.deletions_find() == 0


def test_a_deletion_that_the_totals_hide_is_found(stored):
    """The archive took something since that the index could not."""
    forget_files(stored, [Instance.objects.first()])
    stored.store(part10(mr_image(StudyInstanceUID="1.3")))
    assert deletion.deletions_find() == 0
    assert deletion.deletions_find(thorough=True) == 1


def test_an_empty_study_goes_unless_an_ai_job_needs_it(stored, users, patient_factory):
    first, second = Study.objects.order_by("study_instance_uid")
    decided_in = stream().get(epochs.EVERYBODY)
    forget_files(stored, Instance.objects.filter(series__study=first))
    assert deletion.deletions_find() == 4
    assert list(Study.objects.all()) == [second]
    assert stream().get(epochs.EVERYBODY) != decided_in
    series = second.series.get()
    apps.get_model("ai.AIJob").objects.create(
        patient=patient_factory(), study=second, series=series, requested_by=users["doctor"]
    )
    forget_files(stored, list(Instance.objects.all())[:2])
    deletion.deletions_find()
    forget_files(stored, Instance.objects.all())
    assert deletion.deletions_find(force=True) == 2
    assert (Study.objects.count(), Series.objects.count(), Instance.objects.count()) == (1, 1, 0)


def test_an_archive_that_lost_most_is_not_believed(stored):
    forget_files(stored, list(Instance.objects.all())[:5])
    assert deletion.deletions_find() == 0
    assert Instance.objects.count() == 8
    assert deletion.deletions_find(force=True) == 5


def test_prepared_metadata_is_served_until_the_series_changes(
    api, mine, archive, settings, tmp_path
):
    settings.CDSS_DATA_DIR = tmp_path
    archive.down = True
    path = (
        f"/api/ris/dicom-web/studies/{mine.study.study_instance_uid}"
        f"/series/{mine.series.series_instance_uid}/metadata"
    )
    client = api("doctor")
    assert client.get(path).status_code == 503
    name = metadata_files._name(mine.series)
    metadata_files._write(metadata_files._path(name), b"")
    answer = client.get(path)
    assert answer["X-Accel-Redirect"] == f"/_packed/{name}"
    assert answer["Content-Type"] == "application/dicom+json"
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 406
    mine.series.instances.first().delete()
    assert client.get(path).status_code == 503
    metadata_files.series_delete(mine.series.orthanc_id)
    assert list(tmp_path.rglob("*.gz")) == []
