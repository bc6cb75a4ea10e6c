"""Person names as they are compared when spelling does not matter."""

from __future__ import annotations

import re
import unicodedata

_MAX_WORD = 64
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_NO_WORD = re.compile(r"[\W_]+")


def name_words(name: str) -> list[str]:
    """The different words of a PN of all its component groups, without case, width and accents.

    ``"Pérez^Ana=金^珉俊"`` → ``["perez", "ana", "金", "珉俊"]``
    """
    letters = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in letters if unicodedata.category(c) != "Mn").casefold()
    words = _NO_WORD.split(unicodedata.normalize("NFC", bare))
    return list(dict.fromkeys(word[:_MAX_WORD] for word in words if word))


def spoken_name(name: str) -> str:
    """A PN as it is said: the ideographic group where there is one, a Korean name in one word.

    ``"Kim^Minjun=김^민준"`` → ``"김민준"``; ``"Carter^Emily"`` → ``"Emily Carter"``
    """
    phonetic_last = [*name.split("="), "", ""]
    group = phonetic_last[1] or phonetic_last[2] or phonetic_last[0]
    family, given, middle, *_ = [*group.split("^"), "", ""]
    if _HANGUL.search(family):
        return family + given
    return " ".join(filter(None, (given, middle, family)))
