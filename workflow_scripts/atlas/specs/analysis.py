"""What the analysis is told."""

from atlas.analysis.overall import official_metrics
from atlas.study import BASELINE


def collect_scores(study):
    """The grid whose score files become one table."""
    return {
        "models": {model: study.intermediates_of(model) for model in study.models},
        "seeds": list(study.seeds),
        "kinds": {name: entry["kind"] for name, entry in study.target_tasks.items()},
        "source_languages": {name: e["source_language"] for name, e in study.target_tasks.items()},
    }


def import_scores(study):
    """Which codes of languages a table of scores may use."""
    return {"languages": list(study.languages)}


def headlines(study):
    """Map target -> headline metric."""
    return {name: entry["metrics"][0] for name, entry in study.target_tasks.items()}


def compute_deltas(study):
    """What is compared with what, in which metric."""
    return {
        "baseline": BASELINE,
        "metrics": headlines(study),
        "baseline_only": study.settings.get("baseline_only", []),
        "overlaps": {target: study.overlapping(target) for target in study.target_tasks},
        **{name: study.statistics[name] for name in ("bootstrap", "seed")},
    }


def measure_reliability(study):
    """What the deltas are made of, and how their reliability is measured."""
    chosen = ("min_languages", "bootstrap", "seed", "at_chance")
    statistics = {name: study.statistics[name] for name in chosen}
    return {"baseline": BASELINE, "metrics": headlines(study), **statistics}


def measure_robustness(study):
    """Which scores are summarised, and by which rule."""
    statistics = {name: study.statistics[name] for name in ("min_languages", "at_chance")}
    return {"metrics": headlines(study), **statistics}


def measure_consistency(study):
    """The grid of predictions of the targets whose tests are translations of each other."""
    parallel = study.parallel_targets
    models = study.models if parallel else []  # nothing to read: no change of the grid matters
    return {
        "models": {model: study.intermediates_of(model) for model in models},
        "seeds": list(study.seeds) if parallel else [],
        "source_languages": {name: entry["source_language"] for name, entry in parallel.items()},
    }


def measure_distances(study):
    """Which distances between which languages."""
    return {
        "source_languages": study.source_languages,
        "languages": list(study.languages),
        "distances": study.distances,
        "uriel_codes": {code: entry["uriel"] for code, entry in study.languages.items() if "uriel" in entry},
    }


def check_claims(study):
    """The published claims, and what of the study they are about."""
    return {
        "order": list(study.claims),
        "claims": study.claims,
        "tasks": claimed_tasks(study),
        "metrics": {name: official_metrics(entry) for name, entry in study.target_tasks.items()},
        "baseline": BASELINE,
        "facts": {
            "models": list(study.models),
            "intermediate_tasks": {
                name: {"kind": entry.get("kind", "")} for name, entry in study.intermediate_tasks.items()
            },
            "target_tasks": {
                name: {
                    "trained": None if study.imported else "train" in entry,
                    "languages": list(entry["languages"]),
                }
                for name, entry in study.target_tasks.items()
            },
            "selected_languages": bool(study.imported) or "languages" in study.settings,
        },
    }


def claimed_tasks(study):
    """Intermediate tasks of the study about whose data there is a claim."""
    tasks = {claim["task"] for claim in study.claims.values() if "task" in claim}
    return [name for name in study.intermediate_tasks if name in tasks]
