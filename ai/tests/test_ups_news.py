"""Subscriptions, and what the socket of a subscriber is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction

from acct import services as accounts
from acct.models import Session
from ai.choices import JobStatus
from ai.models import AIJob, AIJobEvent, WorklistSubscription
from ai.services import jobs, review
from ai.tests import factories
from ai.tests.worklist import WORKLIST_URL
from ai.ups import news_socket
from ai.ups.event_reports import NewsReader
from ai.ups.subscriptions import FILTERED, GLOBAL
from alert.tests.client import Socket
from audit.models import AuditLog
from common.errors import AppError, ErrorCode
from conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(news_socket, "ASK_EVERY_S", 0.02)


@pytest.fixture
def client(api):
    return api("doctor")


def token(username="doctor1"):
    return accounts.login(username=username, password=PASSWORD)[1].access


def subscribers(target, suffix="", aetitle="WATCHER"):
    uid = target if isinstance(target, str) else target.workitem_uid
    return f"{WORKLIST_URL}/{uid}/subscribers/{aetitle}{suffix}"


def listening(talk, *, aetitle="WATCHER", of=None, first=None):
    """Open a socket and hold the conversation."""
    shown = token() if of is None else of

    async def run():
        socket = Socket(
            f"/ws/ups-rs/subscribers/{aetitle}",
            routes=news_socket.websocket_urlpatterns,
            token="" if first else shown,
        )
        await socket.open()
        if first:
            await socket.send_json({"type": "auth", "token": shown})
        try:
            await talk(socket)
        finally:
            await socket.leave()

    async_to_sync(run)()


def told(report):
    """Event type, workitem, state."""
    assert report["00000002"]["Value"] == ["1.2.840.10008.5.1.4.34.6.1"]
    [event], [uid] = report["00001002"]["Value"], report["00001000"]["Value"]
    state = report.get("00741000", {}).get("Value", [None])[0]
    return event, uid, state


def moved(job, status):
    def move():
        jobs.job_transition(AIJob.objects.get(pk=job.pk), status)

    return sync_to_async(move)()


def requested(users, series, threshold=0.4):
    def request():
        return jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            model_type="brain_extraction",
            parameters={"threshold": threshold},
        )

    return sync_to_async(request)()


@pytest.mark.parametrize("first", [False, True])
def test_a_subscriber_is_told_the_present_state_and_each_that_follows(client, job, first):
    response = client.post(subscribers(job))
    assert response.status_code == 201
    assert response["Content-Location"].startswith("ws")
    assert response["Content-Location"].endswith("/ws/ups-rs/subscribers/WATCHER")

    async def talk(socket):
        uid = job.workitem_uid
        assert told(await socket.receive_json()) == (1, uid, "SCHEDULED")
        await moved(job, JobStatus.PROCESSING)
        assert told(await socket.receive_json()) == (1, uid, "IN PROGRESS")
        await moved(job, JobStatus.COMPLETED)
        report = await socket.receive_json()
        assert told(report) == (3, uid, None)
        progress = report["00741002"]["Value"][0]
        assert progress["00741004"]["Value"] == [100]
        assert await socket.receive_nothing(timeout=0.2)

    listening(talk, first=first)
    record = AuditLog.objects.filter(action="ai_workitem.report").earliest("pk")
    assert record.patient_id == job.patient_id


def test_one_that_fails_tells_why(client, job):
    client.post(subscribers(job))

    async def talk(socket):
        await socket.receive_json()
        await sync_to_async(AIJob.objects.filter(pk=job.pk).update)(
            error_code="ERR_403", error_detail="No contrast."
        )
        await moved(job, JobStatus.FAILED)
        report = await socket.receive_json()
        assert told(report)[2] == "CANCELED"
        assert "No contrast." in report["00741238"]["Value"][0]

    listening(talk)


def test_the_worklist_tells_of_later_workitems_until_it_is_suspended(client, job, users, series):
    client.post(subscribers(GLOBAL))

    async def talk(socket):
        assert await socket.receive_nothing(timeout=0.2), "no lock: of the present ones nothing"
        later = await requested(users, series)
        assert told(await socket.receive_json()) == (1, later.workitem_uid, "SCHEDULED")
        suspended = await sync_to_async(client.post)(subscribers(GLOBAL, "/suspend"))
        assert suspended.status_code == 200
        await requested(users, series, threshold=0.6)
        assert await socket.receive_nothing(timeout=0.2)
        await moved(later, JobStatus.PROCESSING)
        assert told(await socket.receive_json()) == (1, later.workitem_uid, "IN PROGRESS")
        await sync_to_async(client.delete)(subscribers(later))
        await moved(later, JobStatus.FAILED)
        assert await socket.receive_nothing(timeout=0.2), "taken out of all"

    listening(talk)


def test_a_lock_on_the_worklist_tells_of_all_that_are_there(client, job):
    assert client.post(f"{subscribers(GLOBAL)}?deletionlock=true").status_code == 201

    async def talk(socket):
        assert told(await socket.receive_json())[1] == job.workitem_uid

    listening(talk)


@pytest.mark.parametrize(
    ("query", "is_told"),
    [
        ("?filter=WorklistLabel=NeuroNova AI", True),
        ("?filter=00741202=Research", False),
        ("?PatientID=nobody", False),
        ("?filter=PatientID=*,ProcedureStepLabel=brain*", True),
    ],
)
def test_a_filter_chooses(client, job, query, is_told):
    assert client.post(subscribers(FILTERED) + query).status_code == 201

    async def talk(socket):
        assert await socket.receive_nothing(timeout=0.2)
        await moved(job, JobStatus.PROCESSING)
        if is_told:
            assert told(await socket.receive_json())[2] == "IN PROGRESS"
        assert await socket.receive_nothing(timeout=0.2)

    listening(talk)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?filter=",
        "?filter=Manufacturer=x",
        "?filter=ProcedureStepState=SCHEDULED",
        "?filter=StudyInstanceUID=x",
        "?filter=PatientID=1,PatientID=2",
        "?filter=PatientID=1&deletionlock=perhaps",
    ],
)
def test_a_filter_that_cannot_be_used_is_400(client, query):
    assert client.post(subscribers(FILTERED) + query).status_code == 400


@pytest.mark.parametrize("title", ["A" * 17, "%20", "%5C", "%EA%B0%80"])
def test_what_is_no_ae_title_is_400(client, job, title):
    assert client.post(subscribers(job, aetitle=title)).status_code == 400


def test_ending_the_subscription_to_all_ends_each(client, job):
    client.post(subscribers(job))
    client.post(subscribers(GLOBAL))
    client.post(subscribers(GLOBAL))
    assert WorklistSubscription.objects.count() == 2
    assert client.delete(subscribers(GLOBAL)).status_code == 200
    assert WorklistSubscription.objects.count() == 0
    assert client.post(subscribers(GLOBAL, "/suspend")).status_code == 404
    assert client.post(subscribers(job, "/suspend")).status_code == 400


def test_nobody_is_told_of_what_they_may_not_see(client, job):
    client.post(subscribers(GLOBAL))
    client.post(subscribers(job))

    def hide():
        job.patient.restricted = True
        job.patient.save()

    async def talk(socket):
        await socket.receive_json()
        await sync_to_async(hide)()
        await moved(job, JobStatus.PROCESSING)
        assert await socket.receive_nothing(timeout=0.2)

    listening(talk)


def test_another_persons_application_of_the_same_name_is_another(client, job, users):
    client.post(subscribers(job))

    async def talk(socket):
        assert await socket.receive_nothing(timeout=0.2)

    listening(talk, of=token("rib1"))


def test_a_session_that_ends_closes_the_socket(client, job, users):
    shown = token()

    async def talk(socket):
        await sync_to_async(accounts.sessions_revoke)(users["doctor"])
        assert await socket.closed() == 4401

    listening(talk, of=shown)


def test_who_has_no_right_to_results_is_closed_out(users):
    async def talk(socket):
        assert await socket.closed() == 4403

    listening(talk, of=token("nurse1"))


def test_a_bad_token_in_the_header_closes(users):
    async def talk(socket):
        assert await socket.closed() == 4401

    listening(talk, of="a.b.c")


def test_a_rejected_result_is_told_as_canceled(client, completed, users):
    client.post(subscribers(completed))

    def reject():
        review.job_review(actor=users["doctor"], job_id=completed.pk, decision="reject")

    async def talk(socket):
        assert told(await socket.receive_json())[2] == "IN PROGRESS"
        await sync_to_async(reject)()
        assert told(await socket.receive_json())[2] == "CANCELED"

    listening(talk)


def test_what_commits_while_the_socket_connects_is_told(client, job, users, series):
    """A step that was begun first has a lower number, though it is committed later."""
    client.post(subscribers(GLOBAL))
    WorklistSubscription.objects.update(created_at="2099-01-01T00:00:00Z")
    session = Session.objects.get(user=users["doctor"])
    other = factories.make_result(series, users["doctor"])

    def connect():
        try:
            AIJobEvent.objects.create(job=other, step="processing")
            reader = NewsReader.open(str(session.pk), "WATCHER")
            assert reader.news() == []
            return reader
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        AIJobEvent.objects.create(job=job, step="processing")
        reader = pool.submit(connect).result(20)
    [report] = reader.news()
    assert told(report) == (1, job.workitem_uid, "IN PROGRESS")


def test_a_socket_that_comes_back_is_told_what_changed_meanwhile(client, job):
    client.post(subscribers(GLOBAL))
    jobs.job_transition(AIJob.objects.get(pk=job.pk), JobStatus.PROCESSING)

    async def talk(socket):
        assert told(await socket.receive_json()) == (1, job.workitem_uid, "IN PROGRESS")
        assert await socket.receive_nothing(timeout=0.2)

    for _ in range(2):
        listening(talk)
    records = AuditLog.objects.filter(action="ai_workitem.report", patient_id=job.patient_id)
    assert records.count() == 2, "one for each socket"


def test_a_failed_one_that_is_run_again_is_told_of_by_both_uids(client, job, users):
    client.post(subscribers(job))
    former = job.workitem_uid

    def fail_and_retry():
        jobs.job_fail(job.pk, AppError(ErrorCode.MODEL_REFUSED_INPUT, "No contrast."))
        jobs.job_retry(actor=users["doctor"], job_id=job.pk)

    async def talk(socket):
        await socket.receive_json()
        await sync_to_async(transaction.atomic(fail_and_retry))()
        report = await socket.receive_json()
        assert told(report) == (1, former, "CANCELED")
        assert "No contrast." in report["00741238"]["Value"][0]
        event, uid, state = told(await socket.receive_json())
        assert (event, uid != former, state) == (1, True, "SCHEDULED")

    listening(talk)


def test_progress_alone_is_on_record_too(client, completed, users):
    client.post(subscribers(GLOBAL))

    def approve():
        review.job_review(actor=users["doctor"], job_id=completed.pk, decision="approve")

    async def talk(socket):
        assert await socket.receive_nothing(timeout=0.2)
        await sync_to_async(approve)()
        assert told(await socket.receive_json())[0] == 3

    listening(talk)
    record = AuditLog.objects.get(action="ai_workitem.report")
    assert record.patient_id == completed.patient_id
