"""One study: what config.yaml or a file of studies/ selects from the catalogue, and the grid it spans."""

from dataclasses import dataclass, field

from atlas import architectures, selection, variants
from atlas import catalog as catalogue
from atlas.errors import AtlasError
from atlas.lab import settings as lab_settings
from atlas.task_checks import UNTRAINED

BASELINE = catalogue.BASELINE
_RECIPE = {"warmup_share": 0.1, "weight_decay": 0.01, "max_gradient_norm": 1.0}
_SPAN_RECIPE = {"stride": 128, "max_answer_tokens": 30}
_NEEDED = ("epochs", "batch_size", "learning_rate", "max_tokens")
_REAL = ("learning_rate", "warmup_share", "weight_decay", "max_gradient_norm")
# Of an override, what is no part of the recipe.
_NO_RECIPE = ("max_train_examples", "max_tune_examples", "max_test_examples", "source_language")
_STATISTICS = {
    "min_languages": 6,
    "permutations": 9999,
    "bootstrap": 2000,
    "seed": 0,
    "at_chance": "exclude",
    "covariates": [
        "log10_pretraining",
        "fertility",
        "log10_examples",
        "source_score",
        "translated_from_source",
    ],
}
# Covariates that tell targets and cells apart rather than languages: they enter regressions only.
CELL_COVARIATES = frozenset({"log10_examples", "source_score", "translated_from_source"})


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
    components: dict = field(default_factory=dict)  # intermediate tasks that are trained on, not selected
    claims: dict = field(repr=False, default_factory=dict)

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
    def budget(self):
        """Hours that the study may take, all of it; None without a limit."""
        hours = self.settings.get("budget")
        return None if hours is None or self.imported else float(hours)

    @property
    def keep(self):
        """Which checkpoints stay once every language is scored: all, intermediates or none."""
        return self.settings.get("keep", "all")

    @property
    def statistics(self):
        """Settings of the correlations, with their defaults."""
        chosen = {**_STATISTICS, **self.settings.get("statistics", {})}
        return {key: value for key, value in chosen.items() if key != "declared"}

    @property
    def parallel_targets(self):
        """Targets that the study predicts on tests that are translations of each other: {name: entry}."""
        if self.imported:
            return {}
        return {name: entry for name, entry in self.target_tasks.items() if entry.get("parallel")}

    def overlapping(self, target):
        """Intermediate tasks that share training data with a target, also by what they are made of."""
        shared = set(self.target_tasks[target].get("overlaps", []))
        entries = {**self.components, **self.intermediate_tasks}
        return [
            name
            for name, entry in self.intermediate_tasks.items()
            if shared & {name, *variants.made_of(entry, entries)}
        ]

    def cells(self, targets=None):
        """Every (model, intermediate, target, seed): one set of predictions and scores each.

        Parameters
        ----------
        targets : names of the target tasks, by default all
        """
        return [
            {"model": model, "intermediate": intermediate, "target": target, "seed": seed}
            for model in self.models
            for intermediate in self.intermediates_of(model)
            for target in (self.target_tasks if targets is None else targets)
            for seed in self.seeds
        ]

    def recipe(self, model, task, file):
        """Recipe of one training: defaults < task < model < the study's overrides (model, then task).

        Raises
        ------
        AtlasError
            If a value is still missing.
        """
        entry = self.task(file, task)
        merged = {
            **_RECIPE,
            **(_SPAN_RECIPE if entry["kind"] == "span_qa" else {}),
            **entry["recipe"],
            **self.models[model].get("recipe", {}),
            **self._override("models", model),
            **self._override(file, task),
        }
        recipe = {key: value for key, value in merged.items() if key not in _NO_RECIPE}
        needed = ("max_tokens",) if entry["kind"] in UNTRAINED else _NEEDED
        for key in needed:
            if key not in recipe:
                raise AtlasError(
                    f"catalog/{file}.yaml: {task}.recipe: lacks {key}, and neither the model nor the study"
                    " sets it."
                )
        recipe |= {key: float(recipe[key]) for key in _REAL if key in recipe}  # 1 and 1.0 mean the same
        return dict(sorted(recipe.items()))

    def task(self, file, name):
        """Entry of a task of one file, components among the intermediate tasks."""
        return {**self.components, **getattr(self, file)}[name]

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
    entries["intermediate_tasks"] |= entries["variants"]
    chosen = {
        "models": settings["models"],
        "intermediate_tasks": [task for task in settings["intermediate_tasks"] if task != BASELINE],
        "target_tasks": settings["target_tasks"],
        "distances": settings.get("distances", selection.usual_distances(entries["distances"])),
        "languages": settings.get("languages", list(entries["languages"])),
    }
    selected = {file: selection.select(names, entries[file], file, place) for file, names in chosen.items()}
    targets = selection.with_languages(selected["target_tasks"], selected["languages"], settings, place)
    used = {language for entry in targets.values() for language in entry["languages"]}
    selection.select(settings.get("baseline_only", []), selected["models"], "baseline_only", place)
    selection.check_declared(settings, selected["distances"], place)
    components = selection.components(selected, entries["intermediate_tasks"])
    with_components = {**selected["intermediate_tasks"], **components}
    selection.check_overrides(settings, {**selected, "intermediate_tasks": with_components}, place)
    study = Study(
        name=settings["study"],
        models=selected["models"],
        intermediate_tasks=selected["intermediate_tasks"],
        target_tasks=targets,
        languages={code: entries["languages"][code] for code in sorted(used)},
        distances=selected["distances"],
        seeds=tuple(settings["seeds"]),
        settings=settings,
        lab=_lab(settings, {**with_components, **targets}, used),
        components=components,
        claims=entries["claims"],
    )
    architectures.check_study(study)
    return study


def _lab(settings, tasks, languages):
    """Complete settings of the built-in lab; empty for a study that takes nothing from it."""
    if not any("lab" in entry.get("source", {}) for entry in tasks.values()):
        return {}
    return lab_settings.complete({"languages": sorted(languages), **settings.get("lab", {})})
