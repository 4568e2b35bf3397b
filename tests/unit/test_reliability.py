"""Reliability of deltas over languages: splits worked by hand, simulated studies of known reliability."""

import math

import numpy as np
import pytest
import scipy.stats

from atlas import artifacts
from atlas.analysis.deltas import compute
from atlas.analysis.reliability import disattenuated, halves, measure, spearman_brown, split_half, total
from atlas.columns import DELTAS, RELIABILITY, SCORES
from measure_reliability import measure_reliability

SPEC = {
    "baseline": "none", "metrics": {"xnli": "accuracy"}, "min_languages": 3, "bootstrap": 200, "seed": 0,
    "at_chance": "exclude",
}  # fmt: skip


def rows_of(without, having, at_chance=False):
    """Rows of scores from points (n_languages, n_seeds) without and with an intermediate task."""
    return [
        {
            "model": "small", "n_parameters": 5, "n_parameters_total": 9, "intermediate": intermediate,
            "target": "xnli", "kind": "sentence_classification", "seed": seed, "source_language": "eng",
            "language": f"l{language:02d}", "metric": "accuracy", "score": float(points),
            "n_examples": 100, "split": "test", "at_chance": at_chance, "key": "k",
        }
        for intermediate, table in (("none", without), ("mnli", having))
        for language, by_seed in enumerate(table)
        for seed, points in enumerate(by_seed)
    ]  # fmt: skip


def measured(scores, **changes):
    (row,) = measure(scores, compute(scores, "none", SPEC["metrics"]), {**SPEC, **changes})
    assert list(row) == RELIABILITY.names
    return row


def simulated(n_languages, n_seeds, noise, seed=0):
    """Points without and with a task whose deltas spread over languages by 1, the arms' noise over seeds."""
    rng = np.random.default_rng(seed)
    truth, shift = rng.normal(size=(n_languages, 1)), rng.normal(0, 5, size=n_seeds)
    without = 60 + noise * rng.normal(size=(n_languages, n_seeds))
    return without, 60 + truth + shift + noise * rng.normal(size=(n_languages, n_seeds))


