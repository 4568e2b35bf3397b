"""Regressions of an outcome on distance, size and covariates: mixed models, and one model alone by OLS.

Distance lies in [0, 1], size is log10 of the parameters, both centred: the slope on distance is in points
from the nearest to the farthest language for a model of middle size; the interaction says by how many points
that slope changes when the model grows tenfold.
"""

import numpy as np
from scipy.special import stdtr, stdtrit
from statsmodels.api import OLS

from atlas.analysis import confounds, mixed_model, resampling, statistics

DISTANCE, SIZE, INTERACTION = "distance", "log10_parameters", "distance:log10_parameters"
MIXED, CLUSTERED = "mixed model (REML)", "OLS, errors clustered by family"
LEVEL = 0.05
# A trend over sizes needs more than two of them: two always lie on a line.
MIN_SIZES = 3
RESAMPLES = 1000


def mixed(data, spec, bootstrap=True):
    """Rows of scaling.parquet from one mixed model, without the columns that say what was modelled.

    Random effects, as far as the data tell them apart: an intercept and a response to size of each family and
    of each language (without which slope and interaction would look too certain, Barr et al. 2013), an
    intercept of each target, and of each target and model. Models are fixed: the intervals are about
    languages and targets, for these sizes.

    Parameters
    ----------
    data : `atlas.analysis.observations.Observations`
    spec : min_languages, bootstrap, seed
    bootstrap : whether to check the interval by drawing whole families
    """
    terms, design = _design(data)
    reason = _obstacle(data, design, spec)
    if reason:
        return [_unknown(MIXED, term, reason) for term in terms]
    effects = _effects(data)
    fitted = mixed_model.fit(data.outcome, design, [columns for columns, _ in effects])
    if fitted is None:
        reason = "cannot be estimated because nothing is left to chance: the outcome is fitted exactly"
        return [_unknown(MIXED, term, reason) for term in terms]
    freedom, inflation = _freedom(data, terms), _inflation(design)
    rows = [
        {
            "method": MIXED,
            "term": term,
            **interval(fitted.fixed[i], fitted.errors[i], freedom[i]),
            "vif": inflation[i],
        }
        for i, term in enumerate(terms)
    ]
    if bootstrap:
        _add_bootstrap(rows, data, design, effects, fitted, spec)
    note = "; ".join(data.notes)
    rows = [{"note": note, **row} for row in rows]
    if data.sizes < MIN_SIZES:
        few = {1: "only one size", 2: "only two sizes"}[data.sizes]
        rows.append(_unknown(MIXED, INTERACTION, f"cannot be estimated because there are {few} (3 needed)"))
    return rows


def _design(data):
    """Terms, and the columns of the fixed effects."""
    distance, size = statistics.centred(data.distance), statistics.centred(data.size)
    columns = {"intercept": np.ones(len(size)), DISTANCE: distance}
    if data.sizes > 1:
        columns[SIZE] = size
    if data.sizes >= MIN_SIZES:
        columns[INTERACTION] = distance * size
    columns.update(zip(data.covariate_names, statistics.centred(data.covariates).T, strict=True))
    return list(columns), np.column_stack(list(columns.values()))


def _obstacle(data, design, spec):
    """Why nothing can be estimated, or None."""
    languages = data.count("language")
    if languages < spec["min_languages"]:
        return f"cannot be estimated because only {languages} languages have outcome, distance and size"
    if np.ptp(data.outcome) == 0:
        return "cannot be estimated because the outcome is the same everywhere"
    if np.ptp(data.distance) == 0:
        return "cannot be estimated because the distance is the same for every language"
    if languages - 2 - _levels(data).count("language") < 1 or len(design) <= design.shape[1]:
        return "cannot be estimated because there are no more cells than terms"
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return "cannot be estimated because distance, size and covariates explain each other"
    return None


