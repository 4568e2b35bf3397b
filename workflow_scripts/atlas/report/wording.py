"""How numbers and places are written, everywhere in the report alike."""

import math
from urllib.parse import quote

ABSENT = "–"


def number(value, digits=1):
    """Write a value with a true minus sign; an unknown one is a dash.

    >>> number(-0.04), number(None)
    ('0.0', '–')
    """
    if value is None or math.isnan(value):
        return ABSENT
    value = round(value, digits) or 0.0  # no minus before zero
    return f"{value:.{digits}f}".replace("-", "−")


def signed(value, digits=1):
    """Write a difference: plus or minus, but neither before zero."""
    plus = "+" if value is not None and round(value, digits) > 0 else ""
    return plus + number(value, digits)


def interval(low, high, digits=1):
    """Write a 95 % interval, or nothing where there is none."""
    if low is None or high is None:
        return ""
    return f"[{number(low, digits)}, {number(high, digits)}]"


def probability(value):
    """Write a p or q value with three digits; never as zero."""
    if value is None:
        return ABSENT
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def magnitude(count):
    """Write a number of parameters.

    >>> magnitude(559_890_432), magnitude(None)
    ('560 M', 'size unknown')
    """
    if count is None:
        return "size unknown"
    for unit, name in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return str(count)


def value(content, kind):
    """Write a cell of a table; see `atlas.report.tables.Column` for the kinds."""
    if content is None:
        return "" if kind == "text" else ABSENT
    return _KINDS[kind](content)


def plain(value):
    """Write a number of any size with what digits it needs.

    >>> plain(392702), plain(8.2), plain(None)
    ('392,702', '8.2', '–')
    """
    if value is None or math.isnan(value):
        return ABSENT
    return f"{value:,.0f}".replace("-", "−") if value == int(value) else number(value)


def plural(count, noun):
    """Write a count with its noun: ``1 seed``, ``2 seeds``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def listed(names):
    """Join names as in a sentence: ``a, b and c``."""
    names = [str(name) for name in names]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def address(*parts):
    """Address of a file, relative to the report."""
    return quote("/".join(str(part) for part in parts))


_KINDS = {
    "text": str,
    "points": number,
    "change": signed,
    "ratio": lambda content: number(content, 2),
    "share": lambda content: f"{100 * content:.0f} %",
    "p": probability,
    "whole": str,
    "flag": lambda content: "yes" if content else "no",
}
