"""What a schema cannot say of a task: its columns fit its kind, its languages exist, its parts are whole."""

from atlas.errors import AtlasError, closest

BASELINE = "none"  # the intermediate task that trains nothing

# Columns that a kind needs beyond those it can do without.
COLUMNS = {
    "sentence_classification": ({"first", "label"}, {"second"}),
    "multiple_choice": ({"context", "choices", "label"}, {"question"}),
    "token_labels": ({"tokens", "labels"}, {"marked"}),
    "span_qa": ({"question", "context", "answers"}, {"id"}),
    "retrieval": ({"query", "candidate"}, set()),
}
LABELLED = ("sentence_classification", "token_labels")


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
            _check_columns(entry, place)
            _check_parts(entry, place)
            for language in entry.get("languages", {}):
                if language not in catalog["languages"]:
                    raise AtlasError(
                        f"{place}.languages: {language!r} is not in languages.yaml, which holds the codes"
                        f" that URIEL has. {closest(language, catalog['languages'])}"
                    )
    for name, entry in catalog["target_tasks"].items():
        for other in entry.get("overlaps", []):
            if other not in catalog["intermediate_tasks"]:
                raise AtlasError(
                    f"{folder}/target_tasks.yaml: {name}.overlaps: {other!r} is no intermediate task."
                    f" {closest(other, catalog['intermediate_tasks'])}"
                )


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


def _check_columns(entry, place):
    needed, optional = COLUMNS[entry["kind"]]
    declared = [entry["columns"]]
    declared += [
        entry[part]["columns"] for part in ("train", "tune", "test") if "columns" in entry.get(part, {})
    ]
    for columns in declared:
        if unknown := set(columns) - needed - optional:
            name = sorted(unknown)[0]
            raise AtlasError(f"{place}.columns: unknown key {name!r}. {closest(name, needed | optional)}")
        if missing := needed - set(columns):
            raise AtlasError(f"{place}.columns: kind {entry['kind']} needs {', '.join(sorted(missing))} too.")
    if entry["kind"] in LABELLED and "labels" not in entry:
        raise AtlasError(f"{place}: kind {entry['kind']} needs labels, in the order of the numbers.")


def _check_parts(entry, place):
    trained = entry["kind"] != "retrieval"
    for part in ("train", "tune"):
        if trained and part not in entry:
            raise AtlasError(f"{place}: kind {entry['kind']} is trained, so it needs {part!r}.")
        if not trained and part in entry:
            raise AtlasError(f"{place}: kind retrieval is not trained. Remove {part!r}.")
    for part in ("train", "tune", "test"):
        _check_subset(entry.get(part, {}).get("subset", ""), part, f"{place}.{part}.subset")
    if "max_tokens" not in entry.get("recipe", {}):
        raise AtlasError(f"{place}: lacks recipe.max_tokens.")


def _check_subset(subset, part, place):
    left = subset.replace("{language}", "") if part == "test" else subset
    if "{" in left:
        allowed = "only {language} is filled in" if part == "test" else "only test has {language}"
        raise AtlasError(
            f"{place}: found {subset!r}, but {allowed}. Write the name of the data set's subset."
        )
