"""Ask about the results of a study: `verify`, `why PATH`, `gc [--remove]`.

    python workflow_scripts/inspect_results.py verify --study studies/mirror.yaml
    python workflow_scripts/inspect_results.py why results/mirror/scores.parquet --study studies/mirror.yaml
    python workflow_scripts/inspect_results.py gc --study studies/mirror.yaml

Changes nothing, but for `gc --remove`. Ends with status 1 if `verify` finds a fault.
"""

import argparse
import sys
from pathlib import Path

from atlas import catalog, garbage, imported_study, inspection, verification
from atlas import study as studies
from atlas.errors import AtlasError


def verify(study, results):
    """Print each fault in the results; the number of faults."""
    faults = verification.verify(study, results)
    for name, fault in faults:
        print(f"{name}: {fault}")
    print(f"{len(faults)} faults in {results}" if faults else f"{results}: all as the study would make it")
    return len(faults)


def why(study, results, path):
    """Print what an artifact was made from, what has changed since, and what a run would redo."""
    print("\n".join(inspection.why(study, results, path)))


def gc(results, remove):
    """Print the files that nothing names, and remove them if asked to."""
    files = garbage.unnamed(results)
    for path, size in files:
        print(f"{size / 1e6:10.2f} MB  {path}")
    print(f"{len(files)} files, {sum(size for _, size in files) / 1e6:.1f} MB that nothing names", end="")
    if remove:
        garbage.remove(files)
    print(": removed" if remove else "; `--remove` removes them" if files else "")


def _check_alone(path, name):
    """Refuse to collect what another study of the same name may have left for its next run."""
    for other in sorted({*path.parent.glob("*.yaml"), *(catalog.WORKFLOW / "studies").glob("*.yaml")}):
        if not other.samefile(path) and _study_of(other) == name:
            raise AtlasError(
                f"{path}: {other} is called {name} too, and may use some of what nothing names."
                " Give one of them another name."
            )


def _study_of(path):
    """Name of the study in a file; None in one that holds something else."""
    try:
        return catalog.read_yaml(path).get("study")
    except AtlasError:
        return None


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("verify", "why", "gc"):
        command = commands.add_parser(name)
        command.add_argument("--study", default="config.yaml", help="the study's file (default: config.yaml)")
        if name == "why":
            command.add_argument("path", type=Path)
        if name == "gc":
            command.add_argument("--remove", action="store_true")
    return parser.parse_args()


def main():
    """Run one command."""
    given = _arguments()
    settings = catalog.read_yaml(Path(given.study))
    study = (imported_study if "scores" in settings else studies).load(settings, given.study)
    results = Path("results") / study.name
    if not results.is_dir():
        raise AtlasError(f"{results}: not there. Run the study {given.study} first.")
    if given.command == "verify":
        return int(verify(study, results) > 0)
    if given.command == "why":
        return why(study, results, given.path)
    _check_alone(Path(given.study), study.name)
    return gc(results, given.remove)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AtlasError as error:
        sys.exit(f"ERROR: {error}")
