"""Breaking the glass: by exact MRN, for a reason of substance, marked, ended, limited, reviewed."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from django.utils import timezone

from audit.models import AuditLog
from audit.services import stream
from emr import services
from emr.models import CareTeamMember
from rbac import epochs
from rbac.models import Grant

URL = "/api/emr/break-glass/"
REASON = "Unconscious in the emergency room"


def break_glass(client, patient, reason=REASON):
    body = {"patient_id": patient.patient_id, "reason": reason}
    return client.post(URL, body, format="json")


@pytest.fixture
def closed(users, patient_factory):
    """A restricted patient of nobody's care team."""
    return patient_factory(restricted=True, patient_id="R-100", full_name="Kept Secret")


def epoch_of(user):
    return int(stream().get(f"{epochs.EVERYBODY}:{user.pk}") or 0)


def reads(patient, **fields):
    return AuditLog.objects.filter(patient_id=patient.pk, action="patient.read", **fields)


def test_a_restricted_patient_is_found_by_the_exact_mrn_only(api, closed):
    client = api("doctor")
    for mrn in ("R-10", "R-1000", "r-100", "%", "Kept Secret", "R-10_"):
        refused = client.post(URL, {"patient_id": mrn, "reason": REASON}, format="json")
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "ERR_201"), mrn
    assert not Grant.objects.exists()
    opened = break_glass(client, closed)
    assert opened.status_code == 201
    assert opened.json()["patient"] == closed.pk
    assert client.get(f"/api/emr/patients/{closed.pk}/").status_code == 200


def test_the_mrn_of_a_merged_duplicate_finds_the_record_that_is_left(api, closed, patient_factory):
    patient_factory(patient_id="R-0", restricted=True, merged_into=closed)
    answer = api("nurse").post(URL, {"patient_id": "R-0", "reason": REASON}, format="json")
    assert answer.json()["patient"] == closed.pk


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("emergency", 400),
        ("aaaaaaaaaaaaaaaa", 400),
        ("asdfasdfasdfasdf", 400),
        ("need need need need", 400),
        ("emergency emergency", 400),
        (".,;:!?-_()[]{}", 400),
        ("응급응급응급응급", 400),
        ("응급 환자", 400),
        ("의식 없음, 보호자 없음", 201),
        ("Seizure in the ward, on call", 201),
    ],
)
def test_the_reason_has_substance(api, closed, reason, status):
    assert break_glass(api("doctor"), closed, reason).status_code == status


def test_the_record_proves_the_reason_and_marks_the_reads(api, closed, patient_factory):
    client, other = api("doctor"), patient_factory()
    break_glass(client, closed)
    broken = AuditLog.objects.get(action="patient.break_glass")
    assert broken.detail == {"reason_sha256": sha256(REASON.encode()).hexdigest()}
    client.get(f"/api/emr/patients/{closed.pk}/")
    client.get(f"/api/emr/patients/{other.pk}/")
    assert reads(closed).get().permission == "break_glass"
    assert reads(other).get().permission == "view_patient", "not opened by it"


def test_the_care_teams_reads_bear_no_mark(api, users, closed):
    CareTeamMember.objects.create(patient=closed, user=users["nurse"])
    break_glass(api("doctor"), closed)
    api("nurse").get(f"/api/emr/patients/{closed.pk}/")
    assert reads(closed).get().permission == "view_patient"


def test_its_user_ends_it_early(api, users, closed):
    client = api("doctor")
    glass = break_glass(client, closed).json()["id"]
    epoch = epoch_of(users["doctor"])
    assert api("nurse").delete(f"{URL}{glass}/").status_code == 404
    assert client.delete(f"{URL}{glass}/").status_code == 204
    assert client.get(f"/api/emr/patients/{closed.pk}/").status_code == 404
    assert epoch_of(users["doctor"]) != epoch, "cached decisions about images are void"
    again = client.delete(f"{URL}{glass}/")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "ERR_212")
    ended = AuditLog.objects.get(action="glass.end")
    assert (ended.patient_id, ended.permission) == (closed.pk, "break_glass")


def test_a_reviewer_ends_it_early(api, closed):
    client = api("doctor")
    glass = break_glass(client, closed).json()["id"]
    assert api("admin").delete(f"{URL}{glass}/").status_code == 204
    assert client.get(f"/api/emr/patients/{closed.pk}/").status_code == 404


