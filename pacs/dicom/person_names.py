"""Person names as they are compared when spelling does not matter."""

from __future__ import annotations

import re
import unicodedata

_MAX_WORD = 64
_NO_WORD = re.compile(r"[\W_]+")


def name_words(name: str) -> list[str]:
    """The different words of a PN of all its component groups, without case, width and accents.

    ``"Pérez^Ana=金^珉俊"`` → ``["perez", "ana", "金", "珉俊"]``
    """
    letters = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in letters if unicodedata.category(c) != "Mn").casefold()
    words = _NO_WORD.split(unicodedata.normalize("NFC", bare))
    return list(dict.fromkeys(word[:_MAX_WORD] for word in words if word))
