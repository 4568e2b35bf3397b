"""Statistics against scipy, hand-worked numbers and simulations of known truth."""

import numpy as np
import pytest
import scipy.stats
import statsmodels.api
import statsmodels.stats.multitest

from atlas.analysis import statistics


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


def test_benjamini_hochberg_equals_scipy_and_passes_over_unknown():
    p_values = np.array([0.01, 0.04, 0.03, np.nan, 0.5, 0.02])
    known = ~np.isnan(p_values)
    found = statistics.benjamini_hochberg(p_values)
    assert np.isnan(found[3])
    assert found[known] == pytest.approx(scipy.stats.false_discovery_control(p_values[known]), abs=1e-12)


def test_holm_equals_statsmodels_and_passes_over_unknown():
    p_values = np.array([0.01, 0.04, 0.03, np.nan, 0.5, 0.02])
    known = ~np.isnan(p_values)
    found = statistics.holm(p_values)
    expected = statsmodels.stats.multitest.multipletests(p_values[known], method="holm")[1]
    assert np.isnan(found[3])
    assert found[known] == pytest.approx(expected, abs=1e-12)


def test_partial_correlation_of_ranks_equals_a_regression_on_ranks(sample):
    outcome, distances = sample
    covariates = np.random.default_rng(3).normal(size=(25, 2))
    found, p_values = statistics.partial_spearman(outcome, distances, covariates)
    ranks = [scipy.stats.rankdata(values) for values in (distances[:, 1], *covariates.T)]
    design = statsmodels.api.add_constant(np.column_stack(ranks))
    fit = statsmodels.api.OLS(scipy.stats.rankdata(outcome), design).fit()
    t = fit.tvalues[1]
    assert found[1] == pytest.approx(t / np.sqrt(t**2 + fit.df_resid), abs=1e-8)
    assert p_values[1] == pytest.approx(fit.pvalues[1], abs=1e-8)


def test_partial_correlation_with_the_distance_itself_is_not_defined(sample):
    outcome, distances = sample
    found, p_values = statistics.partial_spearman(outcome, distances[:, :1], distances[:, :1])
    assert np.isnan([found[0], p_values[0]]).all()


@pytest.mark.parametrize("n", [12, 40])
def test_the_smallest_detectable_correlation_is_found_four_times_in_five(n):
    rho = statistics.smallest_detectable(n)
    generator = np.random.default_rng(n)
    # The normal variables whose Spearman correlation is rho have this Pearson correlation.
    pearson = 2 * np.sin(np.pi * rho / 6)
    first = generator.normal(size=(n, 4000))
    second = pearson * first + np.sqrt(1 - pearson**2) * generator.normal(size=(n, 4000))
    ranks = [statistics.centred(scipy.stats.rankdata(x, axis=0)) for x in (first, second)]
    found = (ranks[0] * ranks[1]).sum(axis=0) / (ranks[0] ** 2).sum(axis=0)
    t = found * np.sqrt((n - 2) / np.maximum(1 - found**2, 1e-12))
    power = (np.abs(t) > scipy.stats.t.ppf(0.975, n - 2)).mean()
    assert power == pytest.approx(0.8, abs=0.04)


def test_three_languages_can_show_nothing():
    assert np.isnan(statistics.smallest_detectable(3))


def test_mean_interval_equals_scipy_and_needs_two_values():
    values = [1.0, 2.5, 4.0]
    mean, error, low, high = statistics.mean_interval(values)
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (mean, error) == pytest.approx((2.5, 1.5 / np.sqrt(3)))
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-8)
    assert np.isnan(statistics.mean_interval([3.0])[1:]).all()
