"""Templates: those of the files, and MRRT files that the hospital imports."""

from __future__ import annotations

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from audit.models import AuditLog
from ris.models import ReportTemplate
from ris.reports.mrrt import LARGEST
from ris.reports.template_services import template_import, templates_keep
from ris.reports.templating import built_in_templates, template_problems
from ris.tests.reports.factories import REPORTS, save, sign, write

TEMPLATES = "/api/ris/report-templates/"
MRRT = """<!DOCTYPE html>
<html lang="en"><head><title>CT Brain</title>
<meta charset="UTF-8"><meta name="dcterms.title" content="CT Brain">
<meta name="dcterms.identifier" content="http://www.radreport.org/template/0000001">
<script type="text/xml"><template_attributes><term/></template_attributes></script>
</head><body>
<section data-section-name="Procedure Information" class="level1">
  <header class="level1">Procedure Information</header>
  <textarea name="technique">Helical CT without contrast.</textarea>
</section>
<section data-section-name="Findings"><header>Findings</header>
  <section data-section-name="Ventricles">
    <label for="F1">Width</label>
    <input id="F1" name="width" type="number" data-field-units="mm" min="0" max="60" required>
    <label for="F2">Shape</label>
    <select id="F2" name="shape" multiple>
      <option value="normal">Normal</option><option value="wide">Wide</option>
    </select>
    <p><label for="F3">Shunt</label><input id="F3" name="shunt" type="checkbox"></p>
  </section>
</section>
<section data-section-name="Impression"><textarea></textarea></section>
</body></html>"""


def send(client, text, code=None):
    data = text if isinstance(text, bytes) else text.encode()
    form = {"file": SimpleUploadedFile("template.html", data, "text/html")}
    return client.post(f"{TEMPLATES}import/", form | ({"code": code} if code else {}))


@pytest.mark.parametrize("code", ["general", "brain_tumour", "stroke", "trauma"])
def test_the_files_are_templates(code):
    body = dict(built_in_templates()[code])
    assert not body.pop("imported")
    assert not body.pop("retired")
    assert template_problems(body) == []
    for one in (*body["sections"], *body["fields"]):
        assert one["label"]["ko"]
        assert one["label"]["en"]


def test_a_broken_template_is_named():
    body = dict(built_in_templates()["stroke"])
    del body["imported"], body["retired"]
    twice = body | {"fields": [*body["fields"], body["fields"][0] | {"section": "nowhere"}]}
    assert template_problems(twice) == ["haemorrhage: twice", "haemorrhage: no section nowhere"]
    assert template_problems(body | {"sections": []})


@pytest.mark.django_db
def test_an_imported_file_is_a_template(api, study):
    answer = send(api("rib"), MRRT)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["code"], body["version"], body["imported"]) == ("ct_brain", 1, True)
    assert [one["key"] for one in body["sections"]] == [
        "technique",
        "findings",
        "ventricles",
        "impression",
    ]
    assert body["sections"][0]["text"]["en"] == "Helical CT without contrast."
    width, shape, shunt = body["fields"]
    assert (width["section"], width["type"], width["unit"], width["required"]) == (
        "ventricles",
        "number",
        "mm",
        True,
    )
    assert (width["minimum"], width["maximum"]) == (0, 60)
    assert (shape["multiple"], [one["value"] for one in shape["choices"]]) == (
        True,
        ["normal", "wide"],
    )
    assert (shunt["type"], shunt["label"]["en"]) == ("boolean", "Shunt")
    client = api("rib")
    report = write(client, study, template="ct_brain").json()
    assert sign(client, report).json()["error"]["field"] == "fields.width"
    report = save(client, report, fields={"width": 8, "shape": ["wide"], "shunt": False}).json()
    assert sign(client, report).status_code == 200
    assert AuditLog.objects.get(action="template.import").object_id == "ct_brain"


@pytest.mark.django_db
def test_a_later_import_replaces_and_a_retired_one_begins_nothing(api, study):
    client = api("admin")
    send(client, MRRT)
    again = send(client, MRRT.replace("CT Brain", "CT of the brain"), "ct_brain").json()
    assert (again["version"], again["name"]["en"]) == (2, "CT of the brain")
    listed = {one["code"]: one for one in client.get(TEMPLATES).json()}
    assert listed["ct_brain"]["version"] == 2
    retired = client.patch(f"{TEMPLATES}ct_brain/", {"retired": True}, format="json")
    assert retired.json()["retired"] is True
    assert write(api("rib"), study, template="ct_brain").status_code == 400
    built_in = client.patch(f"{TEMPLATES}general/", {"retired": True}, format="json")
    assert built_in.status_code == 404


@pytest.mark.django_db
def test_what_is_signed_is_read_by_the_template_it_was_signed_with(api, study):
    client = api("rib")
    send(client, MRRT)
    fields = {"width": 8, "shape": ["wide"]}
    report = write(client, study, template="ct_brain", fields=fields).json()
    report = save(client, report, sections={"ventricles": "Wide."}).json()
    sign(client, report)
    url = f"{REPORTS}{report['id']}/summary/"
    before = client.get(url).json()
    assert before["sections"][2]["label"] == "Ventricles"
    assert "Width: 8 mm" in before["sections"][2]["text"]
    changed = MRRT.replace("Ventricles", "Cisterns").replace('"mm"', '"cm"')
    send(client, changed.replace('name="shape"', 'name="form"'), "ct_brain")
    assert client.get(url).json() == before


