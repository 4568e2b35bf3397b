"""Parts of a task: which published tables its training, selection and test rows come from, and their view.

A part is one table, a list of tables that are read one after the other (ANLI, then MNLI, then SNLI), or
``tables: {role: ...}`` for kinds whose examples come from several tables at once (sentences, their candidates
and the pairs that are right). Tables without roles have the role `ROWS`.
"""

from dataclasses import dataclass

ROWS = "rows"
_VIEW = ("columns", "replace", "labels", "where", "unlabelled")


@dataclass(frozen=True)
class Table:
    """One published table: its name among the fetched ones, where it is from, and how its rows are read."""

    name: str
    source: dict
    view: dict


def tables(entry, part, language=None, name=None):
    """Tables of the part `train` or `tune`, or of `test` in one of the entry's languages.

    Parameters
    ----------
    entry : task as a study holds it
    part : train, tune or test
    language : ISO 639-3 code of the entry's `languages`, for the test part
    name : what to call the fetched tables, by default after language or part

    Returns
    -------
    dict : role -> list of Table, in the order in which their rows are read
    """
    return {
        role: _in_role(entry, role, own, name or language or part, language)
        for role, own in roles(_of_language(entry, part, language)).items()
    }


def roles(part):
    """Declared parts by role: {role: list of parts}, from any of the forms that an entry may write."""
    if isinstance(part, dict) and "tables" in part:
        return {role: _listed(own) for role, own in part["tables"].items()}
    return {ROWS: _listed(part)}


def every(entry):
    """All declared tables of an entry: (place, role, part), the language map's own ones included."""
    for name in ("train", "tune", "test"):
        for role, listed in roles(entry.get(name, [])).items():
            for number, part in enumerate(listed):
                place = name + ("" if role == ROWS else f".tables.{role}")
                yield (place if len(listed) == 1 else f"{place}.{number}"), role, part
    for language, own in entry.get("languages", {}).items():
        if isinstance(own, dict):
            yield f"languages.{language}", ROWS, {**entry["test"], **own}


def _listed(part):
    return part if isinstance(part, list) else [part]


def _of_language(entry, part, language):
    own = entry["languages"][language] if language else None
    return {**entry[part], **own} if isinstance(own, dict) else entry[part]


def _in_role(entry, role, listed, base, language):
    """Tables of one role, numbered from 1 where there are several; one that is the same in all languages is
    fetched once, as `shared`.
    """
    found = []
    for number, part in enumerate(listed, start=1):
        shared = language and role != ROWS and "{language}" not in part.get("subset", "")
        name = "shared" if shared else base
        name += "" if role == ROWS else f".{role}"
        name += "" if len(listed) == 1 else f"-{number}"
        own = entry["languages"][language] if language else ""
        fields = {"language": name_of(own), "source": entry.get("source_name", "")}
        found.append(Table(name, _source(entry, part, fields), _view(entry, part, fields)))
    return found


def _source(entry, part, fields):
    source = {**part.get("source", entry["source"]), "split": part["split"]}
    if "subset" in part:
        source["subset"] = part["subset"].format(**fields)
    if "lab" in source:
        source["subset"] = fields["language"] or "eng"
    return source


def split(entry):
    """Name of the split that is tested: that of the first test table, where roles have several."""
    return next(iter(roles(entry["test"]).values()))[0]["split"]


def name_of(own):
    """The data set's own name of a language, from either form of the language map."""
    return own.get("name", "") if isinstance(own, dict) else own


def trained_in(entry):
    """Codes of the languages that a target has training data in, as far as its entry declares them."""
    declared = entry.get("source_languages", [entry.get("source_language", "eng")])
    return list(entry["languages"]) if declared == "all" else declared


def _view(entry, part, fields):
    view = {"columns": entry["columns"]} if "columns" in entry else {}
    if "replace" in entry:
        view["replace"] = entry["replace"]
    view |= {key: part[key] for key in _VIEW if key in part}
    if "where" in view:
        view["where"] = {column: pattern.format(**fields) for column, pattern in view["where"].items()}
    return view
