"""What a custom role may: its base, less what is removed, and more up to the base's ceiling."""

from __future__ import annotations

import pytest

from rbac import matrix, menus
from rbac.models import CustomRole
from rbac.permissions import Permission as P, Role, Scope

OUTSIDE = (Role.PATIENT, Role.EXTERNAL)


@pytest.mark.parametrize("base", Role)
def test_each_permission_can_be_taken_away_alone(base):
    for permission in P:
        role = CustomRole(base_role=base, removed=[permission])
        for each in P:
            expected = Scope.NONE if each == permission else matrix.scope(base, each)
            assert role.scope(each) is expected, (permission, each)


@pytest.mark.parametrize("base", Role)
def test_only_what_is_below_the_ceiling_can_be_added_and_reaches_so_far(base):
    for permission in P:
        role = CustomRole(base_role=base, added=[permission])
        for each in P:
            own = matrix.scope(base, each)
            ceiling = matrix.CEILINGS[base].get(each, own)
            assert role.scope(each) is (ceiling if each == permission else own), (permission, each)


def test_the_ceilings():
    assert set(matrix.CEILINGS) == set(Role)
    assert not any(matrix.CEILINGS[base] for base in (*OUTSIDE, Role.ADMIN))
    for base in set(Role) - {Role.ADMIN}:
        added = matrix.CEILINGS[base]
        assert not matrix.ADMINISTRATIVE & added.keys()
        assert not {P.CREATE_ORDER, P.CREATE_PRESCRIPTION, P.EDIT_ENCOUNTER} & added.keys()
        assert all(scope is not matrix.scope(base, p) for p, scope in added.items())
    for permission in matrix.ADMINISTRATIVE:
        assert set(matrix.MATRIX[permission]) == {Role.ADMIN}


def test_a_retired_role_and_one_that_names_what_is_unknown_give_nothing():
    assert CustomRole(base_role="doctor", active=False).scope(P.VIEW_PATIENT) is Scope.NONE
    old = CustomRole(base_role="nurse", removed=["gone"], added=["gone", "create_order"])
    assert old.scope("gone") is Scope.NONE
    assert old.scope(P.CREATE_ORDER) is Scope.NONE
    assert old.scope(P.VIEW_PATIENT) is Scope.ALL


def test_menus_in_an_order_of_ones_own():
    assert [entry.key for entry in menus.menus_ordered(["profile", "gone", "orders"])][:3] == [
        "profile",
        "orders",
        "dashboard",
    ]
    assert menus.menus_ordered([]) == list(menus.MENUS)
