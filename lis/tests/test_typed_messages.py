"""Genetic and protein results over HL7 v2, and who may read a message that was held."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditLog
from lis.models import InboundMessage, ResultVersion
from lis.tests.factories import K, analyte, blood, lab_order, oru
from ocs.models import Order
from rbac.models import OrderAccess

pytestmark = pytest.mark.django_db
LIS = "/api/lis/"
GENE, DNA, PROTEIN, VAF = "48018-6", "48004-6", "48005-3", "81258-6"


@pytest.fixture
def genetic(users, patient_factory):
    return lab_order(users["doctor"], patient_factory(), "GENETIC")


@pytest.fixture
def protein(users, patient_factory):
    return lab_order(users["doctor"], patient_factory(), "PROTEIN")


def obx(code, value, unit="", *, sub="", status="F", kind="ST", name="X", method=""):
    return f"OBX|1|{kind}|{code}^{name}^LN|{sub}|{value}|{unit}|||||{status}||||||{method}"


def message(order, *lines, control_id="M1", accession=None, mrn=None):
    header = oru(order, control_id=control_id).decode().split("\r")[:3]
    if mrn is not None:
        header[1] = f"PID|1||{mrn}"
    if accession is not None:
        header[2] = f"OBR|1|{accession}||GEN"
    return ("\r".join([*header, *lines]) + "\r").encode()


IDH1 = [
    obx(GENE, "HGNC:5382^IDH1^HGNC", sub="2a", kind="CWE"),
    obx("51958-7", "NM_005896.4", sub="2a"),
    obx(DNA, "c.395G>A", sub="2a"),
    obx(PROTEIN, "p.(Arg132His)", sub="2a"),
    obx(VAF, "41", "%", sub="2a", kind="NM"),
    obx("53034-5", "LA6706-1^Heterozygous^LN", sub="2a", kind="CWE"),
    obx("53037-8", "LA6668-3^Pathogenic^LN", sub="2a", kind="CWE"),
]
ROW = {
    "gene": "IDH1",
    "hgvs": "NM_005896.4:c.395G>A",
    "finding": "p.(Arg132His)",
    "vaf": 0.41,
    "zygosity": "heterozygous",
    "interpretation": "pathogenic",
}


def send(client, raw):
    answer = client.post(f"{LIS}import/hl7/", raw, content_type="text/hl7-v2")
    assert answer.status_code == 200, answer.content
    return answer.content.decode().split("\r")[1].split("|")[1]


def state():
    row = InboundMessage.objects.latest("pk")
    return row.state, row.reason


def result(order):
    return Order.objects.get(pk=order.pk).result


def test_variants_are_read_by_their_sub_id_or_their_gene(api, genetic):
    second = [obx(GENE, "TP53"), obx(PROTEIN, "NP_000537.3:p.Arg175His")]
    assert send(api("lab"), message(genetic, *IDH1, *second)) == "AA", state()
    assert result(genetic)["gene_mutations"] == [
        ROW,
        {"gene": "TP53", "hgvs": "NP_000537.3:p.Arg175His"},
    ]
    assert Order.objects.get(pk=genetic.pk).status == "RESULT_READY"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (obx(DNA, "395G>A", sub="3"), "value"),
        (obx(PROTEIN, "R132H", sub="3"), "value"),
        (obx(VAF, "1.4", sub="3"), "value"),
        (obx(VAF, "40", "mg", sub="3"), "value"),
        (obx("53037-8", "LA1^Dubious", sub="3"), "value"),
        (obx(DNA, "c.1A>G~c.2A>G", sub="3"), "several values"),
        (obx(DNA, "c.1A>G", sub="3", status="X"), "status"),
        (obx("55233-1", "x", sub="3"), "code"),
    ],
)
def test_a_variant_is_whole_or_held_and_the_others_are_taken(api, genetic, line, reason):
    other = [obx(GENE, "EGFR", sub="3"), obx("47998-0", "amplified", sub="3")]
    assert send(api("lab"), message(genetic, *IDH1, *other, line)) == "AE"
    assert state() == ("PARTIAL", f"OBX 13: {reason}")
    entered = ResultVersion.objects.latest("pk").entered
    genes = [row["gene"] for row in entered["gene_mutations"]]
    assert genes == (["IDH1", "EGFR"] if reason == "code" else ["IDH1"])
    taken = InboundMessage.objects.get().taken
    assert 13 not in taken
    assert (11 in taken) == (reason == "code")


def test_lines_without_a_gene_are_held(api, genetic):
    assert send(api("lab"), message(genetic, obx(DNA, "c.1A>G"))) == "AE"
    assert state() == ("PARTIAL", "OBX 4: no gene")


def test_a_gene_without_a_variant_is_said_to_be_so(api, genetic):
    lines = [obx(GENE, "IDH2"), obx("69548-6", "LA9634-2^Absent^LN", kind="CWE")]
    assert send(api("lab"), message(genetic, *lines)) == "AA"
    assert result(genetic)["gene_mutations"] == [{"gene": "IDH2", "finding": "Absent"}]


def test_a_correction_of_a_gene_replaces_what_was_known_of_it(api, genetic):
    lab = api("lab")
    other = [obx(GENE, "TP53"), obx(PROTEIN, "p.Arg175His")]
    send(lab, message(genetic, *IDH1, *other))
    again = [obx(GENE, "IDH1", status="C"), obx(DNA, "c.394C>T", status="C")]
    assert send(lab, message(genetic, *again, control_id="M2")) == "AA"
    assert {row["gene"]: row["hgvs"] for row in result(genetic)["gene_mutations"]} == {
        "TP53": "p.Arg175His",
        "IDH1": "c.394C>T",
    }


def test_a_genetic_order_is_found_by_its_lines(api, genetic):
    raw = message(genetic, *IDH1, accession="")
    assert send(api("lab"), raw) == "AA", state()
    assert result(genetic)["gene_mutations"] == [ROW]


def test_markers_of_proteins(api, protein):
    lines = [
        obx("49137-3", "1.2", "ng/mL", kind="NM", name="GFAP", method="ELISA"),
        obx("LOCAL", "Positive", name="Tau"),
        obx("LOCAL", "<^0.5", "ug/L", kind="SN", name="S100B"),
    ]
    assert send(api("lab"), message(protein, *lines)) == "AA", state()
    assert result(protein)["protein_markers"] == [
        {"marker": "GFAP", "value": 1.2, "unit": "ng/mL", "method": "ELISA"},
        {"marker": "Tau", "value": "Positive"},
        {"marker": "S100B", "value": "<0.5", "unit": "ug/L"},
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (obx("A", "1", "parsecs per fortnight"), "unit"),
        (obx("A", ""), "value"),
        (obx("A", "x" * 61), "value"),
        (obx("A", "^PDF^Base64^AAAA", kind="ED"), "type"),
        (obx("A", "1", name="y" * 61), "marker"),
    ],
)
def test_what_is_no_marker_is_held(api, protein, line, reason):
    assert send(api("lab"), message(protein, obx("B", "1", name="NfL"), line)) == "AE"
    assert state() == ("PARTIAL", f"OBX 5: {reason}")
    assert [row["marker"] for row in result(protein)["protein_markers"]] == ["NfL"]


def test_a_unit_that_is_none_is_refused_by_hand_too(api, protein):
    body = {"result": {"protein_markers": [{"marker": "A", "value": 1, "unit": "parsecs"}]}}
    answer = api("lab").post(f"{LIS}orders/{protein.pk}/results/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "result.protein_markers.0.unit"


def test_notes_are_the_comment_and_a_correction_keeps_it(api, users, patient_factory):
    order = lab_order(users["doctor"], patient_factory())
    lab = api("lab")
    raw = oru(order, f"{K}|4|mmol/L|F") + b"NTE|1|L|Slightly\\T\\haemolysed~second line\r"
    assert send(lab, raw) == "AA"
    assert result(order)["comment"] == "Slightly&haemolysed\nsecond line"
    send(lab, oru(order, f"{K}|4.2|mmol/L|C", control_id="M2"))
    assert result(order)["comment"] == "Slightly&haemolysed\nsecond line"


def test_an_order_without_rows_is_named(api, users, patient_factory):
    order = lab_order(users["doctor"], patient_factory(), "CULTURE")
    assert send(api("lab"), oru(order, f"{K}|4|mmol/L|F")) == "AE"
    assert state() == ("HELD", "no import of CULTURE")


# Who may read what was held


@pytest.fixture
def restricted(patient_factory):
    patient = patient_factory()
    type(patient).objects.filter(pk=patient.pk).update(restricted=True)
    return patient


def read(client):
    row = InboundMessage.objects.latest("pk")
    return client.get(f"{LIS}messages/{row.pk}/")


def test_a_message_of_a_restricted_patient_has_no_content(api, restricted, patient_factory):
    lab = api("lab")
    send(lab, oru(None, f"{K}|4|mmol/L|F", mrn=restricted.patient_id))
    body = read(lab).json()
    assert (body["withheld"], body["raw"], body["state"]) == (True, "", "HELD")
    record = AuditLog.objects.filter(action="message.read").get()
    assert (record.patient_id, record.outcome) == (restricted.pk, "denied")
    assert "raw" not in lab.get(f"{LIS}messages/").json()["results"][0]
    url = f"{LIS}messages/{body['id']}/"
    assert lab.post(f"{url}discard/", {"reason": "x"}, format="json").status_code == 404
    assert lab.post(f"{url}retry/").status_code == 404
    type(restricted).objects.filter(pk=restricted.pk).update(restricted=False)
    assert read(lab).json()["raw"].startswith("MSH")
    assert AuditLog.objects.filter(action="message.read", outcome="ok").exists()


def test_so_has_one_that_cannot_be_understood(api, users, restricted):
    lab = api("lab")
    send(lab, f"hello {restricted.patient_id} there".encode())
    assert read(lab).json()["withheld"] is True
    send(lab, message(None, obx(DNA, "x"), mrn="", accession="nothing"))
    assert read(lab).json()["withheld"] is False


def test_a_line_of_a_file_is_held_to_the_same_rule(api, users, patient_factory):
    lab = api("lab")
    order = lab_order(users["doctor"], patient_factory())
    OrderAccess.objects.all().delete()
    type(order.patient).objects.filter(pk=order.patient_id).update(restricted=True)
    text = f"accession_number,code,value,unit\n{order.accession_number},{K},high,mmol/L"
    upload = SimpleUploadedFile("results.csv", text.encode())
    lab.post(f"{LIS}import/csv/", {"file": upload}, format="multipart")
    assert read(lab).json()["withheld"] is True


def test_what_is_held_is_assigned_to_an_order_of_the_same_patient(api, users, patient_factory):
    lab, patient = api("lab"), patient_factory()
    order = lab_order(users["doctor"], patient)
    lab_order(users["doctor"], patient)
    send(lab, oru(None, f"{K}|4|mmol/L|F", mrn=patient.patient_id))
    assert state() == ("HELD", "several orders fit")
    url = f"{LIS}messages/{InboundMessage.objects.get().pk}/assign/"
    strange = lab_order(users["doctor"], patient_factory())
    answer = lab.post(url, {"order": strange.pk}, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "order")
    assert state() == ("HELD", "several orders fit")
    answer = lab.post(url, {"order": order.pk}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "ACCEPTED")
    assert result(order)["analytes"][0]["value"] == 4
    assert lab.post(url, {"order": order.pk}, format="json").status_code == 409


def test_a_returned_version_is_no_part_of_the_next(api, users, patient_factory):
    order, lab = lab_order(users["doctor"], patient_factory()), api("lab")
    body = {"result": blood(analyte(K, 9))}
    version = lab.post(f"{LIS}orders/{order.pk}/results/", body, format="json").json()
    url = f"{LIS}results/{version['id']}/return/"
    assert api("doctor").post(url, {"reason": "implausible"}, format="json").status_code == 200
    send(lab, oru(order, "718-7|13|g/dL|F"))
    assert [row["code"] for row in result(order)["analytes"]] == ["718-7"]
    assert ResultVersion.objects.filter(state="RETURNED").count() == 1
