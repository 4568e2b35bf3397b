"""Intervals of deltas against analytic values, scipy's bootstrap, and the truth of simulated studies."""

import numpy as np
import pytest
import scipy.stats

from atlas.analysis import uncertainty
from atlas.analysis.uncertainty import of_delta, resampled_points

COUNT = 4000


def answers(seed, n_examples=200):
    """Right answers of two arms (n_examples, 2) that are wrong on much the same examples."""
    rng = np.random.default_rng(seed)
    ease = rng.normal(size=(n_examples, 1))
    return (ease + rng.normal(size=(n_examples, 2)) + [0, 0.3] > 0).astype(float)


def drawn_delta(numerators, denominators):
    points = resampled_points(numerators, denominators, COUNT, 0)
    return points[:, [1]] - points[:, [0]]


def test_samples_of_a_mean_have_its_standard_error():
    right = answers(0)
    drawn = drawn_delta(right, np.ones_like(right))
    difference = right[:, 1] - right[:, 0]
    assert drawn.mean() == pytest.approx(100 * difference.mean(), abs=0.2)
    found = of_delta([100 * difference.mean()], drawn, len(right))
    assert found["se_examples"] == pytest.approx(100 * scipy.stats.sem(difference), rel=0.05)


def test_samples_of_a_ratio_agree_with_scipy():
    rng = np.random.default_rng(1)
    denominators = rng.integers(0, 6, size=(150, 2)) * 1.0  # as spans of an example, which may have none
    numerators = rng.binomial(denominators.astype(int), [0.5, 0.6]).astype(float)

    def delta(above_0, above_1, below_0, below_1, axis):
        first, second = above_0.sum(axis) / below_0.sum(axis), above_1.sum(axis) / below_1.sum(axis)
        return 100 * (second - first)

    columns = [*numerators.T, *denominators.T]
    expected = scipy.stats.bootstrap(columns, delta, paired=True, n_resamples=COUNT, method="basic", rng=2)
    drawn = drawn_delta(numerators, denominators)
    assert drawn.std(ddof=1) == pytest.approx(expected.standard_error, rel=0.05)


def test_a_sample_of_two_examples_by_hand():
    points = resampled_points(np.array([[1.0], [0.0]]), np.ones((2, 1)), COUNT, 0)
    # Drawn twice, once, or not at all with probabilities 1/4, 1/2, 1/4.
    shares = [np.mean(points == value) for value in (100, 50, 0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_samples_in_blocks_are_the_same_for_every_column_and_call(monkeypatch):
    right = answers(3)
    ones = np.ones_like(right)
    whole = resampled_points(right, ones, 50, 7)
    uncertainty._weights.cache_clear()
    monkeypatch.setattr(uncertainty, "_WEIGHTS", 7 * len(right))
    blocks = [resampled_points(right[:, [column]], ones[:, [column]], 50, 7) for column in (0, 1)]
    assert np.array_equal(np.hstack(blocks), whole)


def test_an_empty_sample_has_no_score():
    points = resampled_points(np.array([[1.0], [0.0]]), np.array([[1.0], [0.0]]), COUNT, 0)
    assert np.mean(np.isnan(points)) == pytest.approx(0.25, abs=0.03)
    assert set(points[~np.isnan(points)]) == {100.0}


def test_parts_add_up_to_the_variance_components_of_a_two_way_table():
    # Two seeds, deltas by example worked by hand: mean squares of a table without replication.
    by_example = np.array([[10.0, 30.0], [50.0, 30.0], [0.0, 40.0], [20.0, 60.0]])
    by_seed, n_examples = by_example.mean(axis=0), 4
    rng = np.random.default_rng(0)
    weights = rng.multinomial(n_examples, np.full(n_examples, 0.25), size=200_000) / n_examples
    found = of_delta(by_seed, weights @ by_example, n_examples)
    # Means by example 20, 40, 20, 40: variance 400/3, over 4 examples.
    assert found["se_examples"] ** 2 == pytest.approx(400 / 3 / 4, rel=0.02)
    # Means by seed 20, 40: variance 200, over 2 seeds. Residuals 0, 0, 20, -20, -10, 10, -10, 10: mean square
    # 1200/3, over 8 cells. Only the difference is due to the seeds.
    assert found["se_seeds"] ** 2 == pytest.approx(100 - 50, rel=0.02)


def simulated(truth, seeds_spread, n_studies=200, n_seeds=3, n_examples=80):
    """Coverage of the intervals, of both parts and of the examples alone, over independent studies."""
    rng = np.random.default_rng(5)
    hits = np.zeros(2, int)
    for study in range(n_studies):
        example, seed = rng.normal(size=(n_examples, 1)), rng.normal(size=n_seeds)
        rest = rng.normal(size=(n_examples, n_seeds))
        by_example = truth / 100 + 0.3 * example + seeds_spread * seed + 0.3 * rest
        drawn = resampled_points(by_example, np.ones_like(by_example), 300, study)
        found = of_delta(100 * by_example.mean(axis=0), drawn, n_examples)
        error = abs(100 * by_example.mean() - truth)
        hits += [found["ci_low"] <= truth <= found["ci_high"], error <= 1.96 * found["se_examples"]]
    return hits


@pytest.mark.parametrize(("seeds_spread", "n_seeds"), [(0.0, 3), (0.05, 3), (0.3, 3), (0.3, 6), (0.05, 2)])
def test_the_interval_covers_the_planted_delta_at_its_nominal_rate(seeds_spread, n_seeds):
    both, _ = simulated(5.0, seeds_spread, n_seeds=n_seeds)
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], 200, 0.95)
    assert low <= both <= high


def test_two_seeds_that_differ_more_than_the_examples_cover_in_nine_of_ten():
    both, _ = simulated(5.0, 0.3, n_seeds=2)
    assert both >= scipy.stats.binom.ppf(0.0005, 200, 0.92)


def test_without_the_seeds_the_interval_is_too_narrow():
    _, examples_alone = simulated(5.0, 0.3)
    assert examples_alone < scipy.stats.binom.ppf(1e-6, 200, 0.95)


def test_many_seeds_without_scores_by_example_give_the_t_interval():
    by_seed = [3.0, 5.0, 4.0, 8.0]
    found = of_delta(by_seed)
    expected = scipy.stats.ttest_1samp(by_seed, 0).confidence_interval(0.95)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(tuple(expected), abs=1e-8)
    assert found["se_examples"] is None and found["interval_over"] == "seeds"


def test_no_interval_reaches_beyond_what_a_delta_can_be():
    found = of_delta([-30.0, 5.0])
    assert (found["ci_low"], found["ci_high"]) == (-100, 100)
    assert found["delta_se"] == pytest.approx(17.5)


@pytest.mark.parametrize(
    ("by_seed", "drawn", "n_examples", "said"),
    [
        ([3.0], None, None, "one seed and no scores by example"),
        ([3.0], np.full((9, 1), 3.0), 1, "one seed and no scores by example"),
        ([3.0], np.full((9, 1), np.nan), 50, "one seed and no scores by example"),
        ([3.0, 3.0], None, None, "neither examples nor seeds differ"),
        ([3.0, 3.0], np.full((9, 2), 3.0), 50, "neither examples nor seeds differ"),
    ],
)
def test_what_cannot_be_told_is_none_with_the_reason(by_seed, drawn, n_examples, said):
    found = of_delta(by_seed, drawn, n_examples)
    assert found.pop("interval_over") == f"nothing: {said}"
    assert set(found.values()) == {None}
