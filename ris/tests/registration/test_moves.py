"""What a registration stored is withdrawn once a study of it is another person's."""

from __future__ import annotations

import pytest

from ai.selectors.moved_sources import on_moved_sources
from ai.tests.factories import make_result
from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from pacs.index import change_feed
from pacs.models import Instance
from pacs.tests.dicom_files import mr_image, part10
from ris.events import REGISTRATION_ACCEPTED
from ris.registration.dicom_objects import resampled_series_uid
from ris.registration.storing import registration_store
from ris.tests.registration.factories import registration_row

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("moved", ["fixed", "moving"])
def test_the_copy_is_withdrawn_with_either_study(archive, api, patient_factory, users, moved):
    patient = patient_factory()
    images = {name: mr_image(PatientID=patient.patient_id) for name in ("fixed", "moving")}
    for image in images.values():
        archive.store(part10(image))
    change_feed.changes_poll()
    row = registration_row(images["fixed"], images["moving"], patient, users["rib"])
    copy = mr_image(
        PatientID=patient.patient_id,
        StudyInstanceUID=images["fixed"].StudyInstanceUID,
        SeriesInstanceUID=resampled_series_uid(row.pk),
    )
    stored = archive.store(part10(copy))
    change_feed.changes_poll()
    shown = Instance.objects.filter(series__series_instance_uid=copy.SeriesInstanceUID)
    assert shown.count() == 1
    result = make_result(shown.get().series, users["rib"])
    assert on_moved_sources([result.pk]) == set()
    uid = images[moved].StudyInstanceUID
    assert api("rib").post(f"/api/ris/studies/{uid}/quarantine/").status_code == 200
    assert not shown.exists()  # at once
    assert on_moved_sources([result.pk]) == {result.pk}
    assert AuditLog.objects.get(action="registration.withdraw").patient_id == patient.pk
    registration_store(row.pk)
    assert stored not in archive.files
    assert len(archive.files) == 2
    answer = api("rib").post(
        f"/api/ris/unmatched/{uid}/match/", {"patient_id": patient.patient_id}, format="json"
    )
    assert answer.status_code == 200
    assert on_moved_sources([result.pk]) == set()
    assert OutboxEvent.objects.filter(topic=REGISTRATION_ACCEPTED).count() == 2  # stored anew
