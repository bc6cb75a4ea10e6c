"""What hangs beside what, as a table: kinds of series, pairs with their reasons, layouts."""

from __future__ import annotations

import pytest

from pacs.dicom.acquisition import Acquisition
from pacs.index.series_facts import SeriesFacts, SeriesStack
from ris.hanging.protocols import layouts_for
from ris.hanging.similarity import STUDY_WEIGHTS, WEIGHTS, series_match, series_pairs, study_match
from ris.hanging.traits import region_of, traits_of


def series(name, modality="MR", *, plane="axial", frames=24, body="HEAD", frame="1.2", **acquired):
    facts = SeriesFacts(0, name, modality, name, body, frame, Acquisition(**acquired))
    return traits_of(facts, "", SeriesStack(frames, plane))


def test_the_weights_are_parts_of_a_hundred():
    assert sum(WEIGHTS.values()) == sum(STUDY_WEIGHTS.values()) == 100


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (series("t1_mprage_sag"), "T1"),
        (series("t1_mprage_sag +C"), "T1C"),
        (series("T1 AX", contrast_bolus_agent="Gadovist"), "T1C"),
        (series("T2 TSE AX"), "T2"),
        (series("AX FLAIR"), "FLAIR"),
        (series("DWI b1000"), "DWI"),
        (series("ADC map"), "ADC"),
        (series("ep2d", image_type=("DERIVED", "PRIMARY", "ADC")), "ADC"),
        (series("3-plane localizer"), "LOCALIZER"),
        (series("something"), "UNKNOWN"),
        (series("Head 5.0 H31s", "CT"), "CT"),
        (series("Head bone 1.0", "CT"), "CT_BONE"),
        (series("Head 0.75 H60", "CT"), "CT_BONE"),
        (series("Topogram", "CT"), "LOCALIZER"),
        (series("T1", image_type=("DERIVED", "SECONDARY", "M", "RESAMPLED")), "MAP"),
        (series("Head", "CT", image_type=("DERIVED", "SECONDARY", "AXIAL", "RESAMPLED")), "MAP"),
        (series("CTA COW", "CT"), "ANGIOGRAPHY"),
        (series("chest PA", "CR"), "UNKNOWN"),
    ],
)
def test_the_header_says_what_a_series_shows(made, kind):
    assert made.kind == kind


@pytest.mark.parametrize(
    ("said", "region"),
    [
        (("BRAIN", "L-spine"), "head"),
        (("", "t1", "MRI brain"), "head"),
        (("", "", "뇌 MRI"), "head"),
        (("", "C-spine sag", "Head and spine"), "spine"),
        (("", "흉부 CT"), "chest"),
        (("", "T1 AX", "survey"), ""),
        (("", "forehead lesion?"), ""),
    ],
)
def test_the_part_of_the_body_is_what_the_nearest_text_says(said, region):
    assert region_of(*said) == region


T1C = series("T1 AX +C")


@pytest.mark.parametrize(
    ("prior", "same", "missing"),
    [
        (series("T1 AX +C"), True, {"same_times"}),
        (
            series("post gd T1 3D", plane="sagittal"),
            True,
            {"same_times", "same_name", "same_plane"},
        ),
        (series("T1 AX"), False, {"same_times", "same_name", "same_sequence", "same_contrast"}),
        (series("T2 AX"), False, {"same_times", "same_name", "same_sequence", "same_contrast"}),
        (series("T1 AX +C", body="KNEE"), False, {"same_times", "same_body_part"}),
        (series("T1 AX +C", body=""), True, {"same_times", "same_body_part"}),
        (
            series("Head", "CT"),
            False,
            set(WEIGHTS) - {"same_body_part", "same_plane"},
        ),
    ],
)
def test_a_pair_says_in_what_it_agrees(prior, same, missing):
    match = series_match(T1C, prior)
    assert set(WEIGHTS) - set(match.reasons) == missing
    assert match.same is same
    assert match.score == sum(WEIGHTS[reason] for reason in match.reasons)


