"""Values that no study, catalogue or data set should hold, and how they get there: for the fuzz tests."""

import re

from hypothesis import strategies as st

from atlas.errors import AtlasError

SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # names that become folders
NAMES = [
    "../../etc", "/etc/passwd", "a/../../b", "~/x", "..", ".", "-n", "--help", "", " ", "a b", "a\nb",
    "a\n", "a;touch pwned", "$(touch pwned)", "`touch pwned`", "a|touch pwned", "a&touch pwned",
    "a>pwned", "'", '"', "\\", "{wildcards}", "{seed}", "{subset.__class__}", "{0}", "{", "}", "{}",
    "*", "[x]", "?", "%s", "\x00", "\x1b[31m", "\u202eabc", "\u200b", "\ud800", "é", "e\u0301",
    "<script>", "</script>", "none", "null", "1e-5", "5", "true", "con", "a" * 300, "manifest.json",
    "lock.json", "refs/pr/1", "http://x/y", "hf://datasets/x", "!!python/none",
]  # fmt: skip
HOSTILE = st.sampled_from(NAMES)
LEAVES = st.one_of(
    HOSTILE, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.integers(-1, 3),
    st.sampled_from(["mnli", "udpos", "eng", "xlmr-base", "syntactic"]), st.dates(),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(HOSTILE | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(content, path=()):
    """Paths of all values within nested maps and lists."""
    yield path
    if isinstance(content, dict):
        items = content.items()
    else:
        items = enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def mutate(draw, content, known):
    """Replace, add, rename or remove one to three values of nested maps and lists, in place.

    Parameters
    ----------
    known : names of keys that mean something somewhere
    """
    for _ in range(draw(st.integers(1, 3))):
        found = [path for path in places(content) if path]
        if not found:
            break
        *parents, last = draw(st.sampled_from(found))
        inner = content
        for key in parents:
            inner = inner[key]
        action = draw(st.sampled_from(["replace", "replace", "remove", "add", "rename"]))
        if action == "replace":
            inner[last] = draw(VALUES)
        elif action == "remove" or not isinstance(inner, dict):
            del inner[last]
        elif action == "rename":
            inner[draw(HOSTILE)] = inner.pop(last)
        else:
            inner[draw(HOSTILE | st.sampled_from(known))] = draw(VALUES)
    return content


def refused(attempt):
    """Whether `attempt` ends in one message for people; any other exception is passed on."""
    try:
        attempt()
    except AtlasError as error:
        message = str(error)
        assert message.strip() and len(message) < 2000 and "Traceback" not in message
        return True
    return False
