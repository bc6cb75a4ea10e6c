"""HL7 v2, CSV and RNA-seq: what fits is a result, what does not is kept and told."""

from __future__ import annotations

import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from alert.models import Notification
from lis import hl7_text
from lis.models import CriticalValue, InboundMessage, ResultVersion, RnaMatrix
from lis.services import message_import, message_lines
from lis.tests.factories import HB, K, lab_order, oru
from ocs.models import Order

pytestmark = pytest.mark.django_db
LIS = "/api/lis/"


@pytest.fixture
def order(users, patient_factory):
    return lab_order(users["doctor"], patient_factory())


def send(client, raw):
    return client.post(f"{LIS}import/hl7/", raw, content_type="text/hl7-v2")


def ack(answer):
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/hl7-v2")
    return answer.content.decode().split("\r")[1].split("|")[1:3]


def state():
    row = InboundMessage.objects.get()
    return row.state, row.reason


def test_a_final_message_is_the_orders_result(api, order):
    answer = send(api("lab"), oru(order, f"{K}|6.8|mmol/L|F", f"{HB}|130|g/L|F"))
    assert ack(answer) == ["AA", "M1"]
    row = Order.objects.get(pk=order.pk)
    assert (row.status, row.result["analytes"][0]["flag"]) == ("RESULT_READY", "HH")
    assert CriticalValue.objects.get().code == K
    assert state() == ("ACCEPTED", "")


def test_a_preliminary_message_waits_for_a_person(api, order):
    assert ack(send(api("lab"), oru(order, f"{K}|6.8|mmol/L|P"))) == ["AA", "M1"]
    assert Order.objects.get(pk=order.pk).status == "IN_PROGRESS"
    assert ResultVersion.objects.get().state == "ENTERED"
    assert CriticalValue.objects.exists()  # nobody waits with that


def test_the_same_message_is_answered_alike_and_stored_once(api, order):
    raw = oru(order, f"{K}|4|mmol/L|F")
    first, second = send(api("lab"), raw), send(api("lab"), raw)
    assert first.content == second.content
    assert (InboundMessage.objects.count(), ResultVersion.objects.count()) == (1, 1)
    other = send(api("lab"), oru(order, f"{K}|5|mmol/L|F"))
    assert ack(other)[0] == "AE"
    assert InboundMessage.objects.first().reason == "MSH-10 was used for another message"


def test_a_correction_amends(api, order):
    send(api("lab"), oru(order, f"{K}|4|mmol/L|F"))
    assert ack(send(api("lab"), oru(order, f"{K}|5|mmol/L|F", control_id="M2")))[0] == "AE"
    assert ack(send(api("lab"), oru(order, f"{K}|5|mmol/L|C", control_id="M3")))[0] == "AA"
    assert Order.objects.get(pk=order.pk).result["analytes"][0]["value"] == 5


def test_an_order_is_found_by_patient_and_code(api, users, order):
    order.accession_number, kept = "", order.accession_number
    assert ack(send(api("lab"), oru(order, f"{K}|4|mmol/L|F"))) == ["AA", "M1"]
    assert Order.objects.get(pk=order.pk).status == "RESULT_READY"
    lab_order(users["doctor"], order.patient)
    lab_order(users["doctor"], order.patient)
    answer = send(api("lab"), oru(order, f"{K}|4|mmol/L|F", control_id="M2"))
    assert ack(answer)[0] == "AE"
    assert InboundMessage.objects.first().reason == "several orders fit"
    assert kept


