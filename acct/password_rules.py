"""What a password may not be, beside what Django's own validators refuse."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

_OURS = ("neuronova", "cdss", "hospital", "radiology", "doctor", "nurse", "병원", "영상의학")
_ENOUGH_ELSE = 6


def _in_korean() -> bool:
    return (get_language() or "ko").startswith("ko")


class BreachedPasswordValidator(CommonPasswordValidator):
    """The 20,000 passwords found most often in breaches, also with digits and signs behind."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        super().validate(re.sub(r"[\d\W_]+$", "", password), user)


class OwnDetailsValidator(UserAttributeSimilarityValidator):
    """Nothing like the username, name or e-mail address; Django's own names the model's fields."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "full_name", "email"))

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError(self.get_help_text(), code=error.code) from None

    def get_help_text(self) -> str:
        if _in_korean():
            return "아이디, 이름, 이메일과 비슷한 비밀번호는 사용할 수 없습니다."
        return "The password is too similar to the username, the name or the e-mail address."


class OurNamesValidator:
    """The product, the house and its professions are guessed first."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = re.sub(r"[\d\W_]", "", password.lower())
        named = [word for word in _OURS if word in rest]
        for word in named:
            rest = rest.replace(word, "")
        if named and len(rest) < _ENOUGH_ELSE:
            raise ValidationError(self.get_help_text(), code="password_of_ours")

    def get_help_text(self) -> str:
        if _in_korean():
            return "제품명, 병원, 직종 이름으로 만든 비밀번호는 사용할 수 없습니다."
        return "The password must not be made of the product's, the hospital's or a role's name."
