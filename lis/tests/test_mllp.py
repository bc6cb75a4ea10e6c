"""The MLLP listener, spoken to over a real socket."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from acct import services as accounts
from common.errors import BusinessError
from emr import services as emr
from lis import mllp_server
from lis.mllp_server import END, START, MllpServer
from lis.models import InboundMessage
from lis.services.message_import import message_retry
from lis.tests.factories import K, lab_order, oru
from ocs.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lab():
    return accounts.test_user_put(username="lab", password="x", role="lab", full_name="lab")


@pytest.fixture
def order():
    doctor = accounts.test_user_put(username="doc", password="x", role="doctor", full_name="doc")
    patient = emr.patient_create(
        actor=doctor, patient_id="M1", full_name="A", birth_date=date(1980, 1, 1), gender="F"
    )
    return lab_order(doctor, patient)


def talk(lab, *chunks, answers, peers=("127.0.0.1",)):
    """Send the chunks in one connection, read so many answers, and hang up."""

    async def run():
        server = MllpServer(lab, frozenset(peers))
        listening = await server.listen("127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with listening, asyncio.timeout(20):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
            try:
                for chunk in chunks:
                    writer.write(chunk)
                    await writer.drain()
                got = [await reader.readuntil(END) for _ in range(answers)]
                writer.write_eof()
                await reader.read()
            except (OSError, asyncio.IncompleteReadError):
                got = []
            writer.close()
        await asyncio.to_thread(server.pool.shutdown)
        return [each.removeprefix(START).decode().split("\r")[1].split("|")[1] for each in got]

    return asyncio.run(run())


def test_a_framed_message_is_acknowledged_after_its_commit(lab, order):
    raw = oru(order, f"{K}|4|mmol/L|F")
    frame = START + raw + END
    half = len(frame) // 2
    assert talk(lab, frame[:half], frame[half:], frame, answers=2) == ["AA", "AA"]
    assert Order.objects.get(pk=order.pk).status == "RESULT_READY"
    assert InboundMessage.objects.count() == 1


def test_a_frame_that_is_cut_off_is_kept_and_not_taken(lab, order):
    raw = oru(order, f"{K}|4|mmol/L|F")
    assert talk(lab, START + raw, answers=0) == []
    assert InboundMessage.objects.get().reason == "a frame that was cut off"
    assert Order.objects.get(pk=order.pk).status == "ORDERED"


def test_a_frame_that_is_too_long_is_refused(lab):
    assert talk(lab, START + b"x" * (1 << 21) + END, answers=1) in (["AR"], [])
    assert not InboundMessage.objects.exists()


def test_the_whole_message_is_taken_after_a_part_of_it(lab, order):
    frame = START + oru(order, f"{K}|4|mmol/L|F") + END
    assert talk(lab, frame[:-20], answers=0) == []
    held = InboundMessage.objects.get()
    with pytest.raises(BusinessError):
        message_retry(actor=lab, message_id=held.pk)
    assert talk(lab, frame, answers=1) == ["AA"]
    assert Order.objects.get(pk=order.pk).status == "RESULT_READY"


def test_an_account_that_was_closed_receives_nothing(lab, order):
    type(lab).objects.filter(pk=lab.pk).update(is_active=False)
    raw = START + oru(order, f"{K}|4|mmol/L|F") + END
    assert talk(lab, raw, answers=1) == ["AE"]
    assert not InboundMessage.objects.exists()
    assert Order.objects.get(pk=order.pk).status == "ORDERED"


def test_a_korean_name_in_the_old_character_set_is_read(lab, order):
    line = f"{K}|4|mmol/L|F"
    raw = oru(order, line, name="김민준", charset="KS X 1001", codec="euc_kr")
    wrong = oru(order, line, name="김민준", codec="euc_kr", control_id="M2")
    assert talk(lab, START + wrong + END, START + raw + END, answers=2) == ["AE", "AA"]
    assert InboundMessage.objects.get(state="HELD").reason == "the bytes are not utf-8"


def test_a_message_that_raises_is_not_acknowledged_and_the_others_are(lab, order, monkeypatch):
    """Of messages that are taken together."""
    bad = b"MSH|^~\\&|A|B|||1||ORU^R01|BAD|P|2.5.1\r"
    real = mllp_server.messages_receive

    def receive(*, actor, raws):
        if bad in raws:
            raise RuntimeError
        return real(actor=actor, raws=raws)

    monkeypatch.setattr(mllp_server, "messages_receive", receive)
    server = MllpServer(lab, frozenset())
    good, broken = server._taken([oru(order, f"{K}|4|mmol/L|F"), bad])
    server.pool.shutdown()
    assert "MSA|AA|M1" in good
    assert isinstance(broken, RuntimeError)
    assert Order.objects.get(pk=order.pk).status == "RESULT_READY"


def test_many_senders_are_answered_each_by_their_own(lab, order):
    other = lab_order(order.ordered_by, order.patient)

    async def sent(port, each, name):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(START + oru(each, f"{K}|4|mmol/L|F", control_id=name) + END)
        answer = await reader.readuntil(END)
        writer.close()
        return answer.split(b"MSA|")[1].split(b"\r")[0]

    async def run():
        server = MllpServer(lab, frozenset({"127.0.0.1"}))
        listening = await server.listen("127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with listening, asyncio.timeout(60):
            work = [sent(port, each, f"C{each.pk}") for each in (order, other)]
            found = await asyncio.gather(*work)
        await asyncio.to_thread(server.pool.shutdown)
        return found

    names = [f"AA|C{each.pk}".encode() for each in (order, other)]
    assert asyncio.run(run()) == names
    assert set(Order.objects.values_list("status", flat=True)) == {"RESULT_READY"}


def test_a_stranger_is_not_heard(lab, order):
    raw = START + oru(order, f"{K}|4|mmol/L|F") + END
    assert talk(lab, raw, answers=1, peers=("10.0.0.1",)) == []
    assert Order.objects.get(pk=order.pk).status == "ORDERED"
