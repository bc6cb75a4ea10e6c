"""What a password may not be, beside what Django's own validators refuse."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

_OURS = ("neuronova", "cdss", "hospital", "radiology", "doctor", "nurse", "병원", "영상의학")
_ENOUGH_ELSE = 6


class BreachedPasswordValidator(CommonPasswordValidator):
    """The 20,000 passwords found most often in breaches, also with digits and signs behind."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        super().validate(re.sub(r"[\d\W_]+$", "", password), user)


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
        if (get_language() or "ko").startswith("ko"):
            return "제품명, 병원, 직종 이름으로 만든 비밀번호는 사용할 수 없습니다."
        return "The password must not be made of the product's, the hospital's or a role's name."
