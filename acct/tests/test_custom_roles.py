"""The hospital's own roles: below the ceiling, in force at once, no way to raise oneself."""

from __future__ import annotations

import pytest

from acct import services as accounts
from acct.models import Session, User
from acct.selectors import session_active
from audit.models import AuditLog
from audit.services import stream
from common.errors import BusinessError, PermissionDenied
from rbac import epochs, selectors, services
from rbac.models import CustomRole, OrderAccess
from rbac.permissions import Permission as P, Role, Scope

ROLES = "/api/rbac/roles/"
USERS = "/api/acct/users/"
NAMES = {"name_ko": "수간호사", "name_en": "Charge nurse"}
BODY = NAMES | {"base_role": "nurse"}


def created(client, **fields):
    answer = client.post(ROLES, BODY | fields, format="json")
    assert answer.status_code == 201, answer.content
    return answer


def code_of(client, **fields):
    return created(client, **fields).json()["custom"]["code"]


def changed(client, code, version=1, **fields):
    return client.patch(
        f"{ROLES}{code}/", fields, format="json", headers={"If-Match": str(version)}
    )


def give(client, user, **fields):
    return client.patch(f"{USERS}{user.pk}/", fields, format="json")


def refused(answer, status=403):
    return answer.status_code == status and answer.json()["error"]


def epoch():
    return int(stream().get(epochs.EVERYBODY) or 0)


@pytest.fixture
def admin(api):
    return api("admin")


@pytest.fixture
def second(users, api, admin):
    """Log the doctor in as an administrator of another role; called with its fields."""

    def make(**fields):
        names = {"name_ko": "보조 관리자", "name_en": "Deputy"}
        code = code_of(admin, **names, base_role="admin", **fields)
        assert give(admin, users["doctor"], custom_role=code).status_code == 200
        return api("doctor"), code

    return make


@pytest.mark.django_db
def test_who_holds_a_permission(users):
    def names(permission, *scopes):
        found = User.objects.filter(selectors.holders(permission, *scopes))
        return set(found.values_list("username", flat=True))

    role = services.role_create(
        actor=users["admin"], **BODY, removed=["break_glass"], added=["view_report"]
    )
    before = {permission: names(permission) for permission in P}
    assert before[P.VIEW_REPORT] > {"nurse1"}
    assert names(P.VIEW_REPORT, Scope.SUMMARY) == {"nurse1"}
    User.objects.filter(username="nurse1").update(custom_role=role)
    assert "nurse1" in names(P.VIEW_REPORT, Scope.ALL)
    assert names(P.VIEW_REPORT, Scope.SUMMARY) == set()
    for permission in P:
        gone = {"nurse1"} if permission == P.BREAK_GLASS else set()
        assert names(permission) == before[permission] - gone, permission
        for user in User.objects.all():
            held = selectors.scope_for(user, permission) is not Scope.NONE
            assert (user.username in names(permission)) is held, (permission, user.username)


@pytest.mark.django_db
def test_an_order_opens_its_patient_to_those_who_work_it(users):
    def opened(username):
        return list(selectors.ordered_patient_ids(User.objects.get(username=username)))

    OrderAccess.objects.create(order_id=1, role="rib", patient_id=7, opened_by=users["doctor"])
    assert [name for name in users if opened(f"{name}1")] == ["rib"]
    for base, removed, added in (
        ("rib", ["work_ris_order"], []),
        ("doctor", [], ["work_ris_order"]),
    ):
        role = services.role_create(
            actor=users["admin"],
            base_role=base,
            name_ko=base,
            name_en=base,
            removed=removed,
            added=added,
        )
        User.objects.filter(username=f"{base}1").update(custom_role=role)
    assert [name for name in users if opened(f"{name}1")] == ["doctor"]


# made, changed, given, retired


