"""What a study costs before it runs, and how far that was off afterwards.

    python workflow_scripts/plan_study.py --study studies/small.yaml [--budget HOURS]

Changes nothing. docs/planning.md says what each number rests on.
"""

import argparse
import sys
from pathlib import Path

from atlas import catalog
from atlas import study as studies
from atlas.errors import AtlasError
from atlas.planning import plan
from atlas.planning.estimate import Estimate


def main():
    """Print the plan."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--study", default="config.yaml", help="the study's file (default: config.yaml)")
    parser.add_argument("--budget", type=float, help="hours; say which cells to run in them")
    given = parser.parse_args()
    study = studies.load(catalog.read_yaml(Path(given.study)), given.study)
    if study.imported:
        raise AtlasError(
            f"{given.study}: reads scores that were made elsewhere, so there is nothing to plan."
        )
    estimate = Estimate(study, Path("results") / study.name)
    print(*plan.lines(study, estimate), sep="\n")
    budget = given.budget if given.budget is not None else study.budget
    if budget is not None:
        print(*plan.budget_lines(study, estimate, budget), sep="\n")


if __name__ == "__main__":
    try:
        main()
    except AtlasError as error:
        sys.exit(f"ERROR: {error}")