@pytest.mark.parametrize(
    ("raw", "code", "reason"),
    [
        (b"hello", "AR", "no MSH segment"),
        (b"MSH", "AR", "no MSH segment"),
        (b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5.1\rPID|1", "AR", "not ORU^R01"),
        (b"MSH$^~\\&$A$B$C$D$1$$ORU^R01$1$P$2.5.1\r", "AR", "other separators than |^~\\&"),
        (b"MSH|^~\\&|A|B|C|D|1||ORU^R01||P|2.5.1\r", "AE", "no message control ID (MSH-10)"),
        (b"MSH|^~\\&|A|B|C|D|1||ORU^R01|1|P|2.5.1\rPID|1||M\rOBR|1", "AE", "no OBX segment"),
        (
            b"MSH|^~\\&|A|B|C|D|1||ORU^R01|1|P|2.5.1\rOBX|1|NM|2823-3||4|mmol/L",
            "AE",
            "an OBX before its OBR",
        ),
        (oru(None, f"{K}|4|mmol/L|F", mrn="nobody"), "AE", "no open order fits"),
        (oru(None, f"{K}|4|mmol/L|F", charset="KLINGON"), "AE", "unknown character set (MSH-18)"),
        (
            oru(None, f"{K}|4|mmol/L|F", name="김", codec="euc_kr"),
            "AE",
            "the bytes are not utf-8",
        ),
        (oru(None, f"{K}|4|mmol/L|F", name="x\0"), "AE", "a NUL character"),
    ],
)
def test_what_does_not_fit_is_kept_with_its_reason(api, raw, code, reason):
    assert ack(send(api("lab"), raw))[0] == code
    assert ack(send(api("lab"), raw))[0] == code
    assert state() == ("HELD", reason)
    assert bytes(InboundMessage.objects.get().raw) == hl7_text.messages_of(raw)[0]


def test_a_message_of_another_patient_is_held(api, order, patient_factory):
    raw = oru(order, f"{K}|4|mmol/L|F", mrn=patient_factory().patient_id)
    assert ack(send(api("lab"), raw))[0] == "AE"
    assert state()[1] == "the patient is not that of the order"
    assert Order.objects.get(pk=order.pk).status == "ORDERED"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("UNICODE UTF-8", "utf-8"), ("8859/1", "latin-1"), ("KS X 1001", "euc_kr")],
)
def test_character_sets(api, order, charset, codec):
    name = "Müller" if codec == "latin-1" else "김민준"
    raw = oru(order, f"{K}|4|mmol/L|F", charset=charset, codec=codec, name=name)
    assert ack(send(api("lab"), raw)) == ["AA", "M1"]


def test_one_bad_line_does_not_drop_the_others(api, order):
    raw = oru(order, f"{K}|4|mmol/L|F", f"{HB}|12|xx|F", "999-9|1|g/dL|F", f"{HB}|x|g/dL|F")
    assert ack(send(api("lab"), raw))[0] == "AE"
    assert state() == ("PARTIAL", "OBX 5: unit; OBX 6: code; OBX 7: value")
    row = Order.objects.get(pk=order.pk)
    assert [each["code"] for each in row.result["analytes"]] == [K]


def test_a_file_of_several_has_an_ack_each(api, order):
    raw = b"FHS|^~\\&\r" + oru(order, f"{K}|4|mmol/L|F") + b"junk\r" + oru(None, f"{K}|1|g|F")
    upload = SimpleUploadedFile("results.hl7", raw)
    answer = api("lab").post(f"{LIS}import/hl7/", {"file": upload}, format="multipart")
    assert answer.content.count(b"MSA|") == 2


def test_a_message_that_is_too_long_is_refused(api, order):
    raw = oru(order, f"{K}|4|mmol/L|F", name="x" * (1 << 20))
    assert ack(send(api("lab"), raw))[0] == "AR"
    assert state() == ("HELD", "larger than 1 MB")


def test_what_was_held_is_tried_again_or_discarded(api, users, patient_factory):
    patient, lab = patient_factory(), api("lab")
    raw = oru(None, f"{K}|4|mmol/L|F", mrn=patient.patient_id)
    assert ack(send(lab, raw))[0] == "AE"
    [row] = lab.get(f"{LIS}messages/", {"state": "HELD"}).json()["results"]
    url = f"{LIS}messages/{row['id']}/"
    assert lab.get(url).json()["raw"].startswith("MSH")
    assert lab.post(f"{url}retry/").json()["state"] == "HELD"
    order = lab_order(users["doctor"], patient)
    assert lab.post(f"{url}retry/").json()["state"] == "ACCEPTED"
    assert Order.objects.get(pk=order.pk).status == "RESULT_READY"
    assert lab.post(f"{url}retry/").status_code == 409
    send(lab, b"junk")
    url = f"{LIS}messages/{InboundMessage.objects.first().pk}/discard/"
    assert lab.post(url, {}, format="json").status_code == 400
    assert lab.post(url, {"reason": "a test"}, format="json").json()["state"] == "DISCARDED"
    assert lab.post(url, {"reason": "a test"}, format="json").status_code == 409


def csv_send(client, text, codec="utf-8"):
    upload = SimpleUploadedFile("results.csv", text.encode(codec))
    return client.post(f"{LIS}import/csv/", {"file": upload}, format="multipart")


def test_a_csv_says_which_lines_it_refused(api, order):
    a = order.accession_number
    lines = [
        "accession_number,code,value,unit",
        f"{a},{K},6.9,mmol/L",
        f"{a},{HB},13,g/dL",
        f"{a},{HB},13,g/dL",
        f"{a},9999-9,1,g/dL",
        f"{a},2951-2,140,xx",
        "nothing,2951-2,140,mmol/L",
        f'{a},"2951-2,140,mmol/L',
        f"{a},2951-2,=1+1,mmol/L",
        f"{a},2951-2,140",
        f"{a},2951-2,{'9' * (1 << 20)},mmol/L",
    ]
    answer = csv_send(api("lab"), "\n".join(lines))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["accepted"] == 2
    assert [each["line"] for each in body["rejected"]] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert InboundMessage.objects.filter(kind="csv", state="HELD").count() == 8
    version = ResultVersion.objects.get()
    assert (version.state, version.source, len(version.values["analytes"])) == ("ENTERED", "csv", 2)
    assert CriticalValue.objects.get().value == "6.9"


