"""What a schema cannot say of a task: its columns fit its kind, its languages exist, its parts are whole."""

from atlas import plain
from atlas.data import parts
from atlas.errors import AtlasError, closest
from atlas.metric_checks import check_metrics

BASELINE = "none"  # the intermediate task that trains nothing
UNTRAINED = ("retrieval", "bitext_mining")  # kinds that read the encoder as it stands
LABELLED = ("sentence_classification", "span_pair_classification", "token_labels")

# Columns that a table of a kind needs, and those that it can do without; by role where a kind has several.
_SENTENCES = ({"id", "text"}, set())
_PAIRS = ({"sentence", "english"}, set())
_CANDIDATES = {"id", "candidate", "context", "answers", "breaks"}
COLUMNS = {
    "sentence_classification": {parts.ROWS: ({"first", "label"}, {"id", "second"})},
    "span_pair_classification": {
        parts.ROWS: ({"first", "second", "first_span", "second_span", "label"}, set())
    },
    "multiple_choice": {parts.ROWS: ({"context", "choices", "label"}, {"question"})},
    "token_labels": {parts.ROWS: ({"tokens", "labels"}, {"marked"})},
    "span_qa": {parts.ROWS: ({"question", "context", "answers"}, {"id"})},
    "retrieval": {parts.ROWS: ({"query", "candidate"}, set())},
    "bitext_mining": {
        "sentences": _SENTENCES,
        "english": _SENTENCES,
        "pairs": _PAIRS,
        "tune_sentences": _SENTENCES,
        "tune_english": _SENTENCES,
        "tune_pairs": _PAIRS,
    },
    "ranked_retrieval": {
        parts.ROWS: ({"query"}, {"query_span", *_CANDIDATES}),
        "queries": ({"query", "key"}, {"id", "query_span"}),
        "pool": ({"key"}, _CANDIDATES),
    },
}


def check_tasks(catalog, folder):
    """Refuse tasks whose columns, parts, languages or overlaps do not fit together.

    Raises
    ------
    AtlasError
        With the first fault, naming file, entry and key.
    """
    _check_task_names(catalog, folder)
    for file in ("intermediate_tasks", "target_tasks"):
        for name, entry in catalog[file].items():
            place = f"{folder}/{file}.yaml: {name}"
            _check_parts(entry, place)
            _check_tables(entry, place)
            _check_languages(entry, catalog["languages"], place)
    for name, entry in catalog["target_tasks"].items():
        place = f"{folder}/target_tasks.yaml: {name}"
        check_metrics(entry, place)
        for other in entry.get("overlaps", []):
            _check_intermediate(other, catalog, f"{place}.overlaps")
        if "first" in entry:
            _check_first(entry, catalog, f"{place}.first")


def _check_task_names(catalog, folder):
    place = f"{folder}/intermediate_tasks.yaml"
    if BASELINE in catalog["intermediate_tasks"]:
        raise AtlasError(
            f"{place}: {BASELINE} is the name of the baseline that trains nothing. Rename the task."
        )
    if twice := sorted(catalog["intermediate_tasks"].keys() & catalog["target_tasks"].keys()):
        raise AtlasError(
            f"{place}: {twice[0]} is a task of target_tasks.yaml too, and their data would share a folder."
            f" Rename one of them, such as {twice[0]}_intermediate."
        )


def _check_parts(entry, place):
    trained = entry["kind"] not in UNTRAINED
    for part in ("train", "tune"):
        if trained and part not in entry:
            raise AtlasError(f"{place}: kind {entry['kind']} is trained, so it needs {part!r}.")
        if not trained and part in entry:
            raise AtlasError(f"{place}: kind {entry['kind']} is not trained. Remove {part!r}.")
    for part in {"train", "tune", "test"} & entry.keys():
        _check_roles(entry["kind"], parts.roles(entry[part]), f"{place}.{part}")
    if "max_tokens" not in entry.get("recipe", {}):
        raise AtlasError(f"{place}: lacks recipe.max_tokens.")
    if entry["kind"] in LABELLED and "labels" not in entry:
        raise AtlasError(f"{place}: kind {entry['kind']} needs labels, in the order of the numbers.")


