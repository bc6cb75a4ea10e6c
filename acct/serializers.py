from __future__ import annotations

from typing import Any

from rest_framework import serializers

from acct.models import User
from rbac import matrix
from rbac.permissions import Role


class LoginIn(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class MeOut(serializers.ModelSerializer[User]):
    permissions = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "full_name", "email", "role", "language", "permissions"]

    def get_permissions(self, user: User) -> list[str]:
        return [str(p) for p in matrix.permissions_of(user.role)]


class TokensOut(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class LoginOut(TokensOut):
    user = MeOut()


class RefreshIn(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=2000)


class MeIn(serializers.Serializer[Any]):
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.ChoiceField(["ko", "en"], required=False)
    current_password = serializers.CharField(max_length=200, required=False, write_only=True)
    new_password = serializers.CharField(max_length=200, required=False, write_only=True)


class UserIn(serializers.Serializer[Any]):
    username = serializers.RegexField(r"^[\w.@+-]+\Z", max_length=150)
    password = serializers.CharField(max_length=200, write_only=True)
    role = serializers.ChoiceField([r.value for r in Role])
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.ChoiceField(["ko", "en"], required=False)


class UserPatchIn(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=200, required=False, write_only=True)
    role = serializers.ChoiceField([r.value for r in Role], required=False)
    full_name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class UserOut(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "full_name",
            "email",
            "role",
            "language",
            "is_active",
            "created_at",
        ]
