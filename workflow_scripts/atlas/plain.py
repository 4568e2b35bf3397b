"""What a catalogue and a study may hold at all: what JSON can write, with `{fields}` that we fill in.

Light imports only: the Snakefile reads this module.
"""

import math
import string

from atlas.errors import AtlasError

# Of one entry: by aliases, YAML can stand for more than any memory holds.
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
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise AtlasError(f"{where}: found {value!r}, which is no Unicode text. Write UTF-8.") from None
    if not isinstance(value, str | bool | int | float | None):
        raise AtlasError(f"{where}: found {value!r}, which YAML reads as {type(value).__name__}. Quote it.")


def check_fields(text, allowed, place, fix):
    """Refuse a text with other `{fields}` than the allowed ones, or with anything but a name within braces.

    Parameters
    ----------
    fix : what to do about it, for the message

    Raises
    ------
    AtlasError
        Naming the place, the text and the fix.
    """
    try:
        found = [parts[1:] for parts in string.Formatter().parse(text)]
    except ValueError as error:
        raise AtlasError(f"{place}: found {text!r}: {error}. Write {{{{ and }}}} for braces.") from None
    for field, specification, conversion in found:
        if field is not None and (field not in allowed or specification or conversion):
            raise AtlasError(f"{place}: found {text!r}, but {fix}")


def check_source(source, place):
    """Refuse a local file with other fields in its path than those that a fetch fills in."""
    fix = "only {subset} and {split} are filled in here. Write the path."
    check_fields(source.get("local", ""), ("subset", "split"), f"{place}.local", fix)