def test_it_is_not_renewed_without_limit(api, closed, patient_factory):
    client = api("doctor")
    opened = [break_glass(client, closed) for _ in range(4)]
    assert [each.status_code for each in opened] == [201, 201, 201, 409]
    assert opened[-1].json()["error"]["code"] == "ERR_408"
    assert break_glass(api("nurse"), closed).status_code == 201, "another person"
    other = patient_factory(restricted=True)
    assert break_glass(client, other).status_code == 201, "another patient"
    review = {"outcome": "justified"}
    api("admin").post(f"{URL}{opened[0].json()['id']}/review/", review, format="json")
    assert break_glass(client, closed).status_code == 201, "one of three is reviewed"
    assert break_glass(client, closed).status_code == 409
    Grant.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert break_glass(client, closed).status_code == 201, "the next day"


def test_a_reviewer_reads_who_opened_whom_why_and_what_was_read(api, users, closed):
    client = api("doctor")
    client.get("/api/emr/patients/")
    glass = break_glass(client, closed).json()["id"]
    client.get(f"/api/emr/patients/{closed.pk}/")
    client.get(f"/api/emr/patients/{closed.pk}/timeline/")
    client.delete(f"{URL}{glass}/")
    admin = api("admin")
    [row] = admin.get(f"{URL}?reviewed=false").json()["results"]
    assert (row["user"]["username"], row["reason"], row["open"]) == ("doctor1", REASON, False)
    assert (row["patient_id"], row["full_name"]) == ("R-100", ""), "a reviewer is not a reader"
    rows = admin.get(f"{URL}{glass}/reads/").json()["results"]
    assert [read["action"] for read in rows] == [
        "patient.break_glass",
        "patient.read",
        "patient.timeline",
    ]
    record = AuditLog.objects.get(action="glass.read")
    assert (record.actor_username, record.patient_id) == ("admin1", closed.pk)


def test_what_is_read_after_the_end_is_not_listed(api, users, closed):
    client = api("doctor")
    glass = break_glass(client, closed).json()["id"]
    Grant.objects.update(expires_at=timezone.now())
    CareTeamMember.objects.create(patient=closed, user=users["doctor"])
    client.get(f"/api/emr/patients/{closed.pk}/")
    assert reads(closed).get().permission == "view_patient"
    rows = api("admin").get(f"{URL}{glass}/reads/").json()["results"]
    assert [read["action"] for read in rows] == ["patient.break_glass"]


def test_a_review_is_given_once(api, closed):
    glass = break_glass(api("doctor"), closed).json()["id"]
    admin, url = api("admin"), f"{URL}{glass}/review/"
    assert admin.post(url, {"outcome": "maybe"}, format="json").status_code == 400
    body = {"outcome": "unjustified", "comment": "Not a patient of this ward"}
    shown = admin.post(url, body, format="json").json()
    assert (shown["outcome"], shown["comment"]) == ("unjustified", body["comment"])
    assert shown["reviewed_by"]["username"] == "admin1"
    again = admin.post(url, {"outcome": "justified"}, format="json")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ERR_409")
    assert admin.get(f"{URL}?reviewed=false").json()["count"] == 0
    assert admin.get(f"{URL}?reviewed=true").json()["count"] == 1
    record = AuditLog.objects.get(action="glass.review")
    assert record.detail == {"outcome": "unjustified"}


def test_nobody_reviews_what_they_did_themselves(api, users, closed):
    grant = services.patient_break_glass(actor=users["doctor"], pk=closed.pk, reason=REASON)
    Grant.objects.update(grantee=users["admin"])
    answer = api("admin").post(f"{URL}{grant.pk}/review/", {"outcome": "justified"}, format="json")
    assert answer.status_code == 403
    assert Grant.objects.get().reviewed_at is None


def test_others_list_their_own_only(api, closed):
    break_glass(api("doctor"), closed)
    break_glass(api("nurse"), closed)
    rows = api("doctor").get(f"{URL}?open=true&patient={closed.pk}").json()["results"]
    assert [row["user"]["username"] for row in rows] == ["doctor1"]
    assert rows[0]["full_name"] == "Kept Secret", "while it is open"
    assert api("rib").get(URL).json()["count"] == 0
    assert api("admin").get(URL).json()["count"] == 2
