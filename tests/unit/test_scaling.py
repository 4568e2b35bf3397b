"""Regressions on distance and size: planted truth, clustering, confounds, and what cannot be estimated."""

import numpy as np
import pytest
import scipy.stats
import statsmodels.api

from atlas import artifacts, columns
from atlas.analysis import regressions
from atlas.analysis.influence import leave_out
from atlas.analysis.observations import gather
from atlas.analysis.scaling import Questions, relate_to_size
from fit_scaling import fit_scaling

SPEC = {
    "baseline": "none", "metrics": {"t0": "accuracy", "t1": "accuracy"}, "min_languages": 6, "bootstrap": 200,
    "seed": 0, "families": {f"l{n:02d}": f"f{n % 6}" for n in range(12)}, "covariates": ["log10_pretraining"],
    "declared": {"outcomes": ["delta"], "distances": [["syntactic", "vectors"]]},
}  # fmt: skip
SLOPE, CHANGE = -10.0, 3.0


def planted(generator, families=8, per_family=5, sizes=3, targets=3, of_family=2.0, confound=0.0):
    """Observations of known truth: slope, its change by size, families alike in outcome and distance."""
    languages = [f"l{n:02d}" for n in range(families * per_family)]
    family = {code: f"f{n // per_family}" for n, code in enumerate(languages)}
    near = generator.random(families)
    distance = {c: 0.7 * near[n // per_family] + 0.3 * generator.random() for n, c in enumerate(languages)}
    size = {f"m{k}": 10.0 ** (7 + k) for k in range(sizes)}
    text = {c: {"log10_pretraining": -5 * d + generator.normal()} for c, d in distance.items()}
    shifts = [
        generator.normal(size=(2, families)) * of_family,
        generator.normal(size=(2, len(languages))) * 1.5,
    ]
    of_target, of_both = generator.normal(size=targets) * 5, generator.normal(size=(targets, sizes))
    cells = {}
    for k, model in enumerate(size):
        for t in range(targets):
            for n, code in enumerate(languages):
                step = k - (sizes - 1) / 2
                (family_at, family_by), (own_at, own_by) = shifts[0][:, n // per_family], shifts[1][:, n]
                cells[model, f"t{t}", code] = (
                    60 + SLOPE * distance[code] + (2 + CHANGE * distance[code]) * step + of_target[t]
                    + confound * text[code]["log10_pretraining"] + family_at + own_at
                    + (family_by + own_by) / 2 * step + of_both[t, k] + generator.normal()
                )  # fmt: skip
    covariates = {(m, f"t{t}"): text for m in size for t in range(targets)}
    wanted = ["log10_pretraining"] if confound else []
    return cells, distance, size, family, covariates, wanted


def term(rows, name):
    """The row of one term."""
    (row,) = [row for row in rows if row["term"] == name]
    return row


def covered(row, truth):
    return row["ci_low"] <= truth <= row["ci_high"]


@pytest.mark.slow
def test_intervals_cover_the_planted_slope_and_interaction_at_the_nominal_rate():
    generator = np.random.default_rng(3)
    hits = np.zeros(2)
    for _ in range(200):
        rows = regressions.mixed(gather(*planted(generator)), SPEC, bootstrap=False)
        hits += [
            covered(term(rows, regressions.DISTANCE), SLOPE),
            covered(term(rows, regressions.INTERACTION), CHANGE),
        ]
    low, high = scipy.stats.binom.ppf([0.0005, 0.9995], 200, 0.95)
    assert (hits >= low).all() and (hits <= high).all()


def test_a_planted_confound_biases_the_slope_until_it_is_in_the_model():
    generator = np.random.default_rng(4)
    cells = planted(generator, confound=4.0)
    adjusted = term(regressions.mixed(gather(*cells), SPEC), regressions.DISTANCE)
    naive = term(regressions.mixed(gather(*cells[:-1], []), SPEC), regressions.DISTANCE)
    assert covered(adjusted, SLOPE)
    assert not covered(naive, SLOPE) and naive["estimate"] < SLOPE - 10


def test_the_bootstrap_by_family_agrees_with_the_interval():
    row = term(
        regressions.mixed(gather(*planted(np.random.default_rng(6), 20, 3)), SPEC), regressions.INTERACTION
    )
    width, checked = row["ci_high"] - row["ci_low"], row["ci_boot_high"] - row["ci_boot_low"]
    assert 0.6 < checked / width < 1.6
    assert row["ci_boot_low"] < row["estimate"] < row["ci_boot_high"]


@pytest.mark.parametrize(("sizes", "said"), [(1, "only one size"), (2, "only two sizes")])
def test_too_few_sizes_have_no_interaction(sizes, said):
    rows = regressions.mixed(gather(*planted(np.random.default_rng(5), sizes=sizes)), SPEC)
    row = term(rows, regressions.INTERACTION)
    assert "estimate" not in row and said in row["note"]
    assert "estimate" in term(rows, regressions.DISTANCE)
    assert (regressions.SIZE in {row["term"] for row in rows}) == (sizes == 2)


def few_languages(cells, distance, *rest):
    kept = sorted(distance)[:3]
    return {place: v for place, v in cells.items() if place[2] in kept}, distance, *rest


CASES = {
    "three languages": (few_languages, "only 3 languages"),
    "constant outcome": (lambda c, *rest: (dict.fromkeys(c, 5.0), *rest), "outcome is the same"),
    "constant distance": (lambda c, d, *rest: (c, dict.fromkeys(d, 0.5), *rest), "distance is the same"),
    "no distance": (lambda c, d, *rest: (c, {}, *rest), "only 0 languages"),
    "no size": (lambda c, d, s, *rest: (c, d, dict.fromkeys(s), *rest), "only 0 languages"),
    "exact outcome": (
        lambda c, d, *rest: ({place: 3 * d[place[2]] for place in c}, d, *rest), "fitted exactly"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", [regressions.mixed, regressions.clustered])
def test_what_cannot_be_estimated_says_why(name, method):
    change, said = CASES[name]
    data = gather(*change(*planted(np.random.default_rng(7))))
    rows = method(data, SPEC)
    if method is regressions.clustered and name == "exact outcome":
        assert term(rows, regressions.DISTANCE)["estimate"] == pytest.approx(3)
        return
    assert rows and all("estimate" not in row for row in rows)
    assert said in rows[0]["note"] and rows[0]["note"].startswith("cannot be estimated because")


def test_one_family_has_no_errors_by_family_and_no_bootstrap():
    data = gather(*planted(np.random.default_rng(8), families=1, per_family=15))
    assert "only 1 families" in regressions.clustered(data, SPEC)[0]["note"]
    row = term(regressions.mixed(data, SPEC), regressions.DISTANCE)
    assert "estimate" in row and "ci_boot_low" not in row


def test_the_regression_of_one_model_equals_statsmodels():
    data = gather(*planted(np.random.default_rng(9), sizes=1, targets=1, confound=2.0))
    rows = regressions.clustered(data, SPEC)
    design = statsmodels.api.add_constant(np.column_stack([data.distance, data.covariates]))
    fit = statsmodels.api.OLS(data.outcome, design).fit(cov_type="cluster", cov_kwds={"groups": data.family})
    row = term(rows, regressions.DISTANCE)
    assert (row["estimate"], row["se"]) == pytest.approx((fit.params[1], fit.bse[1]), abs=1e-8)
    r_squared = np.corrcoef(data.distance, data.covariates[:, 0])[0, 1] ** 2
    assert row["vif"] == pytest.approx(1 / (1 - r_squared), abs=1e-8)


def confounded(generator, cause):
    """A study's questions: scores fall by 10 points over distance, and with a cause near to it."""
    languages = [f"l{n:02d}" for n in range(24)]
    spec = {
        **SPEC, "metrics": {f"t{t}": "accuracy" for t in range(8)}, "families": {},
        "covariates": ["log10_examples", "source_score"],
    }  # fmt: skip
    far = {code: float(generator.random()) for code in languages}
    scores, covariates = [], []
    for k, model in enumerate(("small", "base", "large")):
        for t, target in enumerate(spec["metrics"]):
            shared = 60 + 2 * k + float(generator.normal()) * 3
            # Far languages are tested by the targets of few examples and low scores in English.
            where = languages if t % 2 else [code for code in languages if far[code] > 0.5]
            about = {
                "model": model, "n_parameters": 10 ** (7 + k), "n_parameters_total": 10 ** (8 + k),
                "target": target, "source_language": "eng", "intermediate": "none", "metric": "accuracy",
                "seed": 1, "at_chance": False,
            }  # fmt: skip
            scores.append({**about, "language": "eng", "score": shared})
            for code in where:
                size = 10 ** (4 - 2 * far[code] + float(generator.normal()) * 0.3)
                place = {"model": model, "target": target, "source_language": "eng", "language": code}
                covariates.append({**place, "n_examples": round(size)})
                by_cause = {"log10_examples": 4 * np.log10(size), "source_score": 1.5 * shared}[cause]
                points = by_cause + SLOPE * far[code] + float(generator.normal())
                scores.append({**about, "language": code, "score": points})
    distances = [
        {"source_language": "eng", "language": c, "distance": "syntactic", "provider": "vectors", "value": v}
        for c, v in far.items()
    ]
    return Questions(scores, [], distances, covariates, spec), spec


def answer_of(rows, covariates, name, **about):
    """The row of one term, with or without covariates."""
    about = {"intermediate": "none", "target": "all", "model": "all", "outcome": "score", **about}
    rows = [row for row in rows if about.items() <= row.items() and bool(row["covariates"]) == covariates]
    return term(rows, name)


def test_test_set_size_confounds_the_slope_until_it_is_in_the_model():
    rows = relate_to_size(*confounded(np.random.default_rng(20), "log10_examples"))
    naive = answer_of(rows, False, regressions.DISTANCE)
    adjusted = answer_of(rows, True, regressions.DISTANCE)
    assert naive["ci_high"] < SLOPE - 4 and covered(adjusted, SLOPE)
    assert covered(answer_of(rows, True, "log10_examples"), 4)
    assert answer_of(rows, True, "log10_examples")["vif"] > 2
    alone = answer_of(rows, True, regressions.DISTANCE, target="t1", model="base")
    assert covered(alone, SLOPE) and alone["covariates"] == "log10_examples"
    assert "without source_score, which is the same everywhere" in alone["note"]


def test_the_score_in_english_explains_targets_and_leaves_gaps_alone():
    rows = relate_to_size(*confounded(np.random.default_rng(21), "source_score"))
    adjusted = answer_of(rows, True, "source_score")
    assert covered(adjusted, 1.5)
    assert adjusted["df"] == 3 * 8 - 3  # cells, less intercept, size and this covariate
    assert "source_score" not in {row["term"] for row in rows if row["outcome"] in ("gap", "retention")}
    gap = answer_of(rows, True, regressions.DISTANCE, outcome="gap")
    assert "without source_score, which is part of gap by definition" in gap["note"]


def test_the_score_in_english_confounds_the_effect_of_size_until_it_is_in_the_model():
    generator = np.random.default_rng(22)
    cells, distance, size, family, _, _ = planted(generator, targets=8)
    english = {(m, t): 8 * int(m[1]) + 5 * float(generator.normal()) for m, t, _ in cells}
    cells = {place: points + 2 * english[place[:2]] for place, points in cells.items()}
    known = {place: english[place[:2]] for place in cells}
    given = (cells, distance, size, family, {})
    naive = term(regressions.mixed(gather(*given, []), SPEC, bootstrap=False), regressions.SIZE)
    adjusted_rows = regressions.mixed(gather(*given, ["source_score"], known), SPEC, bootstrap=False)
    adjusted = term(adjusted_rows, regressions.SIZE)
    truth = 2 + CHANGE * float(np.mean([distance[place[2]] for place in cells]))
    assert naive["ci_low"] > truth and covered(adjusted, truth)
    assert covered(term(adjusted_rows, "source_score"), 2)
    assert adjusted["vif"] > 1.2


@pytest.mark.parametrize("targets", [4, 5])
def test_what_differs_only_between_targets_needs_five_of_them(targets):
    cells, distance, size, family, covariates, _ = planted(np.random.default_rng(23), targets=targets)
    covariates = {
        (m, t): {code: {**row, "translated_from_source": t in ("t0", "t2")} for code, row in known.items()}
        for (m, t), known in covariates.items()
    }
    data = gather(cells, distance, size, family, covariates, ["translated_from_source"])
    rows = regressions.mixed(data, SPEC, bootstrap=False)
    if targets == 5:
        assert term(rows, "translated_from_source")["df"] == 3
    else:
        assert "differs only between 4 targets (5 needed)" in rows[0]["note"]


@pytest.fixture
def tables():
    """A small study of three sizes and a reference model: scores, deltas, distances, covariates."""
    generator = np.random.default_rng(10)
    distance = {f"l{n:02d}": float(generator.random()) for n in range(12)}
    deltas, scores, covariates = [], [], []
    for k, model in enumerate(("small", "base", "large", "untrained")):
        about = {"model": model, "n_parameters": 10 ** (6 + k), "n_parameters_total": 10 ** (7 + k)}
        for target in ("t0", "t1"):
            for code, far in distance.items():
                place = {"target": target, "source_language": "eng", "language": code}
                covariates.append({"model": model, **place, "log10_pretraining": float(generator.normal())})
                for intermediate in ("none", "mnli", "squad"):
                    row = {**about, **place, "intermediate": intermediate}
                    points = 60 - 20 * far + float(generator.normal())
                    scores.append(
                        {**row, "metric": "accuracy", "seed": 1, "score": points, "at_chance": False}
                    )
                    if intermediate != "none":
                        delta = 5 + (3 * k - 8) * far + float(generator.normal())
                        deltas.append({**row, "delta": delta, "at_chance": False})
    distances = [
        {
            "source_language": "eng",
            "language": code,
            "distance": "syntactic",
            "provider": "vectors",
            "value": far,
        }
        for code, far in distance.items()
    ]
    return scores, deltas, distances, covariates


def test_each_question_is_answered_once_and_references_are_no_size(tables):
    spec = {**SPEC, "baseline_only": ["untrained"]}
    rows = relate_to_size(Questions(*tables, spec), spec)
    named = ("model", "intermediate", "target", "outcome", "method", "covariates", "term")
    keys = [tuple(row[name] for name in named) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row["model"] for row in rows} == {"all", "small", "base", "large"}
    place = ("all", "all", "all", "delta", regressions.MIXED, "", regressions.INTERACTION)
    answer = rows[keys.index(place)]
    assert covered(answer, 3) and answer["ci_low"] > 0
    assert (answer["n_models"], answer["n_targets"], answer["n_languages"], answer["n_cells"]) == (
        3,
        2,
        12,
        72,
    )
    assert {row["intermediate"] for row in rows if row["outcome"] == "delta"} == {"all", "mnli", "squad"}
    assert {row["intermediate"] for row in rows if row["outcome"] == "gap"} == set()  # no score in English


def test_influence_leaves_out_each_family_and_target(tables):
    spec = {**SPEC, "baseline_only": ["untrained"]}
    rows = leave_out(Questions(*tables, spec), spec)
    assert {(row["left_out_kind"], row["left_out"]) for row in rows} == {
        *(("family", f"f{n}") for n in range(6)), ("target", "t0"), ("target", "t1")
    }  # fmt: skip
    assert {row["term"] for row in rows} == {regressions.INTERACTION}
    assert all(row["change"] == pytest.approx(row["estimate"] - row["estimate_all"]) for row in rows)


def test_an_effect_of_one_family_is_gone_without_it(tables):
    scores, deltas, distances, covariates = tables
    far = {row["language"]: row["value"] for row in distances}
    # Only the two languages of one family respond to size, the others not at all.
    pull = dict.fromkeys(("l00", "l04", "l08"), 30)
    far |= {"l00": 0.97, "l04": 0.98, "l08": 0.99}
    # Of five families or more, the response of one to size would be a random effect.
    spec = {**SPEC, "families": {code: f"f{int(code[1:]) % 4}" for code in far}}
    distances = [{**row, "value": far[row["language"]]} for row in distances]
    deltas = [
        {**row, "delta": row["delta"] % 1 + pull.get(row["language"], 0) * np.log10(row["n_parameters"])}
        for row in deltas
    ]
    rows = leave_out(Questions(scores, deltas, distances, covariates, spec), spec)
    without = next(row for row in rows if row["left_out"] == "f0")
    assert abs(without["estimate"]) < abs(without["estimate_all"]) / 3


def test_stage_writes_both_tables(tables, tmp_path):
    names = ("scores", "deltas", "distances", "covariates")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    for name, rows in zip(names, tables, strict=True):
        artifacts.write_table(paths[name], rows, "key", getattr(columns, name.upper()))
    out = {name: tmp_path / f"{name}.parquet" for name in ("scaling", "influence")}
    said = fit_scaling(**paths, spec=SPEC, code="c", **out)
    assert "terms, " in said
    assert artifacts.read_table(out["scaling"], columns.SCALING).num_rows > 100
    assert artifacts.read_table(out["influence"], columns.INFLUENCE).num_rows == 8


def test_an_empty_study_gives_empty_tables():
    questions = Questions([], [], [], [], SPEC)
    assert relate_to_size(questions, SPEC) == [] and leave_out(questions, SPEC) == []
