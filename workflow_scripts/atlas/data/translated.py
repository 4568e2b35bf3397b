"""Translated training examples of a task, checked against the English ones and put together."""

import pyarrow as pa

from atlas import artifacts, kinds, manifests
from atlas.data.parts import ROWS
from atlas.data.preparation import Job, finish
from atlas.data.published import Published
from atlas.errors import AtlasError
from atlas.variants import TRANSLATED_TEXTS

ENGLISH = "eng"


def assemble(spec, code, english, published, translations, manifest):
    """Write the tables `train`, of all languages one after the other, and `tune`, which stays English.

    Parameters
    ----------
    spec : kind, labels, languages, with_english; for published translations also the `views` of each
        language and of English, and the `limit` of training examples
    english : manifest of the prepared English examples
    published : manifest of the English tables as fetched; None for translations that a model made
    translations : manifest of the fetched translations, or those that `translate_rows` made, by language
    manifest : what to write, last

    Raises
    ------
    AtlasError
        If translations are not, row by row, those of the English table: naming file and row.
    """
    schema, key = kinds.of(spec["kind"]).EXAMPLES, artifacts.make_key(spec, code, english, *translations)
    prepared = {part: _table(english, part, schema) for part in ("train", "tune")}
    if published is not None:
        tables = _published(spec, code, published, *translations, manifest.parent, schema)
    else:
        pairs = zip(spec["languages"], translations, strict=True)
        tables = {language: _table(path, "train", schema) for language, path in pairs}
    if spec["with_english"]:
        tables = {ENGLISH: prepared["train"], **tables}
    together = pa.concat_tables([_marked(table, language) for language, table in tables.items()])
    entries = {}
    for part, table in (("train", together), ("tune", prepared["tune"])):
        artifacts.write_table(manifest.parent / f"{part}.parquet", table, key)
        content = artifacts.content_digest(table)
        entries[part] = {"file": f"{part}.parquet", "key": key, "rows": table.num_rows, "content": content}
    return finish(manifest, entries)


def _table(manifest, part, schema):
    entry = manifests.read(manifest)["tables"][part]
    return artifacts.read_table(manifest.parent / entry["file"], schema)


def _marked(table, language):
    """The table with the language in each id, so that ids stay unique."""
    ids = pa.array([f"{own}-{language}" for own in table.column("id").to_pylist()], pa.string())
    return table.set_column(table.column_names.index("id"), "id", ids)


def _published(spec, code, published, fetched, folder, schema):
    """Examples of each language from published translations, the same rows of all as of English."""
    own = _view(published, "train", spec["views"][ENGLISH], spec["labels"])
    job, tables = Job(spec["kind"], code, fetched, folder), {}
    for language in spec["languages"]:
        view = spec["views"][language]
        check(own, _view(fetched, language, view, spec["labels"]), spec["kind"])
        meaning = {key: spec[key] for key in ("labels", "no_answer", "limit")}
        meaning["tables"] = {ROWS: [{"table": language, **view}]}
        job.prepare(language, meaning, ordered=False)
        tables[language] = artifacts.read_table(folder / f"{language}.parquet", schema)
    return tables


def _view(fetched, name, view, labels):
    path = fetched.parent / manifests.read(fetched)["tables"][name]["file"]
    return Published(artifacts.read_table(path), {"labels": labels, **view}, str(path))


def check(english, translation, kind):
    """Refuse a table that is not, row by row, a translation of the English one.

    Parameters
    ----------
    english, translation : Published
    kind : name of the kind; what is no text of it (ids, labels) must be equal

    Raises
    ------
    AtlasError
        Naming file and row, both values and the fix.
    """
    if english.size != translation.size:
        raise AtlasError(
            f"{translation.place}: has {translation.size} rows, but {english.place}, which it translates, has"
            f" {english.size}. Translations stand row by row beside the English table."
        )
    for name in TRANSLATED_TEXTS[kind]:
        if name in english and name not in translation:
            raise AtlasError(
                f"{translation.place}: has no column for {name}. Add it to `translated.columns`."
            )
    for name in english.columns:
        if name in TRANSLATED_TEXTS[kind]:
            continue
        pairs = zip(_gold(english, name), _gold(translation, name), strict=True)
        for row, (one, other) in enumerate(pairs):
            if one != other:
                raise AtlasError(
                    f"{translation.where(row)}: {name} is {other!r}, but in {english.where(row)} it is"
                    f" {one!r}. Translations stand row by row beside the English table, in its order."
                )


def _gold(published, name):
    """Values of a column that a translation leaves alone, numbered labels by their names."""
    values = published.raw(published.columns[name])
    labels = published.labels if name == "label" else []
    named = dict(enumerate(labels))
    return [named.get(value, value) if isinstance(value, int) else value for value in values]