def test_a_role_is_made_shown_and_on_record(admin):
    answer = created(
        admin, removed=["break_glass", "edit_patient", "break_glass"], added=["view_report"]
    )
    role = answer.json()
    assert answer["ETag"] == '"1"'
    assert role["custom"] == NAMES | {
        "code": "charge-nurse",
        "removed": ["edit_patient", "break_glass"],
        "added": ["view_report"],
        "menu_order": [],
        "version": 1,
        "holders": 0,
    }
    scopes = {each["permission"]: each["scope"] for each in role["permissions"]}
    assert scopes["view_report"] == "all"
    assert not {"break_glass", "edit_patient"} & scopes.keys()
    listed = admin.get(ROLES).json()
    assert [each["role"] for each in listed] == [*Role, "nurse"]
    assert [each["custom"] for each in listed[:-1]] == [None] * len(Role)
    assert listed[-1] == role == admin.get(f"{ROLES}charge-nurse/").json()
    record = AuditLog.objects.get(action="role.create")
    assert (record.object_id, record.actor_username) == ("charge-nurse", "admin1")
    assert record.detail["after"]["removed"] == ["edit_patient", "break_glass"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"base_role": "root"}, "base_role"),
        ({"removed": ["create_order"]}, "removed"),
        ({"removed": ["fly"]}, "removed"),
        ({"added": ["create_order"]}, "added"),
        ({"added": ["manage_users"]}, "added"),
        ({"added": ["view_patient"]}, "added"),
        ({"removed": ["view_report"], "added": ["view_report"]}, "removed"),
        ({"base_role": "patient", "added": ["view_dicom"]}, "added"),
        ({"base_role": "external", "added": ["view_order"]}, "added"),
        ({"base_role": "admin", "added": ["break_glass"]}, "added"),
        ({"menu_order": ["nowhere"]}, "menu_order"),
        ({"name_ko": ""}, "name_ko"),
        ({"name_en": "a\nb"}, "name_en"),
        ({"name_en": "n" * 51}, "name_en"),
    ],
)
def test_what_is_not_a_role_is_refused(admin, fields, field):
    answer = admin.post(ROLES, BODY | fields, format="json")
    assert refused(answer, 400)["field"].startswith(field)
    assert not CustomRole.objects.exists()


def test_names_are_used_once_and_codes_for_ever(admin):
    assert code_of(admin) == "charge-nurse"
    for taken in ({"name_ko": "다른 이름"}, {"name_en": "Other"}):
        assert refused(admin.post(ROLES, BODY | taken, format="json"), 409)["code"] == "ERR_302"
    assert admin.delete(f"{ROLES}charge-nurse/").status_code == 204
    assert code_of(admin) == "charge-nurse-2"
    assert code_of(admin, name_ko="간호", name_en="Nurse") == "nurse-2"
    assert code_of(admin, name_ko="병동", name_en="병동") == "role"


def test_a_change_needs_the_version_and_names_what_was_before(admin):
    code = code_of(admin, removed=["break_glass"])
    assert admin.patch(f"{ROLES}{code}/", {}, format="json").status_code == 428
    assert refused(changed(admin, code, base_role="doctor"), 400)["field"] == "base_role"
    assert refused(changed(admin, code, added=["create_order"]), 400)
    answer = changed(admin, code, removed=["edit_patient"], name_en="Head nurse")
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert refused(changed(admin, code, removed=[]), 409)["code"] == "ERR_301"
    assert CustomRole.objects.get().removed == ["edit_patient"]
    assert AuditLog.objects.get(action="role.update").detail == {
        "before": {"name_en": "Charge nurse", "removed": ["break_glass"]},
        "after": {"name_en": "Head nurse", "removed": ["edit_patient"]},
    }


def test_a_role_somebody_has_is_not_retired(admin, users):
    code = code_of(admin)
    assert give(admin, users["nurse"], custom_role=code).json()["custom_role"]["code"] == code
    assert refused(admin.delete(f"{ROLES}{code}/"), 409)["code"] == "ERR_410"
    assert give(admin, users["nurse"], role="nurse").json()["custom_role"] is None
    assert admin.delete(f"{ROLES}{code}/").status_code == 204
    assert len(admin.get(ROLES).json()) == len(Role)
    for gone in (admin.get, admin.delete):
        assert refused(gone(f"{ROLES}{code}/"), 404)["code"] == "ERR_213"
    assert refused(give(admin, users["nurse"], custom_role=code), 400)["field"] == "custom_role"
    assert AuditLog.objects.get(action="role.retire").detail["before"]["code"] == code