def _check_roles(kind, declared, place):
    with_roles = COLUMNS[kind].keys() - {parts.ROWS}
    if unknown := sorted(declared.keys() - COLUMNS[kind].keys()):
        allowed = closest(unknown[0], with_roles) if with_roles else f"Kind {kind} has no `tables`."
        raise AtlasError(f"{place}.tables: unknown role {unknown[0]!r}. {allowed}")
    if parts.ROWS not in declared and (missing := sorted(with_roles - declared.keys())):
        raise AtlasError(f"{place}.tables: kind {kind} needs {', '.join(missing)} too.")


def _check_tables(entry, place):
    for where, role, part in parts.every(entry):
        _check_columns(entry, role, {**entry, **part}.get("columns", {}), place)
        _check_fields(entry, where, part.get("subset", ""), f"{place}.{where}.subset")
        plain.check_source({**entry, **part}["source"], f"{place}.{where}.source")
        for column, pattern in part.get("where", {}).items():
            _check_fields(entry, where, pattern, f"{place}.{where}.where.{column}")
        if "labels" in part and sorted(part["labels"]) != sorted(entry.get("labels", [])):
            raise AtlasError(
                f"{place}.{where}.labels: found {', '.join(part['labels'])}. They must be the entry's labels"
                f" in another order: {', '.join(entry.get('labels', ['none there']))}."
            )
        if "unlabelled" in part and not where.startswith(("train", "tune")):
            raise AtlasError(f"{place}.{where}: unlabelled test rows cannot be scored; choose another split.")


def _check_columns(entry, role, columns, place):
    if role not in COLUMNS[entry["kind"]]:
        raise AtlasError(
            f"{place}.languages: kind {entry['kind']} has several tables for each language, whose `test`"
            " fills in {language}. Write the data set's own name of the language alone."
        )
    needed, optional = COLUMNS[entry["kind"]][role]
    if unknown := set(columns) - needed - optional:
        name = sorted(unknown)[0]
        raise AtlasError(f"{place}.columns: unknown key {name!r}. {closest(name, needed | optional)}")
    if missing := needed - set(columns):
        of_role = "" if role == parts.ROWS else f" for {role}"
        raise AtlasError(
            f"{place}.columns: kind {entry['kind']} needs {', '.join(sorted(missing))} too{of_role}."
        )


def _check_fields(entry, where, text, place):
    tested = where.startswith(("test", "languages"))
    allowed = "language" if tested else "source" if "source_languages" in entry else None
    fix = f"only {{{allowed}}} is filled in here" if allowed else "only test has {language}"
    more = "" if tested or allowed else "; {source} needs source_languages"
    plain.check_fields(text, (allowed,), place, f"{fix}{more}. Write the data set's own name.")


def _check_languages(entry, known, place):
    for language in entry.get("languages", {}):
        if language not in known:
            raise AtlasError(
                f"{place}.languages: {language!r} is not in languages.yaml, which holds the codes"
                f" that URIEL has. {closest(language, known)}"
            )
    for language in parts.trained_in(entry) if "source_languages" in entry else []:
        if language not in entry["languages"]:
            raise AtlasError(
                f"{place}.source_languages: {language!r} has no name in `languages`."
                f" {closest(language, entry['languages'])}"
            )


def _check_intermediate(name, catalog, place):
    if name not in catalog["intermediate_tasks"]:
        raise AtlasError(
            f"{place}: {name!r} is no intermediate task. {closest(name, catalog['intermediate_tasks'])}"
        )


def _check_first(entry, catalog, place):
    _check_intermediate(entry["first"], catalog, place)
    other = catalog["intermediate_tasks"][entry["first"]]
    of_labels = entry["kind"] in LABELLED and other.get("labels") != entry.get("labels")
    if other.get("kind") != entry["kind"] or of_labels:
        same = [n for n, e in catalog["intermediate_tasks"].items() if e.get("kind") == entry["kind"]]
        raise AtlasError(
            f"{place}: {entry['first']} does not fit the head of kind {entry['kind']} with these labels."
            f" Of this kind: {', '.join(same) or 'none'}."
        )
