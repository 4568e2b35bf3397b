"""A study of scores that were made elsewhere: `scores:` names a table instead of models, tasks and seeds.

The table says which models, targets, languages and seeds there are; everything from the deltas on runs as
for scores of our own. Apart from `atlas.study`, since a table takes libraries that planning needs not else.
"""

from pathlib import Path

from atlas import catalog as catalogue
from atlas.errors import AtlasError
from atlas.imported import read
from atlas.selection import check_declared, select, usual_distances
from atlas.study import BASELINE, Study

ALLOWED_KEYS = (
    "study",
    "title",
    "description",
    "notes",
    "catalog",
    "scores",
    "distances",
    "statistics",
    "partial",
)


def load(settings, place="config"):
    """Check a study of imported scores and its table.

    Parameters
    ----------
    settings : content of a file of studies/ that has `scores`
    place : what to call it in messages

    Returns
    -------
    Study : with the models, targets, languages and seeds of the table; the headline metric of a target is
        the catalogue's where the table has it, else the one that the table names first

    Raises
    ------
    AtlasError
        On the first thing that is wrong, naming file, row and fix.
    """
    catalogue.check(settings, "study.schema.yaml", place)
    for key in settings:
        if key not in ALLOWED_KEYS:
            raise AtlasError(
                f"{place}: {key} does not go with scores, whose table says what there is. Remove one of the"
                f" two. Allowed beside scores: {', '.join(ALLOWED_KEYS)}."
            )
    entries = catalogue.load(settings.get("catalog"))
    table = path_of(settings)
    rows = read(table, list(entries["languages"]))
    used = {row[column] for row in rows for column in ("language", "source_language")}
    distances = settings.get("distances", usual_distances(entries["distances"]))
    distances = select(distances, entries["distances"], "distances", place)
    check_declared(settings, distances, place)
    return Study(
        name=settings["study"],
        models={row["model"]: _model(entries["models"].get(row["model"], {}), settings) for row in rows},
        intermediate_tasks={row["intermediate"]: {} for row in rows if row["intermediate"] != BASELINE},
        target_tasks=_targets(rows, entries["target_tasks"]),
        languages={code: entries["languages"][code] for code in sorted(used)},
        distances=distances,
        seeds=tuple(sorted({row["seed"] for row in rows})),
        settings={**settings, "scores": str(table), "notes": [*settings.get("notes", []), *_caveats(rows)]},
        lab={},
        claims=entries["claims"],
    )


def _model(declared, settings):
    """Entry of a model: its scores, and the corpus where the catalogue knows a model of this name."""
    known = {key: declared[key] for key in ("pretraining",) if key in declared}
    return {"source": {"scores": settings["scores"]}, **known}


def path_of(settings):
    """Path of the table: relative to the folder of the run, else to the workflow's own folder."""
    given = Path(settings["scores"])
    own = catalogue.WORKFLOW / given
    return own if own.exists() and not given.exists() else given


def _targets(rows, declared):
    """Entries of the targets as far as the analysis reads them, in the order of the table."""
    targets = {}
    for name in dict.fromkeys(row["target"] for row in rows):
        own = [row for row in rows if row["target"] == name]
        entry = declared.get(name, {})
        found = list(dict.fromkeys(row["metric"] for row in own))
        usual = entry.get("metrics", found)[0]
        headline = usual if usual in found else found[0]
        sources = sorted({row["source_language"] for row in own}, key=lambda code: (code != "eng", code))
        targets[name] = {
            # Not `parallel`: what is read off predictions needs predictions.
            **{key: entry[key] for key in ("overlaps", "translated_from_source") if key in entry},
            "kind": own[0]["kind"] or entry.get("kind", ""),
            "metrics": sorted(found, key=lambda metric, first=headline: metric != first),
            "source_language": sources[0],
            "trained_in": sources,
            "languages": {row["language"]: row["language"] for row in own},
        }
    return targets


def _caveats(rows):
    """What the report has to say because of what the table lacks."""
    found = []
    intermediates = {row["intermediate"] for row in rows}
    lacks = {
        BASELINE not in intermediates: f"no rows with intermediate {BASELINE}",
        intermediates == {BASELINE}: "no intermediate task",
    }
    if True in lacks:
        found.append(
            f"The table of scores has {lacks[True]}, so there is no delta; transfer gaps and scores alone are"
            " related to distance."
        )
    if len({row["seed"] for row in rows}) == 1:
        found.append("The table of scores has one seed, so it says nothing of the spread between trainings.")
    return found