def test_a_custom_role_brings_its_base_and_is_on_record(admin, users):
    code = code_of(admin)
    doctor = users["doctor"]
    assert refused(give(admin, doctor, role="doctor", custom_role=code), 400)
    answer = give(admin, doctor, custom_role=code).json()
    assert (answer["role"], answer["custom_role"]) == ("nurse", NAMES | {"code": code})
    record = AuditLog.objects.filter(action="user.update").latest("id")
    assert record.detail == {"fields": ["custom_role", "role"], "role": ["doctor", code]}
    account = {"username": "new.one", "password": "Correct-Horse-9-Battery", "custom_role": code}
    assert refused(admin.post(USERS, account | {"role": "doctor"}, format="json"), 400)
    assert admin.post(USERS, account | {"role": "nurse"}, format="json").status_code == 201
    found = admin.get(f"{USERS}?custom_role={code}").json()
    assert {user["username"] for user in found["results"]} == {"doctor1", "new.one"}


# at the very next request


def test_a_change_counts_at_the_next_request(admin, api, users):
    code = code_of(admin, menu_order=["orders", "shares"])
    give(admin, users["nurse"], custom_role=code)
    nurse = api("nurse")
    me = nurse.get("/api/acct/me/").json()
    assert (me["role"], me["custom_role"]["code"]) == ("nurse", code)
    assert "view_study" in me["permissions"]
    keys = [menu["key"] for menu in nurse.get("/api/menus/my-menus/").json()]
    assert keys[:3] == ["orders", "shares", "dashboard"]
    assert {"ward", "patients", "imaging", "profile"} < set(keys)
    assert nurse.get("/api/ris/studies/").status_code == 200
    before = epoch()
    assert changed(admin, code, removed=["view_study"], menu_order=[]).status_code == 200
    assert epoch() > before
    assert nurse.get("/api/ris/studies/").status_code == 403
    assert "view_study" not in nurse.get("/api/acct/me/").json()["permissions"]
    keys = [menu["key"] for menu in nurse.get("/api/menus/my-menus/").json()]
    assert keys[0] == "dashboard"
    assert "imaging" not in keys
    assert changed(admin, code, 2, removed=[]).status_code == 200
    assert nurse.get("/api/ris/studies/").status_code == 200


def test_a_name_needs_no_decision_made_anew(admin):
    code = code_of(admin)
    before = epoch()
    changed(admin, code, name_en="Head nurse")
    assert epoch() == before


def test_being_given_a_role_ends_the_sessions(admin, api, users):
    nurse = api("nurse")
    personal = f"{epochs.EVERYBODY}:{users['nurse'].pk}"
    before = int(stream().get(personal) or 0)
    give(admin, users["nurse"], custom_role=code_of(admin))
    assert nurse.get("/api/acct/me/").status_code == 401
    assert int(stream().get(personal)) > before


def test_the_session_brings_its_role_without_a_query(admin, api, users, django_assert_num_queries):
    def asked():
        session = Session.objects.filter(user=users["nurse"]).latest("created_at")
        with django_assert_num_queries(1):
            user = session_active(str(session.pk)).user
            return selectors.scope_for(user, P.VIEW_STUDY)

    api("nurse")
    assert asked() is Scope.ALL
    give(admin, users["nurse"], custom_role=code_of(admin, removed=["view_study"]))
    api("nurse")
    assert asked() is Scope.NONE


# nobody raises themselves


