"""The mixed model against statsmodels and ordinary least squares."""

import numpy as np
import pandas
import pytest
import statsmodels.api
import statsmodels.formula.api

from atlas.analysis import mixed_model


@pytest.fixture
def crossed():
    """60 outcomes of 12 languages by 5 targets: outcome, design, numbers of languages and targets."""
    generator = np.random.default_rng(1)
    language, target = (numbers.ravel() for numbers in np.meshgrid(range(12), range(5), indexing="ij"))
    distance = generator.random(12)[language]
    outcome = 50 - 10 * distance + 2 * generator.normal(size=12)[language] + generator.normal(size=60)
    outcome = outcome + 3 * generator.normal(size=5)[target]
    return outcome, np.column_stack([np.ones(60), distance]), language, target


def test_crossed_effects_equal_statsmodels(crossed):
    outcome, design, language, target = crossed
    table = pandas.DataFrame({"y": outcome, "d": design[:, 1], "l": language, "t": target, "one": 1})
    effects = {"l": "0 + C(l)", "t": "0 + C(t)"}
    expected = statsmodels.formula.api.mixedlm("y ~ d", table, groups="one", vc_formula=effects).fit()
    found = mixed_model.fit(outcome, design, [np.eye(12)[language], np.eye(5)[target]])
    # Both maximise the same likelihood; the search ends a little apart.
    assert found.fixed == pytest.approx(expected.fe_params.values, rel=1e-4)
    assert found.errors == pytest.approx(expected.bse_fe.values, rel=5e-3)
    assert np.square(found.deviations) == pytest.approx(expected.vcomp, rel=2e-2)
    assert found.residual**2 == pytest.approx(expected.scale, rel=5e-3)
    assert found.deviance <= -2 * expected.llf + 1e-4


def test_a_balanced_design_equals_the_analysis_of_variance_by_hand():
    # Four languages, two targets: REML of a balanced design is the classical estimate of each variance.
    table = np.array([[10.0, 17], [20, 23], [13, 19], [25, 30]])
    language, target = (numbers.ravel() for numbers in np.meshgrid(range(4), range(2), indexing="ij"))
    found = mixed_model.fit(table.ravel(), np.ones((8, 1)), [np.eye(4)[language], np.eye(2)[target]])
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    rest = ((table - rows[:, None] - columns + table.mean()) ** 2).sum() / 3
    of_language = 2 * rows.var(ddof=1)
    of_target = 4 * columns.var(ddof=1)
    expected = [(of_language - rest) / 2, (of_target - rest) / 4]
    assert min(expected) > 1
    assert found.fixed == pytest.approx([table.mean()])
    assert np.square(found.deviations) == pytest.approx(expected, rel=1e-3, abs=1e-3)


def test_without_random_effects_it_is_least_squares(crossed):
    outcome, design, *_ = crossed
    expected = statsmodels.api.OLS(outcome, design).fit()
    found = mixed_model.fit(outcome, design, [])
    assert found.fixed == pytest.approx(expected.params, abs=1e-8)
    assert found.errors == pytest.approx(expected.bse, abs=1e-8)


def test_an_exact_fit_leaves_nothing_to_chance(crossed):
    _, design, language, _ = crossed
    assert mixed_model.fit(design @ [3.0, 2.0], design, [np.eye(12)[language]]) is None


def test_a_resample_that_draws_every_unit_once_gives_the_estimate_itself(crossed):
    outcome, design, language, target = crossed
    effects = [(np.eye(12)[language], True), (np.eye(5)[target], False)]
    found = mixed_model.fit(outcome, design, [columns for columns, _ in effects])
    counts = np.array([[1] * 12, [12] + [0] * 11])
    drawn = mixed_model.cluster_bootstrap(outcome, design, effects, found, language, counts)
    assert drawn[0] == pytest.approx(found.fixed, abs=1e-8)
    assert np.isnan(drawn[1]).all()  # one language alone has one distance


def test_a_unit_drawn_twice_counts_as_two_units(crossed):
    outcome, design, language, target = crossed
    effects = [np.eye(12)[language], np.eye(5)[target]]
    found = mixed_model.fit(outcome, design, effects)
    counts = np.array([[2, 0] + [1] * 10])
    drawn = mixed_model.cluster_bootstrap(
        outcome, design, list(zip(effects, (True, False), strict=True)), found, language, counts
    )
    first = language == 0
    rows = np.concatenate([np.flatnonzero(first), np.flatnonzero(first), np.flatnonzero(language > 1)])
    units = np.concatenate([np.zeros(5, int), np.ones(5, int), language[language > 1]])
    deviations = np.array(found.deviations) / found.residual
    random = np.hstack([deviations[0] * np.eye(12)[units], deviations[1] * np.eye(5)[target[rows]]])
    weights = np.linalg.inv(np.eye(60) + random @ random.T)
    expected = np.linalg.solve(
        design[rows].T @ weights @ design[rows], design[rows].T @ weights @ outcome[rows]
    )
    assert drawn[0] == pytest.approx(expected, abs=1e-8)


def test_an_effect_far_larger_than_the_residual_is_found():
    generator = np.random.default_rng(3)
    groups, per_group = 30, 4
    effect = np.repeat(np.eye(groups), per_group, axis=0)
    outcome = effect @ generator.normal(size=groups) * 300 + generator.normal(size=groups * per_group)
    found = mixed_model.fit(outcome, np.ones((len(outcome), 1)), [effect])
    means = outcome.reshape(groups, per_group).mean(axis=1)
    assert found.errors[0] == pytest.approx(np.std(means, ddof=1) / np.sqrt(groups), rel=0.01)
