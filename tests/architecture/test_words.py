"""One term for one thing in what the server says: errors, alerts, menus."""

from __future__ import annotations

import re

import pytest

from alert.choices import PARTS, TEXTS
from common.error_codes import ErrorCode
from ocs.choices import EXAMINATIONS
from rbac.menus import MENUS, MenuEntry

UNWANTED = {
    "en": r"(?i)give back|take up again|\bAI reading|as taken|drive again|\bdead\b"
    "|orders that wait",
    "ko": "판독 반납|AI 판독|마스크|판정|결과 확정|게시|검사실|긴급|미확인 영상|지시|사용자 이름"
    r"|촬영값|연속 재생|콥 각도|[을은]\(|이\(가\)|와\(과\)",
}
"""The same list is in web/src/i18n/texts.test.ts."""


def _entries(menus: tuple[MenuEntry, ...]) -> list[MenuEntry]:
    return [entry for menu in menus for entry in (menu, *_entries(menu.children))]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_server_uses_one_term_for_one_thing(language):
    named = [names for table in (TEXTS, PARTS, EXAMINATIONS) for names in table.values()]
    said = [names[language] for names in named]
    said += [getattr(code.value, language) for code in ErrorCode]
    said += [getattr(entry, language) for entry in _entries(MENUS)]
    assert len(said) > 100
    assert [text for text in said if re.search(UNWANTED[language], text)] == []