def test_nobody_changes_their_own_role(admin, users, second):
    code = code_of(admin, base_role="admin")
    for fields in ({"custom_role": code}, {"custom_role": None}, {"role": "doctor"}):
        assert refused(give(admin, users["admin"], **fields)), fields
    deputy, own = second(removed=["view_audit"])
    for removed in ([], ["operate"], ["view_audit", "operate"], ["manage_users"]):
        assert refused(changed(deputy, own, removed=removed)), removed
    assert changed(deputy, own, name_ko="부관리자").status_code == 200
    assert CustomRole.objects.get(code=own).removed == ["view_audit"]


def test_what_was_taken_from_an_administrator_they_cannot_give(admin, users, second):
    wide = code_of(admin, base_role="admin", removed=["operate"])
    deputy, own = second(removed=["view_audit", "view_dicom"])
    new = {"name_ko": "새 역할", "name_en": "New", "base_role": "admin"}
    for removed in ([], ["view_audit"], ["view_dicom"]):
        assert refused(deputy.post(ROLES, new | {"removed": removed}, format="json")), removed
    assert refused(changed(deputy, wide, removed=["operate", "view_audit", "view_dicom"]))
    assert refused(deputy.delete(f"{ROLES}{wide}/"))
    for fields in ({"role": "admin"}, {"custom_role": wide}):
        assert refused(give(deputy, users["nurse"], **fields)), fields
    account = {"username": "puppet", "password": "Correct-Horse-9-Battery", "role": "admin"}
    for fields in ({}, {"custom_role": wide}):
        assert refused(deputy.post(USERS, account | fields, format="json")), fields
    for fields in (
        {"password": "Another-Horse-9-Battery"},
        {"is_active": False},
        {"full_name": "x"},
    ):
        assert refused(give(deputy, users["admin"], **fields)), fields
    narrow = new | {"removed": ["view_audit", "view_dicom", "operate"]}
    narrow = deputy.post(ROLES, narrow, format="json").json()["custom"]["code"]
    for fields in ({"custom_role": narrow}, {"custom_role": own}, {"role": "lab"}):
        assert give(deputy, users["nurse"], **fields).status_code == 200, fields
    assert code_of(deputy, name_ko="병동 간호사", name_en="Ward nurse") == "ward-nurse"


def test_who_lost_the_management_of_roles_cannot_come_back_to_it(admin, users, second):
    deputy, _ = second(removed=["manage_roles"])
    assert refused(deputy.get(ROLES))
    assert refused(deputy.post(ROLES, BODY, format="json"))
    assert give(deputy, users["nurse"], role="doctor").status_code == 200
    assert refused(give(deputy, users["nurse"], role="admin"))


@pytest.mark.django_db
def test_rights_are_those_of_now_not_of_when_the_request_came(users, second):
    """The actor was read before another administrator took the right away."""
    second(removed=[])
    stale = User.objects.select_related("custom_role").get(username="doctor1")
    CustomRole.objects.update(removed=["manage_roles", "manage_users"])
    assert stale.has_permission(P.MANAGE_ROLES)
    with pytest.raises(PermissionDenied):
        services.role_create(actor=stale, **BODY)
    with pytest.raises(PermissionDenied):
        accounts.user_update(actor=stale, user_id=users["nurse"].pk, role="doctor")


def test_somebody_is_left_who_manages_users_and_roles(admin, users, second):
    """Two equal administrators, of whom the first was made inactive meanwhile."""
    deputy, code = second(removed=[])
    assert give(deputy, users["admin"], role="lab").status_code == 200
    assert not User.objects.filter(role="admin", custom_role=None).exists()
    half = code_of(
        deputy, base_role="admin", name_ko="반", name_en="Half", removed=["manage_roles"]
    )
    assert give(deputy, users["nurse"], custom_role=half).status_code == 200
    nurse = User.objects.get(username="nurse1")
    with (
        pytest.raises(BusinessError) as refusal,
        services.rights_change(nurse, P.MANAGE_USERS),
    ):
        User.objects.filter(username="doctor1").update(is_active=False)
    assert refusal.value.code.value.code == "ERR_411"
    assert User.objects.get(username="doctor1").is_active
    assert refused(changed(deputy, code, removed=["manage_users"]))
