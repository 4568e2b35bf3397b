"""Permutation tests and bootstrap intervals against scipy and simulations of known truth."""

import numpy as np
import pytest
import scipy.stats

from atlas.analysis import resampling


@pytest.fixture
def sample():
    """Outcome of 25 units and 3 distances with many ties."""
    generator = np.random.default_rng(7)
    return generator.integers(0, 9, 25).astype(float), generator.integers(0, 6, (25, 3)).astype(float)


def test_permutation_p_agrees_with_scipy(sample):
    outcome, distances = sample
    orders = resampling.permutations(9999, len(outcome), 0)
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
    assert resampling.permutation_p(outcome, distances, orders)[1] == pytest.approx(expected, abs=0.04)


def test_permutation_p_of_all_orders_is_exact():
    # Of the 24 orders of four values only the identity and the reversal reach |rho| = 1, so p nears 2 / 24.
    outcome = np.arange(4.0)
    orders = resampling.permutations(20_000, 4, 3)
    p_value = resampling.permutation_p(outcome, outcome[:, None], orders)[0]
    assert p_value == pytest.approx(2 / 24, abs=0.008)


def test_permutations_are_orders_and_repeat_for_a_seed():
    orders = resampling.permutations(50, 9, 4)
    assert (np.sort(orders, axis=1) == np.arange(9)).all()
    resampling.permutations.cache_clear()
    assert (orders == resampling.permutations(50, 9, 4)).all()
    assert (orders != resampling.permutations(50, 9, 5)).any()


def test_permutations_within_groups_move_nothing_out_of_its_group():
    groups = ("a", "b", "a", "c", "b", "a")
    orders = resampling.permutations(200, 6, 0, groups)
    assert (np.array(groups)[orders] == np.array(groups)).all()
    assert {tuple(row) for row in orders[:, [0, 2, 5]]} == {
        (0, 2, 5), (0, 5, 2), (2, 0, 5), (2, 5, 0), (5, 0, 2), (5, 2, 0)
    }  # fmt: skip


def test_difference_between_families_alone_is_not_significant_within_them():
    generator = np.random.default_rng(2)
    groups = ("near",) * 12 + ("far",) * 12
    distance = np.repeat([0.0, 10.0], 12) + generator.random(24)
    outcome = np.repeat([0.0, 10.0], 12) + generator.random(24)
    free = resampling.permutation_p(outcome, distance[:, None], resampling.permutations(999, 24, 0))
    orders = resampling.permutations(999, 24, 0, groups)
    within = resampling.permutation_p(outcome, distance[:, None], orders, groups)
    assert free[0] == pytest.approx(0.001)
    assert within[0] > 0.1


def test_relation_inside_families_is_significant_within_them():
    generator = np.random.default_rng(2)
    groups = ("near",) * 12 + ("far",) * 12
    distance = generator.random(24)
    outcome = -distance + np.repeat([0.0, 5.0], 12)
    orders = resampling.permutations(999, 24, 0, groups)
    assert resampling.permutation_p(outcome, distance[:, None], orders, groups)[0] == pytest.approx(0.001)


def test_false_positive_rate_is_nominal_on_null_data():
    generator = np.random.default_rng(0)
    orders = resampling.permutations(199, 12, 0)
    distances = generator.random((12, 2000))
    p_values = resampling.permutation_p(generator.random(12), distances, orders)
    # Three binomial standard errors around 5 %.
    assert (p_values <= 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_bootstrap_interval_agrees_with_scipy(sample):
    outcome, distances = sample
    counts = resampling.resamples(4000, len(outcome), 0)
    low, high = resampling.spearman_interval(outcome, distances, counts)
    expected = scipy.stats.bootstrap(
        (outcome, distances[:, 0]),
        lambda a, b: scipy.stats.spearmanr(a, b).statistic,
        paired=True, vectorized=False, n_resamples=1500, method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=0.04)


def test_bootstrap_interval_is_not_defined_for_a_constant():
    counts = resampling.resamples(99, 8, 0)
    low, high = resampling.spearman_interval(np.arange(8.0), np.ones((8, 1)), counts)
    assert np.isnan([low[0], high[0]]).all()


def test_many_outcomes_at_once_equal_each_alone(sample):
    distances = sample[1]
    outcomes = np.random.default_rng(5).integers(0, 9, (25, 4)).astype(float)
    groups = tuple("abcdeabcdeabcdeabcdeabcde")
    for given in (None, groups):
        orders = resampling.permutations(500, 25, 0, given)
        counts = resampling.resamples(500, 25, 0, given)
        together = resampling.permutation_p(outcomes, distances, orders, given)
        ends = resampling.spearman_interval(outcomes, distances, counts)
        for v, outcome in enumerate(outcomes.T):
            assert together[v] == pytest.approx(resampling.permutation_p(outcome, distances, orders, given))
            alone = resampling.spearman_interval(outcome, distances, counts)
            assert np.stack([end[v] for end in ends]) == pytest.approx(np.stack(alone), abs=1e-6)


def test_whole_groups_are_drawn():
    counts = resampling.resamples(300, 5, 0, ("a", "b", "a", "c", "b"))
    assert (counts[:, 0] == counts[:, 2]).all() and (counts[:, 1] == counts[:, 4]).all()
    assert (counts[:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_within_family_clustering_the_naive_test_fails_and_the_one_within_families_holds():
    generator = np.random.default_rng(11)
    families = np.repeat(np.arange(8), 5)
    rejected = np.zeros((2, 300))
    for run in range(300):
        # Outcome and distance are unrelated, but the languages of a family are alike in both.
        outcome, distance = (2 * generator.normal(size=8)[families] + generator.normal(size=40) for _ in "ab")
        for row, groups in enumerate((None, tuple(families.tolist()))):
            orders = resampling.permutations(199, 40, 0, groups)
            rejected[row, run] = (
                resampling.permutation_p(outcome, distance[:, None], orders, groups)[0] <= 0.05
            )
    bounds = scipy.stats.binom.ppf([0.001, 0.999], 300, 0.05) / 300
    naive, within = rejected.mean(axis=1)
    assert naive > 3 * 0.05
    assert bounds[0] <= within <= bounds[1]
