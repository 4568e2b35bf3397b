"""Lock files: what a fetch got, so that the next one gets the same or says what changed.

A lock lies beside what was fetched and outlives it: it is written whole, and only an edit of the
catalogue's entry (or deleting the lock) lets a source resolve anew.
"""

from pathlib import Path

from atlas.errors import AtlasError
from atlas.files import read_json, write_sealed_json


class Lock:
    """Entries by name: the source as declared, the resolved revision, and each file's size and sha256."""

    def __init__(self, path):
        self.path = Path(path)
        self.entries = read_json(self.path) if self.path.exists() else {}

    def revision(self, name, source):
        """Commit that an equal source resolved to before, or None."""
        entry = self.entries.get(name)
        return entry["revision"] if entry and entry["source"] == source else None

    def note(self, name, source, revision, files):
        """Add what was fetched.

        Raises
        ------
        AtlasError
            If an equal source gave other files before.
        """
        old = self.entries.get(name)
        if old and old["source"] == source and old["revision"] == revision is not None:
            self._compare(name, old["files"], files)
        self.entries[name] = {"source": source, "revision": revision, "files": files}
        write_sealed_json(self.path, self.entries)

    def _compare(self, name, old, new):
        changed = sorted(file for file in old.keys() | new.keys() if old.get(file) != new.get(file))
        if changed:
            file = changed[0]
            raise AtlasError(
                f"{self.path}: {name} no longer matches the lock: {', '.join(changed)} differ (first: was"
                f" {_short(old.get(file))}, is {_short(new.get(file))}). If the change is right, delete the"
                " lock file; else fetch from where the lock was made."
            )


def _short(fact):
    return "absent" if fact is None else f"{fact['size']} bytes, sha256 {fact['sha256'][:12]}"
