"""What an artifact was made from, as one short key: canonical JSON, and digests of what our code means.

Standard library only: the Snakefile reads this module, and every cluster job reads the Snakefile.
"""

import ast
import functools
import hashlib
import importlib.metadata
import json
import re
from pathlib import Path

# Plumbing that cannot change a result: an edit of a message or of a log line must not retrain anything.
PLUMBING = {
    f"atlas.{name}"
    for name in (
        "artifacts",
        "environment",
        "errors",
        "files",
        "manifests",
        "engine.progress",
        "engine.reports",
        "engine.resume",
        "provenance",
        "records",
        "stage",
        "tokens",
        "warm",
    )
}

_FOLDER = re.compile("[A-Za-z0-9._-]+")
EXPLAINED = {}  # digest of code -> module -> digest of its meaning, library -> version
HERE = Path(__file__).resolve().parent.parent  # the folder that holds the scripts and `atlas`


def canonical(content):
    """JSON text that is equal exactly when the content is equal: sorted keys, no layout.

    Snakemake forgets the names of params, minds the order of dicts and drops what it cannot store,
    so a rule hands over one such text instead.
    """
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def parsed(text):
    """Content of a canonical text."""
    return json.loads(text)


def digest(content):
    """Short hash (16 hexadecimal digits) of any JSON content."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:16]


def any_of(names):
    """Regular expression for exactly these names, so that a mistyped path is no rule's output.

    Names in imported scores may hold what Snakemake reads as its own; no job has such a name.
    """
    return "|".join(re.escape(name) for name in names if _FOLDER.fullmatch(name)) or "(?!)"


@functools.cache
def code_digest(*modules, libraries=()):
    """Digest of what `modules` and all modules of ours that they import mean, and of library versions.

    Comments, docstrings and layout do not count, nor does the plumbing. A module chosen by name at run
    time is invisible to the imports, so name it here as well. Libraries count by major and minor version.

    Parameters
    ----------
    modules : dotted names below the scripts' folder, e.g. ``"train_target", "atlas.kinds.span_qa"``
    libraries : names of distributions whose results depend on their version
    """
    meanings = _closure(modules)
    if missing := [name for name in modules if name not in meanings]:
        raise ValueError(f"no module {missing} below {HERE}")
    versions = {name: _minor_version(name) for name in libraries}
    code = digest([meanings, versions])
    EXPLAINED[code] = {**meanings, **versions}
    return code


def version(distribution):
    """Installed version of a distribution, or None."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _minor_version(distribution):
    found = version(distribution)
    return found and ".".join(found.split(".")[:2])


def _closure(modules):
    """Map each module reached from `modules` to the digest of its meaning."""
    waiting, meanings = list(modules), {}
    while waiting:
        parts = waiting.pop().split(".")
        # Importing a.b.c runs a and a.b as well.
        for name in (".".join(parts[:depth]) for depth in range(1, len(parts) + 1)):
            path = _path_of(name)
            if path is None or name in meanings or name in PLUMBING:
                continue
            meanings[name], imported = _meaning(path)
            waiting += imported
    return dict(sorted(meanings.items()))


def _path_of(module):
    base = HERE.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@functools.cache
def _meaning(path):
    """Digest of a module without comments, docstrings and layout; and the names that it imports."""
    tree = ast.parse(path.read_bytes())
    imported = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported += [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        _drop_docstring(node)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16], tuple(imported)


def _drop_docstring(node):
    if not isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
        del node.body[0]