def _effects(data):
    """Pairs of columns of a random effect, and whether it belongs to families and languages."""
    size = statistics.centred(data.size)[:, None]
    language, target = _indicators(data.language), _indicators(data.target)
    several_targets = target.shape[1] > 1
    found = []
    if resampling.MIN_CLUSTERS <= data.count("family") < data.count("language"):
        found.append((_indicators(data.family), True))
        if data.sizes >= MIN_SIZES:
            found.append((found[0][0] * size, True))
    if len(data.outcome) > language.shape[1]:
        found.append((language, True))
    if data.sizes >= MIN_SIZES:
        found.append((language * size, True))
    if several_targets:
        found.append((target, False))
    if several_targets and data.count("model") > 1:
        found.append((_indicators(data.cell), False))
    return found


def _indicators(numbers):
    return np.eye(numbers.max() + 1)[numbers][:, np.unique(numbers)]


def _freedom(data, terms):
    """Degrees of freedom of each term: what varies over languages is known as well as there are languages.

    Likewise what differs only between targets, or between targets and models (intercept and size do).
    """
    levels = _levels(data)
    several = data.count("target") > 1
    known = {
        "language": data.count("language") - 2 - levels.count("language"),
        "cell": data.count("cell") - 2 - levels.count("cell") if several else len(data.outcome) - len(terms),
        "target": data.count("target") - 1 - levels.count("target"),
    }
    of_term = dict.fromkeys(("intercept", SIZE), "cell") | dict(
        zip(data.covariate_names, levels, strict=True)
    )
    return [max(1, known[of_term.get(term, "language")]) for term in terms]


def _levels(data):
    """What each covariate differs between: `target`, `cell` (target and model), or else `language`."""
    return [
        next(
            (n for n in ("target", "cell") if confounds.constant_within(column, getattr(data, n))), "language"
        )
        for column in data.covariates.T
    ]


def _inflation(design):
    """Variance inflation of each column by the others (Belsley et al. 1980); None for the intercept."""
    correlations = np.atleast_2d(np.corrcoef(design[:, 1:], rowvar=False))
    return [None, *np.diag(np.linalg.inv(correlations)).tolist()]


def interval(estimate, error, freedom):
    """Estimate with its standard error, 95 % t interval and two-sided p."""
    reach = stdtrit(freedom, 1 - LEVEL / 2) * error
    return {
        "estimate": float(estimate),
        "se": float(error),
        "df": float(freedom),
        "ci_low": float(estimate - reach),
        "ci_high": float(estimate + reach),
        "p": float(2 * stdtr(freedom, -abs(estimate) / error)) if error > 0 else None,
    }


def _add_bootstrap(rows, data, design, effects, fitted, spec):
    """Fill in the percentile interval over whole families of languages."""
    units = np.unique(data.family, return_inverse=True)[1]
    families = data.count("family")
    if families < resampling.MIN_CLUSTERS:
        return
    count = min(RESAMPLES, spec["bootstrap"])
    counts = resampling.resamples(count, families, spec["seed"])
    drawn = mixed_model.cluster_bootstrap(data.outcome, design, effects, fitted, units, counts)
    drawn = drawn[~np.isnan(drawn).any(axis=1)]
    if len(drawn) >= count / 2:
        ends = np.quantile(drawn, [LEVEL / 2, 1 - LEVEL / 2], axis=0)
        for i, row in enumerate(rows):
            row["ci_boot_low"], row["ci_boot_high"] = float(ends[0, i]), float(ends[1, i])


def clustered(data, spec):
    """Rows of scaling.parquet from a multiple regression over the languages of one model and target.

    Standard errors are robust to families (Liang and Zeger 1986; t with one less than there are families);
    `vif` is the variance inflation of each term by the others (above 10 it cannot be told from them).
    """
    terms, design = _design(data)
    families = data.count("family")
    reason = _obstacle(data, design, spec)
    if not reason and families < resampling.MIN_CLUSTERS:
        reason = f"cannot be estimated because there are only {families} families"
    if reason:
        return [_unknown(CLUSTERED, term, reason) for term in terms]
    inflation = _inflation(design)
    found = OLS(data.outcome, design).fit(cov_type="cluster", cov_kwds={"groups": data.family}, use_t=True)
    return [
        {
            "method": CLUSTERED,
            "term": term,
            **interval(found.params[i], found.bse[i], families - 1),
            "vif": inflation[i],
            "note": "; ".join(data.notes),
        }
        for i, term in enumerate(terms)
    ]


def _unknown(method, term, reason):
    return {"method": method, "term": term, "note": reason}
