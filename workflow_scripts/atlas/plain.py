"""What a catalogue and a study may hold at all: what JSON can write, with `{fields}` that we fill in.

Light imports only: the Snakefile reads this module.
"""

import math
import re
import string

from atlas.errors import AtlasError

# Of one entry: by aliases, YAML can stand for more than any memory holds.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # nor of XML, as figures are
_MOST_VALUES, _MOST_LEVELS = 200_000, 30


def check(content, place):
    """Refuse what has no JSON text, and with it no key: dates, numbers that are none, keys that are no text.

    Raises
    ------
    AtlasError
        Naming the first such value and the fix.
    """
    waiting, count = [(content, place, 0)], 0
    while waiting:
        value, where, level = waiting.pop()
        count += 1
        if count > _MOST_VALUES or level > _MOST_LEVELS:
            raise AtlasError(
                f"{place}: holds more than {_MOST_VALUES} values, or more than {_MOST_LEVELS} levels of them."
                " Does an alias contain itself?"
            )
        if isinstance(value, dict):
            for key in value:
                _check_key(key, where)
            waiting += [(inner, f"{where}.{key}", level + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(inner, f"{where}.{number}", level + 1) for number, inner in enumerate(value)]
        else:
            _check_leaf(value, where)


def _check_key(key, where):
    if not isinstance(key, str):
        raise AtlasError(f"{where}: the key {key!r} is no text for YAML. Write it in quotes.")
    _check_leaf(key, where)


def _check_leaf(value, where):
    if isinstance(value, float) and not math.isfinite(value):
        raise AtlasError(f"{where}: found {value!r}, which is no number. Write one.")
    if isinstance(value, str) and (found := _NO_TEXT.search(value)):
        raise AtlasError(f"{where}: found {value[:80]!r}, in which {found[0]!r} is no character of a text.")
    if not isinstance(value, str | bool | int | float | None):
        raise AtlasError(f"{where}: found {value!r}, which YAML reads as {type(value).__name__}. Quote it.")


def check_fields(text, allowed, place, fix):
    """Refuse a text with other braces than those of the allowed `{fields}`; Snakemake has a use for them too.

    Parameters
    ----------
    fix : what to do about it, for the message

    Raises
    ------
    AtlasError
        Naming the place, the text and the fix.
    """
    try:
        found = list(string.Formatter().parse(text))
    except ValueError as error:
        raise AtlasError(f"{place}: found {text!r}: {error}; {fix}") from None
    for literal, field, specification, conversion in found:
        known = field is None or (field in allowed and not specification and not conversion)
        if not known or "{" in literal or "}" in literal:
            raise AtlasError(f"{place}: found {text!r}, but {fix}")


def check_source(source, place):
    """Refuse a local file with other fields in its path than those that a fetch fills in."""
    fix = "only {subset} and {split} are filled in here. Write the path."
    check_fields(source.get("local", ""), ("subset", "split"), f"{place}.local", fix)
