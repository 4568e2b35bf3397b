"""docs/tasks.md, from the catalogue.

PYTHONPATH=workflow_scripts python -m atlas.task_table > docs/tasks.md
"""

from atlas import catalog
from atlas.data import parts

_HEAD = """# Tasks

Every task of the catalogue, from `catalog/intermediate_tasks.yaml` and `catalog/target_tasks.yaml`. This page
is made by `make docs`; edit the entries, not the page. Metrics: [metrics.md](metrics.md); a task of your own:
[adding_a_task.md](adding_a_task.md).
"""
_INTERMEDIATE = """
## Intermediate tasks (English)

| task | kind | rows | source | licence | citation |
|---|---|---|---|---|---|
"""
_TARGET = """
## Target tasks

*Headline* is the metric that deltas are made of. *Overlaps* are intermediate tasks that share training data
with the target.

| task | kind | rows | languages | headline, others | source of test rows | overlaps | licence | citation |
|---|---|---|---|---|---|---|---|---|
"""
_NOTES = "\n## Notes\n\n"


def page(entries):
    """Text of docs/tasks.md for a catalogue as `atlas.catalog.load` reads it."""
    inter, targets = (_published(entries[file]) for file in ("intermediate_tasks", "target_tasks"))
    notes = [
        f"* **{name}**: {entry['notes'].strip()}\n"
        for name, entry in {**inter, **targets}.items()
        if "notes" in entry
    ]
    return "".join(
        [
            _HEAD,
            _INTERMEDIATE,
            *(_row(*_intermediate(name, entry)) for name, entry in inter.items()),
            _TARGET,
            *(_row(*_target(name, entry)) for name, entry in targets.items()),
            _NOTES,
            *notes,
        ]
    )


def _published(entries):
    """Entries without those of the built-in lab, which docs/lab.md is about."""
    return {name: entry for name, entry in entries.items() if "lab" not in entry["source"]}


def _row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def _intermediate(name, entry):
    return _named(name, entry), entry["kind"], _size(entry), _sources(entry), *_origin(entry)


def _target(name, entry):
    first, *others = entry["metrics"]
    return (
        _named(name, entry),
        entry["kind"],
        _size(entry),
        f"{len(entry['languages'])}: {' '.join(sorted(entry['languages']))}",
        ", ".join([f"**{first}**", *others]),
        _sources(entry, "test"),
        ", ".join(entry.get("overlaps", [])) or "none",
        *_origin(entry),
    )


def _named(name, entry):
    return f"`{name}` {entry['title']}"


def _size(entry):
    return entry.get("size", "")


def _origin(entry):
    return entry["licence"], entry["citation"]


def _sources(entry, wanted=""):
    """Data sets and folders of an entry, of all its parts or of its test tables, each once."""
    used = [
        part.get("source", entry["source"])
        for place, _, part in parts.every(entry)
        if not wanted or place.startswith((wanted, "languages"))
    ]
    return ", ".join(dict.fromkeys(map(_link, used)))


def _link(source):
    name = source.get("hub")
    return f"[{name}](https://huggingface.co/datasets/{name})" if name else f"`{source['local']}`"


if __name__ == "__main__":
    print(page(catalog.load()), end="")
