"""Which form of a frame answers which Accept: the whole table, and what is known beforehand."""

from __future__ import annotations

import pytest

from common.errors import AppError
from pacs.choices import Htj2k
from pacs.derived.decisions import FrameKind, frame_kind
from pacs.dicomweb.frame_forms import FrameForm, FrameSource, StoredImage, frame_form, quick_forms

LITTLE, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
JLS, J2K = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"
ANY_HTJ2K, RPCL, LOSSLESS = (f"1.2.840.10008.1.2.4.{number}" for number in (203, 202, 201))
OCTETS, JPHC = "application/octet-stream", "image/jphc"
ARCHIVE, STORE, DECODED = FrameSource.ARCHIVE, FrameSource.STORE, FrameSource.DECODED
REFUSED = None

# transfer syntax of the image, Accept without multipart/related, answer with HTJ2K, without
TABLE = [
    (LITTLE, f"{OCTETS}; transfer-syntax=*", (STORE, RPCL), (ARCHIVE, LITTLE)),
    (LITTLE, OCTETS, (ARCHIVE, LITTLE), (ARCHIVE, LITTLE)),
    (LITTLE, f"{OCTETS}; transfer-syntax={LITTLE}", (ARCHIVE, LITTLE), (ARCHIVE, LITTLE)),
    (LITTLE, f"{OCTETS}; transfer-syntax={IMPLICIT}", (ARCHIVE, LITTLE), (ARCHIVE, LITTLE)),
    (LITTLE, f"{OCTETS}; transfer-syntax={BIG}", REFUSED, REFUSED),
    (LITTLE, JPHC, (STORE, RPCL), REFUSED),
    (LITTLE, f"{JPHC}; transfer-syntax=*", (STORE, RPCL), REFUSED),
    (LITTLE, f"{JPHC}; transfer-syntax={RPCL}", (STORE, RPCL), REFUSED),
    (LITTLE, f"{JPHC}; transfer-syntax={LOSSLESS}", (STORE, LOSSLESS), REFUSED),
    (LITTLE, f"{JPHC}; transfer-syntax={ANY_HTJ2K}", (STORE, ANY_HTJ2K), REFUSED),
    (LITTLE, f"{OCTETS}; transfer-syntax={RPCL}", (STORE, RPCL), REFUSED),
    (LITTLE, f"{JPHC}; transfer-syntax={LITTLE}", REFUSED, REFUSED),
    (LITTLE, f"{JPHC}; transfer-syntax={JLS}", REFUSED, REFUSED),
    (LITTLE, "image/jls", REFUSED, REFUSED),
    (JLS, f"{OCTETS}; transfer-syntax=*", (STORE, RPCL), (ARCHIVE, JLS)),
    (JLS, OCTETS, (DECODED, LITTLE), (DECODED, LITTLE)),
    (JLS, "image/jls", (ARCHIVE, JLS), (ARCHIVE, JLS)),
    (JLS, "image/jls; transfer-syntax=*", (ARCHIVE, JLS), (ARCHIVE, JLS)),
    (JLS, f"{OCTETS}; transfer-syntax={JLS}", (ARCHIVE, JLS), (ARCHIVE, JLS)),
    (JLS, f"{OCTETS}; transfer-syntax={LITTLE}", (DECODED, LITTLE), (DECODED, LITTLE)),
    (JLS, f"{OCTETS}; transfer-syntax={IMPLICIT}", REFUSED, REFUSED),
    (JLS, f"image/jls; transfer-syntax={LITTLE}", REFUSED, REFUSED),
    (JLS, "image/jp2", REFUSED, REFUSED),
    (JLS, f"image/jp2; transfer-syntax={J2K}", REFUSED, REFUSED),
    (JLS, JPHC, (STORE, RPCL), REFUSED),
    (LOSSLESS, f"{OCTETS}; transfer-syntax=*", (STORE, RPCL), (ARCHIVE, LOSSLESS)),
    (LOSSLESS, OCTETS, (DECODED, LITTLE), (DECODED, LITTLE)),
    (LOSSLESS, JPHC, (STORE, RPCL), (ARCHIVE, LOSSLESS)),
    (LOSSLESS, f"{JPHC}; transfer-syntax=*", (STORE, RPCL), (ARCHIVE, LOSSLESS)),
    (LOSSLESS, f"{JPHC}; transfer-syntax={RPCL}", (STORE, RPCL), REFUSED),
    (LOSSLESS, f"{JPHC}; transfer-syntax={ANY_HTJ2K}", (STORE, ANY_HTJ2K), REFUSED),
    (LOSSLESS, f"{OCTETS}; transfer-syntax={LITTLE}", (DECODED, LITTLE), (DECODED, LITTLE)),
    (RPCL, f"{JPHC}; transfer-syntax={RPCL}", (STORE, RPCL), (ARCHIVE, RPCL)),
    (ANY_HTJ2K, f"{JPHC}; transfer-syntax={ANY_HTJ2K}", (STORE, ANY_HTJ2K), (ARCHIVE, ANY_HTJ2K)),
]

