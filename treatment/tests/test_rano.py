"""Each rule of RANO 2010 (Wen et al., J Clin Oncol 2010;28:1963-1972) with numbers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from treatment.choices import Reason, Response
from treatment.rano import Judgement, Lesion, Measured, Radiotherapy, judge

DAY = date(2026, 1, 1)
AFTER_RADIOTHERAPY = Radiotherapy(DAY - timedelta(days=42), DAY)


def study(weeks: float, *diameters: tuple[float, float], **fields: Any) -> Measured:
    """Lesions A, B, …; everything else is known and stable unless it is said."""
    known = {"flair": "stable", "new_lesion": False, "steroid_mg": 2.0, "clinical": "stable"}
    lesions = [Lesion("ABCDEFG"[i], *pair) for i, pair in enumerate(diameters)]
    return Measured(on=DAY + timedelta(weeks=weeks), lesions=lesions, **known | fields)


def judged(*studies: Measured, radiotherapy: tuple[Radiotherapy, ...] = ()) -> list[Judgement]:
    return judge(studies, radiotherapy)


def last(*studies: Measured, radiotherapy: tuple[Radiotherapy, ...] = ()) -> Judgement:
    return judged(*studies, radiotherapy=radiotherapy)[-1]


BASELINE = study(0, (40, 25), baseline=True)  # 1000 mm²


def test_the_first_study_is_the_baseline():
    one = last(BASELINE)
    assert (one.response, one.sum_mm2, one.reasons) == (Response.BASELINE, 1000, ())


def test_without_a_baseline_nothing_is_compared():
    one = last(study(0, (40, 25)))
    assert (one.response, one.reasons) == (Response.NE, (Reason.NO_BASELINE,))


@pytest.mark.parametrize(
    ("diameters", "response", "reason"),
    [
        ((40, 31.2), Response.SD, Reason.NEITHER),  # 1248: +24.8 %
        ((40, 31.25), Response.PD, Reason.SUM_INCREASED),  # 1250: +25 %
        ((40, 12.6), Response.SD, Reason.NEITHER),  # 504: -49.6 %
    ],
)
def test_the_sum_of_products_against_the_baseline(diameters, response, reason):
    one = last(BASELINE, study(8, diameters))
    assert (one.response, one.reasons) == (response, (reason,))


def test_progression_is_measured_from_the_smallest_sum_not_from_the_baseline():
    shrunk = study(8, (24, 25))  # 600
    one = last(BASELINE, shrunk, study(16, (30, 25)))  # 750: +25 % over 600, -25 % from 1000
    assert (one.response, one.reasons) == (Response.PD, (Reason.SUM_INCREASED,))
    assert (one.smallest_mm2, one.smallest_change_percent) == (600, 25.0)
    assert (one.baseline_mm2, one.baseline_change_percent) == (1000, -25.0)
    assert last(BASELINE, shrunk, study(16, (29.9, 25))).response == Response.SD


def test_a_partial_response_counts_as_stable_until_it_is_confirmed_after_four_weeks():
    half = study(8, (20, 25))  # 500: -50 %
    one = last(BASELINE, half)
    assert (one.response, one.unconfirmed) == (Response.SD, Response.PR)
    assert one.reasons == (Reason.SUM_HALVED, Reason.UNCONFIRMED)
    early = judged(BASELINE, half, study(8 + 27 / 7, (20, 25)))
    assert [each.response for each in early[1:]] == [Response.SD, Response.SD]
    on_time = judged(BASELINE, half, study(12, (20, 25)))
    assert [each.response for each in on_time[1:]] == [Response.PR, Response.PR]
    assert {each.confirmed_on for each in on_time[1:]} == {DAY + timedelta(weeks=12)}


def test_another_response_in_between_breaks_the_confirmation_and_an_unknown_one_does_not():
    half, later = study(8, (20, 25)), study(16, (20, 25))
    broken = judged(BASELINE, half, study(12, (24, 25)), later)  # 600: neither
    assert broken[1].unconfirmed == broken[3].unconfirmed == Response.PR
    kept = judged(BASELINE, half, study(12, (20, 25), flair=None), later)
    assert [each.response for each in kept[1:]] == [Response.PR, Response.NE, Response.PR]


def test_a_complete_response_needs_everything_gone_without_steroids():
    gone = study(8, (0, 0), steroid_mg=0)
    confirmed = judged(BASELINE, gone, study(12, (0, 0), steroid_mg=0))
    assert [each.response for each in confirmed[1:]] == [Response.CR, Response.CR]
    assert last(BASELINE, gone).unconfirmed == Response.CR
    with_steroids = last(BASELINE, study(8, (0, 0), steroid_mg=1))
    assert with_steroids.unconfirmed == Response.PR


def test_what_was_too_small_to_measure_must_be_gone_too():
    baseline = study(0, (40, 25), (8, 6), baseline=True)
    rest = [study(weeks, (0, 0), (8, 6), steroid_mg=0) for weeks in (8, 12)]
    assert [each.response for each in judged(baseline, *rest)[1:]] == [Response.PR, Response.PR]


def test_after_a_complete_response_whatever_returns_is_progression():
    one = last(BASELINE, study(8, (0, 0), steroid_mg=0), study(12, (5, 4), steroid_mg=0))
    assert (one.response, one.reasons) == (Response.PD, (Reason.SUM_INCREASED,))


def test_only_measurable_lesions_count_in_the_sum():
    baseline = study(0, (40, 25), (30, 9.9), (10, 10), baseline=True)
    assert last(baseline).sum_mm2 == 1100
    one = last(baseline, study(8, (40, 25), (30, 9.9), (10, 10)))
    assert one.sum_mm2 == 1100


def test_at_most_the_five_largest_lesions_count():
    sizes = [(20, 10), (30, 10), (40, 10), (50, 10), (60, 10), (70, 10)]
    assert last(study(0, *sizes, baseline=True)).sum_mm2 == 2500


def test_a_measurable_lesion_beyond_the_five_targets_may_progress():
    targets = [(size, 20) for size in (70, 60, 50, 40, 30)]
    baseline = study(0, *targets, (20, 20), (15, 10), baseline=True)
    grown = last(baseline, study(8, *targets, (25, 20), (15, 10)))  # 500: +25 % over 400
    assert (grown.response, grown.reasons) == (Response.PD, (Reason.NONMEASURABLE_GREW,))
    assert last(baseline, study(8, *targets, (24.9, 20), (15, 10))).response == Response.SD
    shrunk = study(8, *targets, (20, 20), (9, 9))  # 81
    small = last(baseline, shrunk, study(16, *targets, (20, 20), (12, 9.9)))
    assert small.response == Response.SD
    again = last(baseline, shrunk, study(16, *targets, (20, 20), (12, 10)))
    assert again.response == Response.PD


def test_a_target_that_has_become_small_is_still_measured():
    one = last(BASELINE, study(8, (9, 5)))
    assert (one.unconfirmed, one.sum_mm2) == (Response.PR, 45)


def test_a_small_lesion_that_becomes_measurable_is_progression():
    baseline = study(0, (40, 25), (5, 5), baseline=True)
    one = last(baseline, study(8, (40, 25), (10, 10)))
    assert (one.response, one.reasons) == (Response.PD, (Reason.NONMEASURABLE_GREW,))
    assert last(baseline, study(8, (40, 25), (9.5, 9.5))).response == Response.SD


def test_without_a_measurable_lesion_stable_is_the_best():
    baseline = study(0, (8, 6), baseline=True)
    assert last(baseline).reasons == (Reason.NO_MEASURABLE_LESION,)
    one = last(baseline, study(8, (0, 0), steroid_mg=0))
    assert (one.response, one.reasons) == (Response.SD, (Reason.NO_MEASURABLE_LESION,))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"new_lesion": True}, Reason.NEW_LESION),
        ({"clinical": "worse"}, Reason.CLINICAL_WORSE),
        ({"flair": "increased"}, Reason.FLAIR_INCREASED),
    ],
)
def test_one_sign_of_progression_is_enough(fields, reason):
    one = last(BASELINE, study(8, (40, 25), **fields))
    assert (one.response, one.reasons) == (Response.PD, (reason,))


def test_a_lesion_that_the_baseline_does_not_have_is_new_whatever_is_said():
    one = last(BASELINE, study(8, (40, 25), (12, 11), new_lesion=False))
    assert (one.response, one.reasons) == (Response.PD, (Reason.NEW_LESION,))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"flair": None}, Reason.FLAIR_UNKNOWN),
        ({"new_lesion": None}, Reason.NEW_LESION_UNKNOWN),
        ({"steroid_mg": None}, Reason.STEROID_UNKNOWN),
        ({"clinical": None}, Reason.CLINICAL_UNKNOWN),
    ],
)
def test_what_is_not_known_makes_it_not_evaluable(fields, reason):
    one = last(BASELINE, study(8, (20, 25), **fields))
    assert (one.response, one.reasons) == (Response.NE, (reason,))


def test_what_is_not_known_does_not_hide_a_progression():
    one = last(BASELINE, study(8, (60, 25), flair=None, clinical=None))
    assert (one.response, one.reasons) == (Response.PD, (Reason.SUM_INCREASED,))


def test_a_lesion_that_was_not_measured_is_named():
    baseline = study(0, (40, 25), (20, 15), baseline=True)
    one = last(baseline, study(8, (20, 25)))
    assert (one.response, one.lesions) == (Response.NE, ("B",))
    assert one.reasons == (Reason.LESION_NOT_MEASURED,)
    assert one.sum_mm2 is None


@pytest.mark.parametrize(
    ("steroid", "response", "reason"),
    [
        (2, Response.PD, None),
        (4, Response.PD, None),
        (1, Response.NE, Reason.STEROID_REDUCED),
        (None, Response.NE, Reason.STEROID_UNKNOWN),
    ],
)
def test_growth_is_progression_on_a_stable_or_increasing_dose_of_steroids(
    steroid, response, reason
):
    one = last(BASELINE, study(8, (60, 25), steroid_mg=steroid))
    reasons = (Reason.SUM_INCREASED, reason) if reason else (Reason.SUM_INCREASED,)
    assert (one.response, one.reasons) == (response, reasons)


def test_more_steroids_than_at_the_baseline_make_no_partial_response():
    one = last(BASELINE, study(8, (20, 25), steroid_mg=4))
    assert (one.response, one.unconfirmed) == (Response.SD, None)
    assert one.reasons == (Reason.SUM_HALVED, Reason.STEROID_INCREASED)


def test_a_baseline_without_a_dose_of_steroids_makes_no_response():
    baseline = study(0, (40, 25), baseline=True, steroid_mg=None)
    one = last(baseline, study(8, (20, 25)))
    assert (one.response, one.reasons) == (Response.NE, (Reason.BASELINE_STEROID_UNKNOWN,))


@pytest.mark.parametrize(
    ("weeks", "response", "pseudo"),
    [(4, Response.SD, True), (11.9, Response.SD, True), (12, Response.PD, False)],
)
def test_growth_within_12_weeks_of_radiotherapy_may_be_pseudoprogression(weeks, response, pseudo):
    one = last(BASELINE, study(weeks, (60, 25)), radiotherapy=(AFTER_RADIOTHERAPY,))
    assert (one.response, one.pseudoprogression) == (response, pseudo)
    assert (Reason.WITHIN_12_WEEKS in one.reasons) is pseudo


@pytest.mark.parametrize(
    ("outside", "response", "pseudo"),
    [(True, Response.PD, False), (False, Response.SD, True), (None, Response.NE, True)],
)
def test_within_12_weeks_only_a_new_lesion_outside_the_field_is_progression(
    outside, response, pseudo
):
    new = study(8, (60, 25), new_lesion=True, outside_field=outside)
    one = last(BASELINE, new, radiotherapy=(AFTER_RADIOTHERAPY,))
    assert (one.response, one.pseudoprogression) == (response, pseudo)


def test_a_radiotherapy_that_goes_on_or_comes_later():
    grown = study(8, (60, 25))
    going_on = Radiotherapy(DAY + timedelta(weeks=4), None)
    later = Radiotherapy(DAY + timedelta(weeks=9), None)
    assert last(BASELINE, grown, radiotherapy=(going_on,)).pseudoprogression
    assert last(BASELINE, grown, radiotherapy=(later,)).response == Response.PD


def test_a_radiotherapy_whose_end_nobody_recorded_does_not_hide_progression_for_ever():
    unended = Radiotherapy(DAY, None)
    for weeks, response in ((19.9, Response.SD), (20, Response.PD), (200, Response.PD)):
        grown = study(weeks, (60, 25))
        assert last(BASELINE, grown, radiotherapy=(unended,)).response == response


def test_a_new_baseline_begins_anew():
    again = study(20, (20, 10), baseline=True)
    found = judged(BASELINE, study(8, (60, 25)), again, study(28, (20, 12)))
    assert [each.response for each in found] == [
        Response.BASELINE,
        Response.PD,
        Response.BASELINE,
        Response.SD,
    ]
    assert found[-1].baseline_mm2 == 200
