"""The paragraph for a paper's methods section, of what this study did and no more."""

from atlas.report.wording import listed, plural

_COVARIATES = {
    "log10_pretraining": "log10 of the pretraining text's size in the language",
    "fertility": "subwords per word",
    "same_script": "the source language's script or another",
    "log10_examples": "log10 of the number of test examples",
    "source_score": "the score in the source language (for deltas the baseline's)",
    "translated_from_source": "test sets translated from the source language or not",
}


def methods(findings):
    """Paragraph for a paper's methods section."""
    made = _imported(findings) if findings.spec["imported"] else _trained(findings)
    return " ".join(
        part
        for part in (made, _deltas(findings), _correlated(findings), _further(findings), _tools(findings))
        if part
    )


def _trained(findings):
    sources = _sources(findings)
    untrained = listed(name for name, entry in findings.targets.items() if not entry["trained"])
    searched = f" {untrained} used the encoder as it stood, without training." if untrained else ""
    return (
        f"We fine-tuned {plural(len(findings.models), 'pretrained multilingual encoder')}"
        f" ({listed(findings.models)}) on {plural(len(findings.trained), 'intermediate task')} in {sources}"
        f" ({listed(findings.trained) or 'none'}) and then on each of"
        f" {plural(len(findings.targets), 'target task')} ({listed(findings.targets)}) in {sources}, and"
        f" evaluated them without further training in {plural(_n_languages(findings), 'language')}"
        f" ({plural(len(findings.spec['seeds']), 'random seed')}), following Phang et al. (2020).{searched}"
    )


def _imported(findings):
    return (
        f"We analysed scores made elsewhere, of {plural(len(findings.models), 'model')}"
        f" ({listed(findings.models)}) with {plural(len(findings.trained), 'intermediate task')}"
        f" ({listed(findings.trained) or 'none'}) on {plural(len(findings.targets), 'target task')}"
        f" ({listed(findings.targets)}), trained in {_sources(findings)} and evaluated in"
        f" {plural(_n_languages(findings), 'language')}."
    )


def _sources(findings):
    return listed(sorted({findings.name_of(findings.source(name)) for name in findings.targets}))


def _n_languages(findings):
    return len({code for entry in findings.targets.values() for code in entry["languages"]})


def _deltas(findings):
    if not findings.deltas:
        return ""
    over = {row["interval_over"] for row in findings.deltas if row["interval_over"]}
    examples = " Their intervals combine a paired bootstrap over test examples with the spread over seeds."
    chance = findings.spec["statistics"]["at_chance"] != "include"
    return (
        "The profit of an intermediate task (delta) is the score with it minus the score of the same model"
        " and seed without it, in points."
        + (examples if any("examples" in text for text in over) else "")
        + " Intervals of mean deltas are 95 % t intervals over seeds."
        + (" Deltas with a training at chance in the source language were left out." if chance else "")
    )


def _correlated(findings):
    if not findings.correlations:
        return ""
    settings = findings.spec["statistics"]
    distances = listed(f"{distance} ({provider})" for distance, provider in findings.pictured) or "none"
    return (
        "We correlated outcomes per language with distances from the source language by Spearman's ρ, with"
        f" percentile bootstrap intervals over languages and families ({settings['bootstrap']:,} resamples),"
        f" two-sided permutation tests over languages and within families ({settings['permutations']:,}"
        " permutations), and Benjamini–Hochberg and Holm correction over the declared tests. Distances:"
        f" {distances}."
    )


def _further(findings):
    """A sentence for each further analysis that was made."""
    said = (
        (
            findings.scaling,
            "The change with size is that of the slope over distance with log10 of the parameters."
            + _held_constant(findings),
        ),
        (
            findings.reliability,
            "The reliability of deltas over languages is split-half over seeds, stepped up.",
        ),
        (
            findings.consistency,
            "Consistency across languages is RankC (Qi et al. 2023) on parallel test sets.",
        ),
    )
    return " ".join(sentence for rows, sentence in said if rows)


def _held_constant(findings):
    """A sentence about the covariates that at least one regression could use."""
    used = {name for row in findings.scaling for name in (row["covariates"] or "").split(", ") if name}
    if not used:
        return ""
    named = listed(_COVARIATES.get(name, name) for name in sorted(used, key=_by_order))
    return f" Regressions were repeated with covariates, each where it is known and differs: {named}."


def _by_order(name):
    """Known covariates in their order, others after them."""
    return list(_COVARIATES).index(name) if name in _COVARIATES else len(_COVARIATES), name


def _tools(findings):
    versions = ", ".join(
        f"{name} {version}" for name, version in findings.spec["versions"].items() if version
    )
    return f"Software: {versions}."
