"""A publication that failed: retried, or back to review; no job without a way on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pydicom.dataset import Dataset

from ai.choices import TRANSITIONS, JobStatus
from ai.models import AIJob, AIJobEvent, Publication
from ai.selectors.publication import publication_key, publication_view
from ai.services import publication, recovery, review
from ai.tests import factories
from alert.models import Notification
from audit.models import AuditLog
from common.errors import ErrorCode, ExternalError
from common.outbox import services as outbox
from common.outbox.models import OutboxEvent, OutboxStatus
from pacs.index import objects

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(completed, users):
    review.job_review(actor=users["doctor"], job_id=completed.pk, decision="approve")
    return AIJob.objects.get(pk=completed.pk)


def give_up(job, detail="status 422"):
    """The step that is due is given up, as the worker does it."""
    event = OutboxEvent.objects.get(
        aggregate=f"ai_publication:{job.pk}", status=OutboxStatus.PENDING
    )
    outbox.settle_failed(event, ExternalError(ErrorCode.FHIR_REJECTED, detail), retryable=False)
    return event


@pytest.fixture
def failed(approved):
    give_up(approved)
    return approved


def call(client, job, what):
    answer = client.post(f"/api/ai/jobs/{job.pk}/publication/{what}/")
    return answer.status_code, answer.json().get("error", {}).get("code")


def state(job):
    return publication_view(AIJob.objects.get(pk=job.pk))


def test_the_job_says_why_its_publication_failed(api, failed, users):
    body = api("doctor").get(f"/api/ai/jobs/{failed.pk}/").json()
    assert body["publication"]["status"] == "FAILED"
    assert body["publication"]["error"] == {"code": "ERR_506", "detail": "status 422"}
    assert body["timeline"][-1]["step"] == "publication_failed"
    alerts = Notification.objects.filter(kind="publication_failed", params__job_id=failed.pk)
    assert alerts.count() == 1
    recovery.publication_retry(actor=users["doctor"], job_id=failed.pk)
    give_up(failed)
    assert alerts.count() == 2, "the second failure is told as well"


def test_a_retry_goes_on_at_the_step_that_failed(api, failed):
    assert call(api("doctor"), failed, "retry") == (202, None)
    assert state(failed)["status"] == "PENDING"
    (event,) = OutboxEvent.objects.filter(aggregate=f"ai_publication:{failed.pk}")
    assert (event.status, event.attempts) == (OutboxStatus.PENDING, 0)
    assert AIJobEvent.objects.last().step == "publication_retried"
    assert AuditLog.objects.filter(action="ai_publication.retry").count() == 1
    assert call(api("doctor"), failed, "retry") == (409, "ERR_401")


def test_a_result_taken_back_is_reviewed_anew_under_other_identifiers(api, failed, users):
    before = failed.publication
    uid, key = before.seg_sop_instance_uid, publication_key(before)
    companions = [before.sr_sop_instance_uid]
    assert call(api("doctor"), failed, "withdraw") == (202, None)
    job = AIJob.objects.get(pk=failed.pk)
    assert (job.review_status, job.reviewed_by, job.reviewed_at) == ("PENDING", None, None)
    assert state(failed)["status"] == "NONE"
    assert AuditLog.objects.filter(action="ai_publication.withdraw").count() == 1
    withdrawn = OutboxEvent.objects.filter(topic="ai.approval.withdrawn")
    assert [event.payload for event in withdrawn] == [
        {"sop_instance_uid": uid, "companions": companions, "key": str(key)}
    ] * withdrawn.count()
    review.job_review(actor=users["rib"], job_id=job.pk, decision="approve")
    again = Publication.objects.get(job=job)
    assert again.seg_sop_instance_uid != uid
    assert again.sr_sop_instance_uid not in (None, *companions)
    assert publication_key(again) != key
    assert state(failed)["status"] == "PENDING", "the dead step is forgotten"


def test_a_result_taken_back_can_be_rejected(api, failed):
    call(api("doctor"), failed, "withdraw")
    body = {"decision": "reject", "comment": "wrong"}
    url = f"/api/ai/jobs/{failed.pk}/review/"
    assert api("doctor").post(url, body, format="json").status_code == 202


@pytest.mark.parametrize("what", ["retry", "withdraw"])
def test_only_the_reviewer_or_a_radiologist_may(api, failed, users, what):
    AIJob.objects.update(reviewed_by=users["rib"])
    assert call(api("doctor"), failed, what) == (403, "ERR_005")
    assert call(api("nurse"), failed, what)[0] == 403
    assert call(api("rib"), failed, what) == (202, None)


@pytest.mark.parametrize("what", ["retry", "withdraw"])
def test_a_publication_under_way_or_done_is_left_alone(api, approved, what):
    assert call(api("rib"), approved, what) == (409, "ERR_401")
    Publication.objects.update(fhir_at=timezone.now())
    assert call(api("rib"), approved, what) == (409, "ERR_401")


def test_a_seg_that_is_never_seen_has_a_way_on(api, approved, monkeypatch):
    OutboxEvent.objects.update(status=OutboxStatus.DONE)
    Publication.objects.update(seg_stored_at=timezone.now() - timedelta(minutes=9))
    assert state(approved)["status"] == "PENDING"
    Publication.objects.update(seg_stored_at=timezone.now() - timedelta(minutes=11))
    assert state(approved)["status"] == "FAILED"
    assert "index" in state(approved)["error"]["detail"]
    assert call(api("rib"), approved, "retry") == (202, None)
    event = OutboxEvent.objects.get(status=OutboxStatus.PENDING, topic="ai.version.approved")
    assert event.payload == {"job_id": approved.pk}


def only_the_seg(published, _version):
    seg = Dataset()
    seg.SOPInstanceUID = published.seg_sop_instance_uid
    return {"seg": seg}


def test_a_seg_that_is_never_seen_is_stored_anew_by_a_retry(approved, monkeypatch):
    """The archive shows no change for what it has already."""
    uid, did = Publication.objects.get().seg_sop_instance_uid, []
    monkeypatch.setattr(publication, "publication_objects", only_the_seg)
    monkeypatch.setattr(objects, "instance_remove", did.append)
    monkeypatch.setattr(objects, "instance_store", lambda _: did.append("stored"))
    publication.seg_publish(approved.pk)
    assert did == ["stored"]
    Publication.objects.update(seg_stored_at=timezone.now() - timedelta(minutes=11))
    publication.seg_publish(approved.pk)
    assert did == ["stored", uid, "stored"]
    assert state(approved)["status"] == "PENDING"


def test_a_result_is_not_taken_back_while_a_step_is_tried(api, failed):
    """It could store a SEG, or send a report, of an approval that is gone."""
    dead = OutboxEvent.objects.get(aggregate=f"ai_publication:{failed.pk}")
    outbox.publish("ai.seg.seen", aggregate=dead.aggregate, payload=dead.payload)
    assert OutboxEvent.objects.filter(status=OutboxStatus.PENDING, topic="ai.seg.seen").exists()
    assert call(api("doctor"), failed, "withdraw") == (409, "ERR_401")
    assert Publication.objects.filter(job=failed).exists()


def test_a_seg_that_the_index_has_already_is_seen(approved, monkeypatch):
    """No change of the archive will show it again."""
    uid = Publication.objects.get().seg_sop_instance_uid
    approved.series.instances.create(
        sop_instance_uid=uid, orthanc_id=factories.archive_id(uid), sop_class_uid="1.2"
    )
    monkeypatch.setattr(publication, "publication_objects", only_the_seg)
    monkeypatch.setattr(objects, "instance_store", lambda _: None)
    publication.seg_publish(approved.pk)
    assert Publication.objects.get().seg_seen_at is not None


def test_the_seg_of_a_withdrawn_approval_leaves_archive_and_index(approved, service, settings):
    uid = "2.25.77"
    orthanc_id = factories.archive_id(uid)
    approved.series.instances.create(
        sop_instance_uid=uid, orthanc_id=orthanc_id, sop_class_uid="1.2"
    )
    found = [{"ID": orthanc_id, "Type": "Instance"}]
    service.post(f"{settings.ORTHANC_URL}/tools/lookup", json=found)
    gone = service.delete(f"{settings.ORTHANC_URL}/instances/{orthanc_id}", json={})
    recovery.seg_remove(None, [uid])
    assert gone.call_count == 1
    assert not objects.instance_is_indexed(uid)
    recovery.seg_remove(None, [])


@pytest.mark.parametrize("status", JobStatus.values)
def test_every_state_of_a_job_leads_on(status):
    """COMPLETED is reviewed, CANCELLED was wanted and is requested anew; the rest moves."""
    assert TRANSITIONS[status] or status in ("COMPLETED", "CANCELLED")
