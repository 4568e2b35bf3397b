"""What a study selects from the catalogue, narrowed to its languages and refused where it does not fit."""

from atlas import variants
from atlas.data.parts import name_of, trained_in
from atlas.errors import AtlasError, closest


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


def check_declared(settings, distances, place):
    """Refuse declared tests of a distance that the study does not select."""
    names = settings.get("statistics", {}).get("declared", {}).get("distances", [])
    select(names, distances, "distances", f"{place}: statistics.declared")


def with_languages(targets, languages, settings, place):
    """Targets with their `languages` narrowed to the study's, the source language first.

    Raises
    ------
    AtlasError
        If a target has no language left, or no training data in the source language that the study chose.
    """
    narrowed = {}
    for name, entry in targets.items():
        source = _source_language(name, entry, settings, place)
        kept = {code: own for code, own in entry["languages"].items() if code in languages}
        if not set(kept) - {source}:
            raise AtlasError(
                f"{place}: target task {name} has none of the study's languages besides {source}. It has:"
                f" {', '.join(sorted(entry['languages']))}."
            )
        if source in entry["languages"]:
            kept = {source: entry["languages"][source], **kept}
        narrowed[name] = {
            **entry,
            "source_language": source,
            "source_name": name_of(entry["languages"].get(source, "")),
            "languages": kept,
        }
    unused = [
        code
        for code in settings.get("languages", [])
        if not any(code in e["languages"] for e in narrowed.values())
    ]
    if unused:
        raise AtlasError(f"{place}: languages names {', '.join(unused)}, which no chosen target task has.")
    return narrowed


def _source_language(name, entry, settings, place):
    """Language that a target trains in: the study's choice, else the entry's, else English."""
    usual = entry.get("source_language", "eng")
    chosen = settings.get("overrides", {}).get("target_tasks", {}).get(name, {}).get("source_language", usual)
    if chosen not in (trained := trained_in(entry)):
        raise AtlasError(
            f"{place}: overrides.target_tasks.{name}.source_language: the task has no training data in"
            f" {chosen!r}. {closest(chosen, trained)}"
        )
    return chosen


def components(selected, entries):
    """Intermediate tasks that a study needs without selecting them: {name: entry}."""
    named = [entry["first"] for entry in selected["target_tasks"].values() if "first" in entry]
    for entry in selected["intermediate_tasks"].values():
        named += variants.made_of(entry, entries)
    return {name: entries[name] for name in named if name not in selected["intermediate_tasks"]}


def check_overrides(settings, selected, place):
    """Refuse overrides of what the study does not select.

    Raises
    ------
    AtlasError
        Naming the first such override, with the closest names.
    """
    for file, overrides in settings.get("overrides", {}).items():
        for name in overrides:
            if name not in selected[file]:
                raise AtlasError(
                    f"{place}: overrides.{file} names {name!r}, which the study does not select."
                    f" {closest(name, selected[file])}"
                )