@pytest.mark.parametrize(("n_seeds", "count"), [(2, 1), (3, 3), (4, 3), (5, 15), (6, 10)])
def test_all_ways_to_split_the_seeds(n_seeds, count):
    first, second = halves(n_seeds)
    assert len(first) == len(second) == count
    ways = {frozenset([frozenset(one), frozenset(other)]) for one, other in zip(first, second, strict=True)}
    assert len(ways) == count
    assert all(len(one | other) == 2 * (n_seeds // 2) for one, other in map(tuple, ways))


def test_many_seeds_are_split_at_random_into_disjoint_halves():
    first, second = halves(21)
    assert first.shape == second.shape == (500, 10)
    assert not any(set(one) & set(other) for one, other in zip(first, second, strict=True))


def test_split_half_of_two_seeds_is_their_correlation():
    by_seed = np.random.default_rng(0).normal(size=(12, 2))
    expected = scipy.stats.pearsonr(*by_seed.T).statistic
    assert split_half(by_seed) == pytest.approx([expected], abs=1e-12)


def test_split_half_of_resampled_languages_is_that_of_repeated_rows():
    by_seed = np.random.default_rng(1).normal(size=(5, 4))
    repeated = split_half(by_seed[[0, 0, 1, 3, 3]])
    assert split_half(by_seed, np.array([[2, 1, 0, 2, 0]])) == pytest.approx(repeated, abs=1e-12)


def test_spearman_brown_by_hand():
    assert spearman_brown(np.array(0.5), 2) == pytest.approx(2 * 0.5 / 1.5)
    assert spearman_brown(np.array(0.5), 3) == pytest.approx(3 * 0.5 / 2)  # one seed against one, of three
    assert spearman_brown(np.array(-0.4), 2) == 0


def test_disattenuation_by_hand():
    assert disattenuated(-0.4, 0.64) == pytest.approx(-0.5)
    assert disattenuated(0.9, 0.25) == pytest.approx(1.8)
    assert disattenuated(None, 0.5) is disattenuated(0.3, None) is disattenuated(0.3, 0.0) is None


def test_the_planted_reliability_is_found():
    # Variance 1 over languages, noise 2 x 0.5 in one seed's delta: 1 / (1 + 1/4) with four seeds.
    found = measured(rows_of(*simulated(2000, 4, math.sqrt(0.5))))
    assert found["reliability"] == pytest.approx(0.8, abs=0.03)
    assert found["reliability_ci_low"] < 0.8 < found["reliability_ci_high"]
    assert found["split_half"] == pytest.approx(1 / (1 + 1 / 2), abs=0.04)
    assert (found["n_seeds"], found["n_splits"], found["n_languages"]) == (4, 3, 2000)
    assert found["ceiling"] == pytest.approx(math.sqrt(found["reliability"]))
    assert found["reliability_total"] is None and "test examples" in found["note"]


def test_no_correlation_exceeds_the_ceiling_but_by_chance():
    without, having = simulated(3000, 2, 1.0)
    scores = rows_of(without, having)
    truth = simulated(3000, 2, 0.0)[1][:, 0]  # the planted deltas: the best that any distance could be
    observed = scipy.stats.pearsonr((having - without).mean(axis=1), truth).statistic
    found = measured(scores)
    assert found["ceiling"] == pytest.approx(observed, abs=0.04)
    assert disattenuated(observed, found["reliability"]) == pytest.approx(1, abs=0.05)


def test_total_takes_out_what_seeds_do_to_all_languages_alike():
    without, having = simulated(3000, 4, math.sqrt(0.5))
    by_seed = having - without
    # Standard errors over seeds hold the shift (variance 25) as well as the noise (1), over four seeds.
    errors = by_seed.std(axis=1, ddof=1) / 2
    assert np.mean(errors**2) > 1
    assert total(by_seed, errors) == pytest.approx(0.8, abs=0.03)


def test_total_of_one_seed_rests_on_the_examples():
    by_seed = np.array([[1.0], [3.0], [5.0]])
    assert total(by_seed, [1.0, 1.0, 1.0]) == pytest.approx(1 - 1 / 4)
    assert total(by_seed, [9.0, 9.0, 9.0]) == 0
    assert np.isnan(total(np.ones((3, 1)), [1.0, 1.0, 1.0]))


def test_noise_alone_correlates_with_its_own_baseline_but_not_with_another_seeds():
    rng = np.random.default_rng(3)
    without, having = 60 + rng.normal(size=(2, 2000, 2))
    found = measured(rows_of(without, having))
    # Only noise: corr(with - without, without) = -1 / sqrt(2).
    assert found["baseline_correlation"] == pytest.approx(-1 / math.sqrt(2), abs=0.05)
    assert found["baseline_correlation_independent"] == pytest.approx(0, abs=0.08)
    assert found["reliability"] < 0.1


def test_one_seed_has_no_split_and_says_so():
    found = measured(rows_of(*simulated(10, 1, 1.0)))
    assert found["reliability"] is found["split_half"] is found["ceiling"] is None
    assert found["baseline_correlation_independent"] is None and found["baseline_correlation"] < 0
    assert "one seed" in found["note"]


def test_equal_deltas_have_no_reliability():
    without, _ = simulated(6, 2, 1.0)
    found = measured(rows_of(without, without + 2.0))
    assert found["reliability"] is found["ceiling"] is None and "do not vary" in found["note"]


def test_too_few_languages_and_collapsed_trainings_are_not_estimated():
    scores = rows_of(*simulated(4, 2, 1.0))
    assert measured(scores, min_languages=6)["note"] == (
        "4 languages are fewer than statistics.min_languages, 6"
    )
    collapsed = rows_of(*simulated(4, 2, 1.0), at_chance=True)
    assert measured(collapsed)["ceiling"] is None and "at chance" in measured(collapsed)["note"]
    assert measured(collapsed, at_chance="include")["ceiling"] is not None


def test_seeds_that_not_all_languages_have_do_not_count():
    scores = [row for row in rows_of(*simulated(5, 3, 1.0)) if (row["language"], row["seed"]) != ("l00", 2)]
    assert measured(scores)["n_seeds"] == 2
    sparse = [row for row in rows_of(*simulated(3, 3, 1.0)) if row["language"] == f"l{row['seed']:02d}"]
    assert measured(sparse)["note"] == "no seed has a delta in every language"


def test_stage_writes_the_declared_columns(tmp_path):
    scores = rows_of(*simulated(5, 2, 1.0))
    paths = {name: tmp_path / f"{name}.parquet" for name in ("scores", "deltas", "reliability")}
    artifacts.write_table(paths["scores"], scores, "s", SCORES)
    artifacts.write_table(paths["deltas"], compute(scores, "none", SPEC["metrics"]), "d", DELTAS)
    assert measure_reliability(**paths, spec=SPEC, code="c") == "1 rows, 0 of them without a ceiling"
    assert artifacts.read_table(paths["reliability"], RELIABILITY).num_rows == 1
    assert artifacts.key_of(paths["reliability"]) == artifacts.make_key(
        SPEC, "c", paths["scores"], paths["deltas"]
    )
