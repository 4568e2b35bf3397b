"""One study: what config.yaml or a file of studies/ selects from the catalogue, and the grid it spans."""

from dataclasses import dataclass, field

from atlas import architectures
from atlas import catalog as catalogue
from atlas.errors import AtlasError, closest
from atlas.lab import settings as lab_settings

BASELINE = catalogue.BASELINE
_RECIPE = {"warmup_share": 0.1, "weight_decay": 0.01, "max_gradient_norm": 1.0}
_SPAN_RECIPE = {"stride": 128, "max_answer_tokens": 30}
_NEEDED = ("epochs", "batch_size", "learning_rate", "max_tokens")
_LIMITS = ("max_train_examples", "max_tune_examples", "max_test_examples")
_STATISTICS = {"min_languages": 6, "permutations": 9999, "bootstrap": 2000, "seed": 0, "at_chance": "exclude"}


@dataclass(frozen=True)
class Study:
    """A checked selection: names in the order of the study, entries from the catalogue."""

    name: str
    models: dict
    intermediate_tasks: dict
    target_tasks: dict
    languages: dict
    distances: dict
    seeds: tuple
    settings: dict = field(repr=False)
    lab: dict = field(repr=False)

    @property
    def intermediates(self):
        """Names of the intermediate tasks, the baseline first."""
        return [BASELINE, *self.intermediate_tasks]

    def intermediates_of(self, model):
        """Names of the intermediate tasks that a model is run with."""
        return [BASELINE] if model in self.settings.get("baseline_only", []) else self.intermediates

    @property
    def pretrained_models(self):
        """Names of the models that the study pretrains itself; all others are fetched."""
        return [name for name, entry in self.models.items() if "pretrain" in entry["source"]]

    @property
    def fetched_models(self):
        """Names of the models that come from the hub or a folder."""
        return [name for name in self.models if name not in self.pretrained_models]

    @property
    def imported(self):
        """Table of scores that the study reads instead of training anything; None for most studies."""
        return self.settings.get("scores")

    @property
    def source_languages(self):
        """Every language that a target is trained in."""
        entries = self.target_tasks.values()
        return sorted(
            {code for entry in entries for code in entry.get("trained_in", [entry["source_language"]])}
        )

    @property
    def partial(self):
        """Whether to analyse only what is there."""
        return self.settings.get("partial") in (True, "true")

    @property
    def statistics(self):
        """Settings of the correlations, with their defaults."""
        return {**_STATISTICS, **self.settings.get("statistics", {})}

    def cells(self):
        """Every (model, intermediate, target, seed): one set of predictions and scores each."""
        return [
            {"model": model, "intermediate": intermediate, "target": target, "seed": seed}
            for model in self.models
            for intermediate in self.intermediates_of(model)
            for target in self.target_tasks
            for seed in self.seeds
        ]

    def recipe(self, model, task, file):
        """Recipe of one training: defaults < task < model < the study's overrides (model, then task).

        Raises
        ------
        AtlasError
            If a value is still missing.
        """
        entry = getattr(self, file)[task]
        merged = {
            **_RECIPE,
            **(_SPAN_RECIPE if entry["kind"] == "span_qa" else {}),
            **entry["recipe"],
            **self.models[model].get("recipe", {}),
            **self._override("models", model),
            **self._override(file, task),
        }
        recipe = {key: value for key, value in merged.items() if key not in _LIMITS}
        needed = ("max_tokens",) if entry["kind"] == "retrieval" else _NEEDED
        for key in needed:
            if key not in recipe:
                raise AtlasError(
                    f"catalog/{file}.yaml: {task}.recipe: lacks {key}, and neither the model nor the study"
                    " sets it."
                )
        if "learning_rate" in recipe:
            recipe["learning_rate"] = float(recipe["learning_rate"])
        return dict(sorted(recipe.items()))

    def limit(self, task, file, name):
        """Largest number of examples of a part, or None: the task's override, else the study's limits."""
        override = self._override(file, task)
        return override.get(name, self.settings.get("limits", {}).get(name))

    def _override(self, file, name):
        return self.settings.get("overrides", {}).get(file, {}).get(name, {})


def load(settings, place="config"):
    """Check a study's settings against schema and catalogue.

    Parameters
    ----------
    settings : content of config.yaml or of a file of studies/
    place : what to call it in messages

    Raises
    ------
    AtlasError
        On the first thing that could not run.
    """
    catalogue.check(settings, "study.schema.yaml", place)
    entries = catalogue.load(settings.get("catalog"))
    chosen = {
        "models": settings["models"],
        "intermediate_tasks": [task for task in settings["intermediate_tasks"] if task != BASELINE],
        "target_tasks": settings["target_tasks"],
        "distances": settings.get("distances", usual_distances(entries["distances"])),
        "languages": settings.get("languages", list(entries["languages"])),
    }
    selected = {file: select(names, entries[file], file, place) for file, names in chosen.items()}
    targets = _with_languages(selected["target_tasks"], selected["languages"], settings, place)
    used = {language for entry in targets.values() for language in entry["languages"]}
    select(settings.get("baseline_only", []), selected["models"], "baseline_only", place)
    _check_overrides(settings, selected, place)
    study = Study(
        name=settings["study"],
        models=selected["models"],
        intermediate_tasks=selected["intermediate_tasks"],
        target_tasks=targets,
        languages={code: entries["languages"][code] for code in sorted(used)},
        distances=selected["distances"],
        seeds=tuple(settings["seeds"]),
        settings=settings,
        lab=_lab(settings, selected, used),
    )
    architectures.check_study(study)
    return study


def _lab(settings, selected, languages):
    """Complete settings of the built-in lab; empty for a study that takes nothing from it."""
    tasks = [*selected["intermediate_tasks"].values(), *selected["target_tasks"].values()]
    if not any("lab" in entry["source"] for entry in tasks):
        return {}
    return lab_settings.complete({"languages": sorted(languages), **settings.get("lab", {})})


def usual_distances(distances):
    """Names of the distances that need no optional package."""
    return [name for name, entry in distances.items() if not entry.get("optional")]


def select(names, entries, file, place):
    """Entries of these names, in their order; an unknown name is refused with the closest ones."""
    for name in names:
        if name not in entries:
            raise AtlasError(
                f"{place}: {file} names {name!r}, which catalog/{file}.yaml does not declare."
                f" {closest(name, entries)}"
            )
    return {name: entries[name] for name in names}


def _with_languages(targets, languages, settings, place):
    """Targets with their `languages` narrowed to the study's, the source language first."""
    narrowed = {}
    for name, entry in targets.items():
        source = entry.get("source_language", "eng")
        kept = {code: own for code, own in entry["languages"].items() if code in languages}
        if not set(kept) - {source}:
            raise AtlasError(
                f"{place}: target task {name} has none of the study's languages besides {source}. It has:"
                f" {', '.join(sorted(entry['languages']))}."
            )
        if source in entry["languages"]:
            kept = {source: entry["languages"][source], **kept}
        narrowed[name] = {**entry, "source_language": source, "languages": kept}
    unused = [
        code
        for code in settings.get("languages", [])
        if not any(code in e["languages"] for e in narrowed.values())
    ]
    if unused:
        raise AtlasError(f"{place}: languages names {', '.join(unused)}, which no chosen target task has.")
    return narrowed


def _check_overrides(settings, selected, place):
    for file, overrides in settings.get("overrides", {}).items():
        for name in overrides:
            if name not in selected[file]:
                raise AtlasError(
                    f"{place}: overrides.{file} names {name!r}, which the study does not select."
                    f" {closest(name, selected[file])}"
                )