DIVIDED = [kind for kind in FrameKind if kind is not FrameKind.PACKED]


def in_multipart(accepted):
    part, _, syntax = accepted.partition(";")
    return f'multipart/related; type="{part}"' + (f";{syntax}" if syntax else "")


def answer(header, held, *, single=True):
    try:
        return frame_form(header, held, single=single)
    except AppError as error:
        assert error.status == 406
        return REFUSED


@pytest.mark.parametrize(("own", "accepted", "with_htj2k", "without"), TABLE)
@pytest.mark.parametrize("multipart", [False, True], ids=["bare", "multipart"])
def test_the_table(own, accepted, with_htj2k, without, multipart):
    header = in_multipart(accepted) if multipart else accepted
    for htj2k, expected in ((True, with_htj2k), (False, without)):
        form = expected and FrameForm(*expected, multipart)
        assert answer(header, StoredImage(own, htj2k)) == form
        assert answer(header, StoredImage(own, htj2k), single=False) == (
            form if multipart else REFUSED
        )


@pytest.mark.parametrize("header", [None, "", "*/*", "multipart/*", "multipart/related"])
def test_who_names_nothing_gets_it_as_it_is_stored(header):
    for htj2k in (True, False):
        assert answer(header, StoredImage(JLS, htj2k)) == FrameForm(ARCHIVE, JLS, True)
    quick = quick_forms(header)
    assert quick[FrameKind.NATIVE_HTJ2K] == FrameForm(ARCHIVE, LITTLE, True)
    assert quick[FrameKind.COMPRESSED] == FrameForm(ARCHIVE, "", True)
    assert list(quick) == DIVIDED


@pytest.mark.parametrize(
    "header", ["image/png", "text/html", "a/b; c*=x''d", "x" * 2000, "*/*;q=0"]
)
def test_what_cannot_be_served_is_refused(header):
    for own in (LITTLE, JLS, LOSSLESS):
        assert answer(header, StoredImage(own, True)) is REFUSED
    assert quick_forms(header) == {}


def test_the_clients_order_decides():
    header = f"{JPHC};q=0.5, {in_multipart(OCTETS + '; transfer-syntax=*')};q=0.9"
    assert answer(header, StoredImage(LITTLE, True)) == FrameForm(STORE, RPCL, True)
    header = f"{JPHC}, {OCTETS}; transfer-syntax=*;q=0.5"
    assert answer(header, StoredImage(LITTLE, True)) == FrameForm(STORE, RPCL, False)
    assert answer(header, StoredImage(LITTLE, False)) == FrameForm(ARCHIVE, LITTLE, False)


@pytest.mark.parametrize(("own", "accepted", "with_htj2k", "without"), TABLE)
def test_what_is_known_beforehand_is_never_another_answer(own, accepted, with_htj2k, without):
    quick = quick_forms(accepted)
    for htj2k, expected in ((Htj2k.STORED, with_htj2k), (Htj2k.WAITING, without)):
        kind = frame_kind(own, htj2k)
        if kind in quick:
            label = quick[kind].transfer_syntax_uid or own
            assert (quick[kind].source, label) == expected
        else:
            assert expected is None or expected[0] is DECODED or not kind.native


def test_what_a_viewer_asks_is_known_beforehand():
    quick = quick_forms("multipart/related; type=application/octet-stream; transfer-syntax=*")
    for kind in DIVIDED:
        label = LITTLE if kind.native else ""
        plain = FrameForm(ARCHIVE, label, True)
        assert quick[kind] == (FrameForm(STORE, RPCL, True) if kind.htj2k else plain)
    stored = FrameForm(STORE, RPCL, False)
    htj2k = (FrameKind.NATIVE_HTJ2K, FrameKind.COMPRESSED_HTJ2K)
    assert quick_forms("image/jphc") == dict.fromkeys(htj2k, stored)
    native = FrameForm(ARCHIVE, LITTLE, False)
    assert quick_forms(OCTETS) == dict.fromkeys((FrameKind.NATIVE, FrameKind.NATIVE_HTJ2K), native)