def test_echo_and_repetition_times_of_two_scanners_may_differ_by_a_fifth():
    ours, near, far = (
        series("T2", echo_time=echo, repetition_time=repetition)
        for echo, repetition in ((100, 4000), (90, 4500), (60, 4000))
    )
    assert "same_times" in series_match(ours, near).reasons
    assert "same_times" not in series_match(ours, far).reasons


def test_each_series_has_at_most_one_beside_it_and_the_likest():
    present = [series("T1 AX"), T1C, series("FLAIR"), series("localizer")]
    prior = [series("T1 AX +C"), series("FLAIR cor", plane="coronal"), series("FLAIR tra"), T1C]
    pairs = series_pairs(present, prior)
    named = {
        (each.present.description, each.prior.description) for each in pairs if each.match.same
    }
    assert named == {("T1 AX +C", "T1 AX +C"), ("FLAIR", "FLAIR tra")}


@pytest.mark.parametrize(
    ("prior", "score", "same"),
    [
        ([T1C, series("FLAIR")], 100, True),
        ([series("FLAIR")], 85, True),
        ([series("T2")], 70, False),
        ([series("T1 AX +C", body="KNEE")], 55, False),
        ([series("Head", "CT")], 30, False),
        ([], 0, False),
    ],
)
def test_a_prior_is_as_good_as_what_it_shares(prior, score, same):
    match = study_match([T1C, series("FLAIR")], prior)
    assert (match.score, match.same) == (score, same)


MR = [
    series("localizer", frames=3),
    series("T1 AX"),
    series("T2 AX"),
    series("FLAIR"),
    series("DWI"),
    series("ADC"),
    T1C,
]
CT = [series("Topogram", "CT", frames=1), series("Head 5.0", "CT"), series("Head bone", "CT")]
MR_GRID = ["T1", "T1C", "T2", "FLAIR", "DWI", "ADC"]


@pytest.mark.parametrize(
    ("present", "prior", "protocol", "grid", "panes"),
    [
        (MR, [], "brain_mr", (2, 3), [(kind, "", False) for kind in MR_GRID]),
        (MR[1:4], [], "brain_mr", (1, 3), [(kind, "", False) for kind in ("T1", "T2", "FLAIR")]),
        (
            MR,
            [series("FLAIR old"), series("T1 old post", frames=9)],
            "brain_mr_follow_up",
            (2, 2),
            [("T1C", "", False), ("T1C", "", True), ("FLAIR", "", False), ("FLAIR", "", True)],
        ),
        (
            CT,
            [],
            "brain_ct",
            (1, 3),
            [("CT", "brain", False), ("CT", "subdural", False), ("CT_BONE", "bone", False)],
        ),
        (
            CT[:2],
            [],
            "brain_ct",
            (1, 3),
            [("CT", "brain", False), ("CT", "subdural", False), ("CT", "bone", False)],
        ),
        (
            CT,
            [series("Head old", "CT")],
            "brain_ct_follow_up",
            (1, 2),
            [("CT", "brain", False), ("CT", "brain", True)],
        ),
        (
            [series("Chest", "CR", frames=1, body="CHEST")],
            [series("Chest", "CR", frames=1, body="CHEST")],
            "follow_up",
            (1, 2),
            [("UNKNOWN", "", False), ("UNKNOWN", "", True)],
        ),
        ([series("T1 AX")], [], "single", (1, 1), [("T1", "", False)]),
        ([series("localizer")], [], "single", (1, 1), [("LOCALIZER", "", False)]),
    ],
)
def test_the_rules_choose_a_layout(present, prior, protocol, grid, panes):
    first, *others = layouts_for(present, series_pairs(present, prior))
    assert (first.protocol, (first.rows, first.columns)) == (protocol, grid)
    assert [(pane.series.kind, pane.window, pane.is_prior) for pane in first.panes] == panes
    assert (first, *others)[-1].protocol == "single", "one image large is always offered"


def test_a_study_without_images_hangs_nothing():
    assert layouts_for([series("T1", frames=0)], []) == []
