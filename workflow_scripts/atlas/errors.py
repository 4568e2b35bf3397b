"""The one exception that means "this message is for the person who runs the study"."""

import difflib


class AtlasError(Exception):
    """A fault with a known cause: names the place, what was found, what is allowed and the fix."""


def closest(name, allowed, shown=3):
    """Say which of the `allowed` names was probably meant, and where there are few, list them all.

    >>> closest("xnil", ["xnli", "udpos"])
    'Did you mean xnli? Allowed: udpos, xnli.'
    """
    # Names in data can hold what moves a terminal's cursor.
    texts = (str(option) for option in allowed)
    allowed = sorted(text if text.isprintable() else repr(text) for text in texts)
    near = difflib.get_close_matches(str(name), allowed, n=shown, cutoff=0.5)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    listed = ", ".join(allowed[:40]) + (", ..." if len(allowed) > 40 else "")
    return f"{meant}Allowed: {listed}."
