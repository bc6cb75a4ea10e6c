from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct import examples
from acct.models import Session, User
from common.api.schema import example
from rbac import selectors as rights
from rbac.permissions import Permission, Role
from rbac.serializers import CustomRoleBriefOut


@example(examples.LOGIN)
class LoginIn(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


@example(examples.ME)
class MeOut(serializers.ModelSerializer[User]):
    custom_role = CustomRoleBriefOut(allow_null=True, read_only=True)
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "full_name",
            "email",
            "role",
            "custom_role",
            "language",
            "permissions",
        ]

    @extend_schema_field(
        serializers.ListField(
            child=serializers.ChoiceField([(p.value, p.name) for p in Permission])
        )
    )
    def get_permissions(self, user: User) -> list[str]:
        return [str(p) for p in rights.permissions_of(user)]


@example(examples.SESSION)
class SessionOut(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField(
        required=False, help_text="Absent with X-Session: cookie; the cookie holds it"
    )
    user = MeOut()


@example(examples.REFRESH)
class RefreshIn(serializers.Serializer[Any]):
    refresh = serializers.CharField(
        max_length=2000, required=False, help_text="Required unless X-Session is cookie"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "refresh" not in attrs:
            raise serializers.ValidationError({"refresh": "This field is required."})
        return attrs


class PasswordField(serializers.CharField):
    """A password; leading and trailing spaces are part of it."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(max_length=200, trim_whitespace=False, write_only=True, required=required)


@example(examples.USER_BRIEF)
class UserBriefOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    username = serializers.CharField()
    full_name = serializers.CharField()
    role = serializers.ChoiceField([r.value for r in Role])


@example(examples.ME_CHANGE)
class MeIn(serializers.Serializer[Any]):
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    language = serializers.ChoiceField(["ko", "en"], required=False)
    current_password = PasswordField(required=False)
    new_password = PasswordField(required=False)


class CustomRoleIn(serializers.SlugRelatedField[Any]):
    """The code of one of the hospital's own roles."""

    def __init__(self) -> None:
        super().__init__(
            slug_field="code", queryset=rights.custom_roles(), allow_null=True, required=False
        )


@example(examples.USER_NEW)
class UserIn(serializers.Serializer[Any]):
    username = serializers.RegexField(r"^[\w.@+-]+\Z", max_length=150)
    password = PasswordField()
    role = serializers.ChoiceField([r.value for r in Role])
    custom_role = CustomRoleIn()
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    language = serializers.ChoiceField(["ko", "en"], required=False)


@example(examples.USER_CHANGE)
class UserPatchIn(serializers.Serializer[Any]):
    password = PasswordField(required=False)
    role = serializers.ChoiceField([r.value for r in Role], required=False)
    custom_role = CustomRoleIn()
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


@example(examples.USER)
class UserOut(serializers.ModelSerializer[User]):
    custom_role = CustomRoleBriefOut(allow_null=True, read_only=True)

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "full_name",
            "email",
            "role",
            "custom_role",
            "language",
            "is_active",
            "created_at",
        ]


@example(examples.LOGIN_SESSION)
class LoginSessionOut(serializers.ModelSerializer[Session]):
    """``browser`` and ``system`` are empty where the client does not say what it is."""

    browser = serializers.CharField(source="device.browser")
    system = serializers.CharField(source="device.system")
    current = serializers.SerializerMethodField(help_text="Whether it is the session of this call")

    class Meta:
        model = Session
        fields = [
            "id",
            "browser",
            "system",
            "address",
            "created_at",
            "last_used_at",
            "expires_at",
            "current",
        ]
        read_only_fields = fields

    def get_current(self, session: Session) -> bool:
        return bool(session.pk == self.context["current"])


def sessions_shown(sessions: QuerySet[Session], current: Session) -> Any:
    """The answer to a request that came by the session ``current``."""
    return LoginSessionOut(sessions, many=True, context={"current": current.pk}).data


@example(examples.SESSIONS_ENDED)
class SessionsEndedOut(serializers.Serializer[Any]):
    ended = serializers.IntegerField(help_text="Number of sessions that this request ended")
