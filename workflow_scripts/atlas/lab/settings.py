"""What a study may say in its section `lab`, and what holds if it says nothing."""

from atlas.errors import AtlasError, closest

SOURCE = "eng"
_MIN_LANGUAGES = 6  # below it no rank correlation over languages is worth computing
CHOICES = {
    "grammar": ("uriel", "permuted", "english"),
    "lexicon": ("genetic", "syntactic", "permuted", "constant"),
}
DEFAULTS = {
    # One universe: selectional preferences, which concepts are shared first, every text and example.
    "world_seed": 7,
    "languages": [
        "deu",
        "nld",
        "swe",
        "spa",
        "rus",
        "ell",
        "hin",
        "pes",
        "fin",
        "heb",
        "cmn",
        "ind",
        "tur",
        "jpn",
        "swh",
    ],  # fmt: skip
    "grammar": "uriel",
    "lexicon": "genetic",
    # Share of concepts with the English form: p_min + (p_max - p_min) * (1 - distance) ** gamma.
    "p_min": 0.35,
    "p_max": 0.95,
    "gamma": 0.5,
    "p_constant": 0.55,
    # Pretraining text: documents of one or two sentences.
    "documents": 2500,
    "english_documents": 7500,
    "rows": {
        "nli": {"train": 400, "tune": 100, "test": 240},
        "tags": {"train": 40, "tune": 40, "test": 150},
        "span_questions": {"train": 200, "tune": 100, "test": 240},
        "parallel_sentences": {"test": 200},
        "entailment": {"train": 2500, "tune": 100},
        "short_questions": {"train": 2000, "tune": 100},
    },
}


def complete(settings):
    """Lay a study's `settings` over the defaults and check the result.

    Raises
    ------
    AtlasError
        Naming the setting, what was found and what is allowed.
    """
    _check_names("lab", settings, DEFAULTS)
    merged = {**DEFAULTS, **settings, "rows": _merge_rows(settings.get("rows", {}))}
    merged["languages"] = _others(merged["languages"])
    for name, allowed in CHOICES.items():
        if merged[name] not in allowed:
            raise AtlasError(f"lab.{name}: {merged[name]!r} is unknown. {closest(merged[name], allowed)}")
    _check_shares(merged)
    _check_counts(merged)
    return merged


def for_rows(settings, table, split):
    """The part of complete `settings` that one table's rows depend on; a key needs nothing else.

    The set of languages matters only where something is permuted among them.
    """
    unneeded = {"documents", "english_documents"}
    if "permuted" not in (settings["grammar"], settings["lexicon"]):
        unneeded.add("languages")
    kept = {name: value for name, value in settings.items() if name not in unneeded}
    size = settings["rows"].get(table, {}).get(split)
    return {**kept, "rows": {table: {split: size}} if size is not None else {}}


def for_text(settings):
    """The part of complete `settings` that the pretraining text depends on."""
    return {name: value for name, value in settings.items() if name != "rows"}


def _merge_rows(changes):
    _check_names("lab.rows", changes, DEFAULTS["rows"])
    for table, splits in changes.items():
        _check_names(f"lab.rows.{table}", splits, DEFAULTS["rows"][table])
    return {table: {**splits, **changes.get(table, {})} for table, splits in DEFAULTS["rows"].items()}


def _check_names(place, found, allowed):
    for name in found:
        if name not in allowed:
            raise AtlasError(f"{place}: unknown setting {name!r}. {closest(name, allowed)}")


def _check_shares(settings):
    for name in ("p_min", "p_max", "p_constant"):
        if not isinstance(settings[name], int | float) or not 0 <= settings[name] <= 1:
            raise AtlasError(f"lab.{name}: found {settings[name]!r}, needs a share from 0 to 1.")
    if settings["p_min"] > settings["p_max"]:
        raise AtlasError(f"lab: p_min {settings['p_min']} is above p_max {settings['p_max']}. Swap them.")
    if not isinstance(settings["gamma"], int | float) or settings["gamma"] <= 0:
        raise AtlasError(f"lab.gamma: found {settings['gamma']!r}, needs a number above 0.")


def _check_counts(settings):
    counts = {name: settings[name] for name in ("world_seed", "documents", "english_documents")}
    for table, splits in settings["rows"].items():
        counts |= {f"rows.{table}.{split}": size for split, size in splits.items()}
    for name, count in counts.items():
        if type(count) is not int or count < (name != "world_seed"):
            raise AtlasError(f"lab.{name}: found {count!r}, needs a whole number above 0.")


def _others(languages):
    """Return the codes besides English, which is always in, in an order that no listing changes."""
    others = sorted({*languages} - {SOURCE})
    if len(others) < _MIN_LANGUAGES:
        raise AtlasError(
            f"lab.languages: found {len(others)}, but a correlation over languages needs at least"
            f" {_MIN_LANGUAGES} besides English. Add some."
        )
    return others
