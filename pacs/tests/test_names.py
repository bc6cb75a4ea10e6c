from __future__ import annotations

import pytest

from pacs.dicom.person_names import name_words, spoken_name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", []),
        ("^^^=", []),
        ("Kim^Minjun", ["kim", "minjun"]),
        ("KIM^kim", ["kim"]),
        ("Pérez-Núñez^Ana María", ["perez", "nunez", "ana", "maria"]),
        ("Kim^Minjun=金^珉俊=김^민준", ["kim", "minjun", "金", "珉俊", "김", "민준"]),
        ("ＫＩＭ^ｶﾞ", ["kim", "カ"]),
        ("Groß^Jörg_2", ["gross", "jorg", "2"]),
        ("O'Brien^Dr.", ["o", "brien", "dr"]),
        ("%_!*?", []),
        ("x" * 100, ["x" * 64]),
    ],
)
def test_the_words_of_a_name(name, words):
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("", ""),
        ("Kim^Minjun=金^珉俊=김^민준", "珉俊 金"),
        ("Kim^Minjun==김^민준", "김민준"),
        ("김^민준", "김민준"),
        ("Carter^Emily^Rose^Dr.", "Emily Rose Carter"),
        ("Carter", "Carter"),
    ],
)
def test_a_name_as_it_is_said(name, spoken):
    assert spoken_name(name) == spoken