@pytest.mark.parametrize(
    ("text", "codec"),
    [("", "utf-8"), ("a,b\n1,2", "utf-8"), ("accession_number\0", "utf-8"), ("가", "utf-16")],
)
def test_what_is_no_such_file_is_refused(api, text, codec):
    answer = csv_send(api("lab"), text, codec)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "file"


def test_korean_excel_is_read(api, order):
    text = f"accession_number,code,value,unit,비고\n{order.accession_number},{K},4,mmol/L,정상"
    assert csv_send(api("lab"), text, "cp949").json() == {"accepted": 1, "rejected": []}


GOOD = b"gene\ts1\ts2\nTP53\t0\t12\nEGFR\t4\t5\n"


def rna_send(client, order, content):
    upload = SimpleUploadedFile("counts.tsv", content)
    return client.post(f"{LIS}orders/{order.pk}/rna-seq/", {"file": upload}, format="multipart")


@pytest.mark.parametrize("content", [GOOD, gzip.compress(GOOD), GOOD.replace(b"\t", b",")])
def test_a_matrix_is_kept_as_a_file(api, users, patient_factory, settings, tmp_path, content):
    settings.RNA_SEQ_DIR = tmp_path
    order = lab_order(users["doctor"], patient_factory(), "GENETIC")
    answer = rna_send(api("lab"), order, content)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["genes"], body["samples"]) == (2, 2)
    [kept] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (kept.name, kept.read_bytes()) == (body["file"], content)
    assert kept.stat().st_mode & 0o077 == 0
    result = {"rna_seq": body | {"genes": 99}}
    url = f"{LIS}orders/{order.pk}/results/"
    version = api("lab").post(url, {"result": result}, format="json").json()
    assert version["values"]["rna_seq"] == body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"gene\n",
        b"gene\ts1\ts1\nA\t1\t1\n",
        b"gene\ts1\n",
        b"gene\ts1\nA\t1.5\n",
        b"gene\ts1\nA\t-1\n",
        b"gene\ts1\nA\t1\nA\t2\n",
        b"gene\ts1\nA\n",
        b"\xff\xfe\x00",
        gzip.compress(GOOD)[:-6],
    ],
)
def test_a_bad_matrix_leaves_nothing(api, users, patient_factory, settings, tmp_path, content):
    settings.RNA_SEQ_DIR = tmp_path
    order = lab_order(users["doctor"], patient_factory(), "GENETIC")
    assert rna_send(api("lab"), order, content).status_code == 400
    assert not RnaMatrix.objects.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("orders/{}/rna-seq/", "multipart/form-data; boundary=b"),
        ("import/csv/", "multipart/form-data; boundary=b"),
        ("import/hl7/", "text/hl7-v2"),
    ],
)
def test_2_gb_are_refused_before_they_are_read(api, users, patient_factory, path, kind):
    order = lab_order(users["doctor"], patient_factory(), "GENETIC")
    answer = api("lab").generic(
        "POST",
        f"{LIS}{path.format(order.pk)}",
        b"x",
        content_type=kind,
        CONTENT_LENGTH=str(2 << 30),
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["field"] == "file"


def pid(mrns):
    return f"PID|1||{mrns}||Kim^A\r".encode()


def obr(order):
    return f"OBR|1|{order.accession_number}||BLOOD\rOBX|1|NM|{K}||6.9|mmol/L|||||F\r".encode()


@pytest.mark.parametrize("second", ["PID", "MSH"])
def test_a_message_is_of_one_patient(api, users, order, patient_factory, second):
    other = lab_order(users["doctor"], patient_factory())
    msh = oru(order, control_id="M2").split(b"\r")[0] + b"\r" if second == "MSH" else b""
    # the identifiers are swapped: each order's number comes under the other's patient
    raw = msh.replace(b"M2", b"M1") + pid(other.patient.patient_id) + obr(order)
    raw = oru(order).split(b"\r")[0] + b"\r" + pid(order.patient.patient_id) + obr(other) + raw
    body = b"\x0b" + raw  # one frame: what an MLLP listener hands on
    message_import.message_receive(actor=users["lab"], raw=body[1:])
    wanted = "a second MSH segment" if second == "MSH" else "several patients in one message"
    assert state() == ("HELD", wanted)
    assert not ResultVersion.objects.exists()


def test_only_the_record_number_of_pid_3_names_the_patient(api, order):
    mrn = order.patient.patient_id
    msh = oru(order).split(b"\r")[0] + b"\r"
    raw = msh + pid(f"99^^^X~{mrn}^^^X") + obr(order)
    assert ack(send(api("lab"), raw))[0] == "AE"
    assert state() == ("HELD", "the patient is not that of the order")
    raw = msh.replace(b"|M1|", b"|M2|") + pid(f"99^^^X^PI~{mrn}^^^H^MR") + obr(order)
    assert ack(send(api("lab"), raw)) == ["AA", "M2"]


def test_a_file_of_frames_is_split(api, users, order, patient_factory):
    other = lab_order(users["doctor"], patient_factory())
    first, second = oru(order, f"{K}|4|mmol/L|F"), oru(other, f"{K}|5|mmol/L|F", control_id="M2")
    answer = send(api("lab"), b"\x0b" + first + b"\x1c\r\x0b" + second + b"\x1c\r")
    assert answer.content.count(b"MSA|AA|") == 2


def values_of(order):
    found = Order.objects.get(pk=order.pk).result["analytes"]
    return {each["code"]: each["value"] for each in found}


def test_a_correction_leaves_the_other_values(api, order):
    send(api("lab"), oru(order, f"{K}|4|mmol/L|F", f"{HB}|13|g/dL|F"))
    assert ack(send(api("lab"), oru(order, f"{K}|5|mmol/L|C", control_id="M2"))) == ["AA", "M2"]
    assert values_of(order) == {K: 5, HB: 13}


def test_two_groups_of_an_order_are_one_result(api, order):
    second = f"OBR|2|{order.accession_number}||BLOOD\rOBX|1|NM|{HB}||13|g/dL|||||F\r".encode()
    assert ack(send(api("lab"), oru(order, f"{K}|4|mmol/L|F") + second)) == ["AA", "M1"]
    assert values_of(order) == {K: 4, HB: 13}


def test_what_waits_is_kept_and_not_released_with_a_final_value(api, order):
    lab, a = api("lab"), order.accession_number
    send(lab, oru(order, f"{HB}|13|g/dL|P"))
    csv_send(lab, f"accession_number,code,value,unit\n{a},2951-2,140,mmol/L")
    assert ack(send(lab, oru(order, f"{K}|4|mmol/L|F", control_id="M2"))) == ["AA", "M2"]
    assert Order.objects.get(pk=order.pk).status == "IN_PROGRESS"
    waiting = ResultVersion.objects.get(state="ENTERED")
    assert {each["code"] for each in waiting.values["analytes"]} == {K, HB, "2951-2"}


def test_a_result_of_no_status_is_not_final(api, order):
    assert ack(send(api("lab"), oru(order, f"{K}|4|mmol/L|"))) == ["AA", "M1"]
    assert ResultVersion.objects.get().state == "ENTERED"


def test_a_retry_adds_only_what_was_missing(api, order):
    lab = api("lab")
    send(lab, oru(order, f"{K}|4|mmol/L|F", f"{HB}|13|g/dL|X"))
    send(lab, oru(order, f"{K}|5|mmol/L|C", control_id="M2"))
    row = InboundMessage.objects.get(control_id="M1")
    told = Notification.objects.filter(kind="lab_message_held")
    assert [each.user.role for each in told] == ["lab"]
    url = f"{LIS}messages/{row.pk}/retry/"
    assert lab.post(url).json()["state"] == "PARTIAL"
    InboundMessage.objects.filter(pk=row.pk).update(raw=bytes(row.raw).replace(b"|X", b"|F"))
    assert lab.post(url).json()["state"] == "ACCEPTED"
    row.refresh_from_db()
    assert (row.order_id, row.taken, told.count()) == (order.pk, [4, 5], 1)
    assert values_of(order) == {K: 5, HB: 13}


def test_an_unknown_accession_number_is_not_the_patients_other_order(api, order):
    raw = oru(order, f"{K}|4|mmol/L|F").replace(order.accession_number.encode(), b"999")
    assert ack(send(api("lab"), raw))[0] == "AE"
    assert state() == ("HELD", "no laboratory order has this accession number")


@pytest.mark.parametrize("value", ["５", "<５", "1_0", "nan"])
def test_only_plain_digits_are_a_number(api, order, value):
    assert ack(send(api("lab"), oru(order, f"{K}|{value}|mmol/L|F")))[0] == "AE"
    assert state() == ("PARTIAL", "OBX 4: value")


def test_an_unforeseen_failure_is_answered(api, order, monkeypatch):
    def fail(*_args, **_more):
        raise ValueError

    monkeypatch.setattr(message_lines, "analyte_refined", fail)
    assert ack(send(api("lab"), oru(order, f"{K}|4|mmol/L|F")))[0] == "AE"
    assert state() == ("HELD", "not understood")
