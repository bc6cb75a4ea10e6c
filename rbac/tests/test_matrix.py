"""The matrix against the API contract's table, the menus, and grants."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from common.api.permissions import Nobody
from common.errors import InvalidInput
from rbac import matrix, selectors, services
from rbac.models import Grant
from rbac.permissions import Permission, Role, Scope

TABLE = """
view_patient        all all all all all own shared
edit_patient        all all -   -   all -   -
view_encounter      all all all -   all own -
view_prescription   all all all -   all own -
edit_encounter      -   all -   -   -   -   -
create_prescription -   all -   -   -   -   -
record_vitals       -   all -   -   all -   -
create_order        -   all -   -   -   -   -
work_ris_order      -   -   all -   -   -   -
work_lis_order      -   -   -   all -   -   -
enter_lab_result    -   -   -   all -   -   -
confirm_order       -   all ris lis -   -   -
view_order          all all all lis all own -
view_study          all all all -   all own shared
view_dicom          all all all -   -   own shared
upload_dicom        all all all -   -   -   all
match_study         all -   all -   -   -   -
view_report         all all all -   summary own_signed shared_signed
write_report        -   all all -   -   -   -
sign_report         -   -   all -   -   -   -
request_ai          -   all all -   -   -   -
review_ai           -   all all -   -   -   -
read_fhir           all all all -   -   own shared
manage_users        all -   -   -   -   -   -
manage_roles        all -   -   -   -   -   -
view_audit          all -   -   -   -   -   -
operate             all -   -   -   -   -   -
break_glass         -   all all -   all -   -
review_glass        all -   -   -   -   -   -
share_patient       all all all -   -   -   -
view_access         all all all -   all own -
record_treatment    -   all -   -   -   -   -
view_cohort         all all -   -   -   -   -
critical_result     -   all all all -   -   -
view_ward           all all -   -   all -   -
place_patient       -   all -   -   all -   -
manage_wards        all -   -   -   -   -   -
merge_patients      all all all -   -   -   -
manage_models       all -   -   -   -   -   -
manage_nodes        all -   -   -   -   -   -
manage_templates    all -   all -   -   -   -
view_statistics     all -   own -   -   -   -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_matrix_is_the_contract(row):
    permission, *scopes = row
    for role, expected in zip(Role, scopes, strict=True):
        wanted = Scope.NONE if expected == "-" else Scope(expected)
        assert matrix.scope(role, permission) is wanted, role


def test_every_permission_has_a_row():
    assert {row[0] for row in ROWS} == set(Permission)


@pytest.mark.parametrize(("role", "permission"), [("root", "operate"), ("admin", "fly"), ("", "")])
def test_what_is_not_in_the_matrix_is_denied(role, permission):
    assert matrix.scope(role, permission) is Scope.NONE


def test_an_anonymous_or_inactive_person_has_no_scope(users):
    assert selectors.scope_for(Nobody(), Permission.VIEW_PATIENT) is Scope.NONE
    users["admin"].is_active = False
    assert selectors.scope_for(users["admin"], Permission.VIEW_PATIENT) is Scope.NONE


def test_menus_follow_the_permissions(api):
    def keys(tree):
        return [key for entry in tree for key in [entry["key"], *keys(entry["children"])]]

    menus = {role: keys(api(role).get("/api/menus/my-menus/").json()) for role in Role}
    assert {"users", "audit", "glass", "outbox", "unmatched"} <= set(menus[Role.ADMIN])
    assert {"ai-review", "survival"} <= set(menus[Role.DOCTOR])
    assert "survival" not in menus[Role.RIB]
    assert {role for role, keys in menus.items() if "statistics" in keys} == {Role.ADMIN, Role.RIB}
    assert "reports" in menus[Role.RIB]
    assert "reports" in menus[Role.NURSE]
    assert "reports" not in menus[Role.EXTERNAL]
    assert "unmatched" not in menus[Role.DOCTOR]
    assert {role for role, keys in menus.items() if "worklist" in keys} == {Role.DOCTOR, Role.RIB}
    callers = {role for role, keys in menus.items() if "critical-results" in keys}
    assert callers == {Role.ADMIN, Role.DOCTOR, Role.RIB, Role.NURSE}
    assert menus[Role.PATIENT] == [
        "dashboard",
        "my-record",
        "orders",
        "visits",
        "shares",
        "imaging",
        "studies",
        "profile",
    ]
    assert "imaging" not in menus[Role.LAB]
    assert {"ward", "care-team"} <= set(menus[Role.NURSE])
    assert "ward" not in menus[Role.RIB]
    assert menus[Role.EXTERNAL][:3] == ["dashboard", "shared", "patients"]
    assert "shares" not in menus[Role.EXTERNAL]


@pytest.mark.django_db
def test_grants_expire_and_name_a_patient_or_a_study(users):
    actor, grantee = users["admin"], users["external"]
    soon = timezone.now() + timedelta(days=1)
    grant = services.grant_share(actor=actor, grantee_id=grantee.pk, expires_at=soon, patient_id=7)
    assert [share.patient_id for share in selectors.grants_of(grantee.pk)] == [7]
    Grant.objects.filter(pk=grant.pk).update(expires_at=timezone.now())
    assert not selectors.grants_of(grantee.pk)
    for end in (timezone.now(), timezone.now() + timedelta(days=367)):
        with pytest.raises(InvalidInput):
            services.grant_share(actor=actor, grantee_id=grantee.pk, expires_at=end, patient_id=7)
    with pytest.raises(IntegrityError):
        Grant.objects.create(kind="shared", grantee=grantee, granted_by=actor, expires_at=soon)


@pytest.mark.django_db
def test_breaking_the_glass_lasts_an_hour(users):
    doctor = users["doctor"]
    grant = services.grant_break_glass(actor=doctor, patient_id=7, reason="emergency")
    assert timedelta(minutes=59) < grant.expires_at - timezone.now() <= timedelta(minutes=60)
    [broken] = selectors.grants_of(doctor.pk)
    assert (broken.patient_id, broken.breaks_glass) == (7, True)
