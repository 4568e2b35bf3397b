"""Statistics against scipy, hand-worked numbers and simulations of known truth."""

import numpy as np
import pytest
import scipy.stats

from atlas import statistics


@pytest.fixture
def sample():
    """Outcome of 25 units and 3 distances with many ties."""
    generator = np.random.default_rng(7)
    return generator.integers(0, 9, 25).astype(float), generator.integers(0, 6, (25, 3)).astype(float)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (statistics.spearman, scipy.stats.spearmanr),
        (statistics.kendall, scipy.stats.kendalltau),
        (statistics.pearson, scipy.stats.pearsonr),
    ],
)
def test_correlations_equal_scipy_with_ties(sample, ours, theirs):
    outcome, distances = sample
    expected = [theirs(outcome, column).statistic for column in distances.T]
    assert ours(outcome, distances) == pytest.approx(expected, abs=1e-12)


def test_midranks_share_the_mean_of_their_places():
    assert statistics.midranks(np.array([10.0, 20, 20, 5])).tolist() == [2, 3.5, 3.5, 1]


def test_midranks_of_a_resample_equal_those_of_the_repeated_values():
    values = np.array([3.0, 1, 2, 2])
    ranks = statistics.midranks(values, np.array([[2, 1, 0, 3]]))[0]
    repeated = scipy.stats.rankdata([3, 3, 1, 2, 2, 2])
    assert ranks[[0, 1, 3]].tolist() == [repeated[0], repeated[2], repeated[3]]


@pytest.mark.parametrize("statistic", [statistics.spearman, statistics.kendall, statistics.pearson])
def test_constant_variable_has_no_correlation(statistic):
    varied, constant = np.arange(8.0), np.full(8, 0.1)
    assert np.isnan(statistic(varied, np.stack([constant, varied], axis=1))).tolist() == [True, False]
    assert np.isnan(statistic(constant, varied[:, None])).all()


def test_permutation_p_agrees_with_scipy(sample):
    outcome, distances = sample
    orders = statistics.permutations(9999, len(outcome), 0)
    expected = scipy.stats.permutation_test(
        (outcome,),
        lambda permuted: (
            scipy.stats.pearsonr(
                scipy.stats.rankdata(permuted), scipy.stats.rankdata(distances[:, 1])
            ).statistic
        ),
        permutation_type="pairings",
        n_resamples=2000,
        rng=np.random.default_rng(1),
    ).pvalue
    assert statistics.permutation_p(outcome, distances, orders)[1] == pytest.approx(expected, abs=0.04)


def test_permutation_p_of_all_orders_is_exact():
    # Of the 24 orders of four values only the identity and the reversal reach |rho| = 1, so p nears 2 / 24.
    outcome = np.arange(4.0)
    orders = statistics.permutations(20_000, 4, 3)
    p_value = statistics.permutation_p(outcome, outcome[:, None], orders)[0]
    assert p_value == pytest.approx(2 / 24, abs=0.008)


def test_permutations_are_orders_and_repeat_for_a_seed():
    orders = statistics.permutations(50, 9, 4)
    assert (np.sort(orders, axis=1) == np.arange(9)).all()
    statistics.permutations.cache_clear()
    assert (orders == statistics.permutations(50, 9, 4)).all()
    assert (orders != statistics.permutations(50, 9, 5)).any()


def test_permutations_within_groups_move_nothing_out_of_its_group():
    groups = ("a", "b", "a", "c", "b", "a")
    orders = statistics.permutations(200, 6, 0, groups)
    assert (np.array(groups)[orders] == np.array(groups)).all()
    assert {tuple(row) for row in orders[:, [0, 2, 5]]} == {
        (0, 2, 5), (0, 5, 2), (2, 0, 5), (2, 5, 0), (5, 0, 2), (5, 2, 0)
    }  # fmt: skip


def test_difference_between_families_alone_is_not_significant_within_them():
    generator = np.random.default_rng(2)
    groups = ("near",) * 12 + ("far",) * 12
    distance = np.repeat([0.0, 10.0], 12) + generator.random(24)
    outcome = np.repeat([0.0, 10.0], 12) + generator.random(24)
    free = statistics.permutation_p(outcome, distance[:, None], statistics.permutations(999, 24, 0))
    orders = statistics.permutations(999, 24, 0, groups)
    within = statistics.permutation_p(outcome, distance[:, None], orders, groups)
    assert free[0] == pytest.approx(0.001)
    assert within[0] > 0.1


def test_relation_inside_families_is_significant_within_them():
    generator = np.random.default_rng(2)
    groups = ("near",) * 12 + ("far",) * 12
    distance = generator.random(24)
    outcome = -distance + np.repeat([0.0, 5.0], 12)
    orders = statistics.permutations(999, 24, 0, groups)
    assert statistics.permutation_p(outcome, distance[:, None], orders, groups)[0] == pytest.approx(0.001)


def test_false_positive_rate_is_nominal_on_null_data():
    generator = np.random.default_rng(0)
    orders = statistics.permutations(199, 12, 0)
    distances = generator.random((12, 2000))
    p_values = statistics.permutation_p(generator.random(12), distances, orders)
    # Three binomial standard errors around 5 %.
    assert (p_values <= 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_bootstrap_interval_agrees_with_scipy(sample):
    outcome, distances = sample
    counts = statistics.resamples(4000, len(outcome), 0)
    low, high = statistics.spearman_interval(outcome, distances, counts)
    expected = scipy.stats.bootstrap(
        (outcome, distances[:, 0]),
        lambda a, b: scipy.stats.spearmanr(a, b).statistic,
        paired=True, vectorized=False, n_resamples=1500, method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=0.04)


def test_bootstrap_interval_is_not_defined_for_a_constant():
    counts = statistics.resamples(99, 8, 0)
    low, high = statistics.spearman_interval(np.arange(8.0), np.ones((8, 1)), counts)
    assert np.isnan([low[0], high[0]]).all()


def test_benjamini_hochberg_equals_scipy_and_passes_over_unknown():
    p_values = np.array([0.01, 0.04, 0.03, np.nan, 0.5, 0.02])
    known = ~np.isnan(p_values)
    found = statistics.benjamini_hochberg(p_values)
    assert np.isnan(found[3])
    assert found[known] == pytest.approx(scipy.stats.false_discovery_control(p_values[known]), abs=1e-12)


def test_mean_interval_equals_scipy_and_needs_two_values():
    values = [1.0, 2.5, 4.0]
    mean, error, low, high = statistics.mean_interval(values)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean, error) == pytest.approx((2.5, 1.5 / np.sqrt(3)))
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-8)
    assert np.isnan(statistics.mean_interval([3.0])[1:]).all()