@pytest.mark.django_db
def test_what_a_newer_template_dropped_is_seen_and_signed_knowingly(api, study):
    client = api("rib")
    send(client, MRRT)
    fields = {"width": 8, "shape": ["wide"], "shunt": True}
    report = write(client, study, template="ct_brain", fields=fields).json()
    report = save(client, report, sections={"ventricles": "Wide."}).json()
    assert report["former"] == {"sections": [], "fields": []}
    newer = MRRT.replace("Ventricles", "Cisterns").replace('name="shape"', 'name="form"')
    send(client, newer, "ct_brain")
    shown = client.get(f"{REPORTS}{report['id']}/").json()
    assert shown["form"]["version"] == 2
    assert [one["label"]["en"] for one in shown["former"]["sections"]] == ["Ventricles"]
    assert [one["label"]["en"] for one in shown["former"]["fields"]] == ["Shape"]
    kept = save(client, shown, sections={"ventricles": "Very wide."}).json()
    lines = client.get(f"{REPORTS}{report['id']}/summary/").json()["sections"]
    assert {"label": "Ventricles (of an earlier template)", "text": "Very wide."} in [
        {name: one[name] for name in ("label", "text")} for one in lines
    ]
    assert lines[-1]["text"] == "Shape: Wide"
    emptied = save(client, kept, sections={"ventricles": ""}, fields={"shape": None}).json()
    assert emptied["former"] == {"sections": [], "fields": []}
    refused = save(client, emptied, fields={"shape": ["wide"]})
    assert refused.json()["error"]["field"] == "fields.shape"


@pytest.mark.django_db
def test_the_products_own_templates_have_versions(api, study, monkeypatch):
    client = api("rib")
    report = write(client, study, sections={"technique": "CT.", "findings": "-"}).json()
    signed = sign(client, save(client, report, sections={"impression": "-"}).json()).json()
    body = built_in_templates()["general"]
    fewer = [one for one in body["sections"] if one["key"] != "technique"]
    changed = built_in_templates() | {"general": body | {"sections": fewer}}
    monkeypatch.setattr("ris.reports.template_services.built_in_templates", lambda: changed)
    for _ in range(2):
        templates_keep()
    listed = {one["code"]: one for one in client.get(TEMPLATES).json()}
    assert (listed["general"]["version"], listed["general"]["imported"]) == (2, False)
    assert len(listed["general"]["sections"]) == len(fewer)
    shown = client.get(f"{REPORTS}{signed['id']}/").json()
    assert (shown["form"]["version"], shown["former"]["sections"]) == (1, [])
    send(client, MRRT, "general")
    templates_keep()
    assert client.get(TEMPLATES).json()[1]["name"] != body["name"]


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_both_are_kept(users):
    start, versions = threading.Barrier(2), []

    def run():
        try:
            start.wait(10)
            body = template_import(actor=users["rib"], data=MRRT.encode())
            versions.append(body["code"])
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    rows = ReportTemplate.objects.filter(code="ct_brain").order_by("version")
    assert versions == ["ct_brain", "ct_brain"]
    assert list(rows.values_list("version", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_korean_names_that_begin_alike_are_not_the_same(api):
    client = api("rib")
    text = MRRT.replace("Impression", "뇌실 우측 T1").replace("Ventricles", "뇌실 좌측 T1")
    brain = send(client, text.replace("CT Brain", "뇌 MRI")).json()
    spine = send(client, text.replace("CT Brain", "척추 MRI")).json()
    assert brain["code"] != spine["code"]
    assert (brain["version"], spine["version"]) == (1, 1)
    assert len(brain["sections"]) == 4
    long = send(client, text.replace("CT Brain", "9뇌 " + "long " * 30))
    assert (long.status_code, len(long.json()["code"])) == (201, 59)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<body>", "<body><script>alert(1)</script>"),
        ("<body>", "<body><script type='text/javascript' src='x.js'></script>"),
        ("<header>", "<header onclick='x()'>"),
        ("<header>", "<header><a href='java\tscript:x()'>x</a>"),
        ("<body>", "<body><iframe src='http://example.org'></iframe>"),
        ("<body>", "<body><svg><script>1</script></svg>"),
        ("<meta charset", "<meta http-equiv='refresh' content='0'><meta charset"),
        ("CT Brain", ""),
        ("data-section-name", "data-name"),
        ("<body>", "<body>" + "<div>" * 100),
        ("<body>", "<body>" + "x" * LARGEST),
        ("min=", "minimum="),
    ],
)
def test_what_could_run_or_is_no_template_is_refused(api, old, new):
    text = MRRT.replace(old, new)
    if "minimum" in new:
        text = text.encode().replace(b"Helical", b"\xff\xfe")
    if "data-name" in new:
        text = text.replace("header", "div")
    answer = send(api("rib"), text)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ERR_127")
    assert answer.json()["error"]["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 201), ("doctor", 403), ("rib", 201), ("nurse", 403), ("patient", 403), (None, 401)],
)
def test_who_imports(api, role, status):
    assert send(api(role), MRRT).status_code == status
