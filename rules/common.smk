# The study, and named look-ups over it. Anything with logic belongs to workflow_scripts/atlas, with a test.

import os
import sys
from pathlib import Path

SCRIPTS = Path(workflow.basedir) / "workflow_scripts"
sys.path.insert(0, str(SCRIPTS))

from atlas import (
    clocks,
    environment,
    inspection,
    lifecycle,
    manifests,
    provenance,
    records,
    holding,
    specs,
    variants,
)
from atlas import study as studies
from atlas.errors import AtlasError
from atlas.planning import budget as budgets
from atlas.planning import plan
from atlas.task_checks import UNTRAINED

environment.export(SCRIPTS)

if environment.image():

    container: environment.image()


try:
    if "scores" in config:  # planning such a study takes the libraries that read its table
        from atlas import imported_study

        STUDY = imported_study.load(config)
    else:
        STUDY = studies.load(config)
except AtlasError as error:
    raise WorkflowError(f"{error}") from None

environment.report_to(STUDY.settings.get("report_to", []))

RESULTS = Path("results") / STUDY.name
if workflow.is_main_process:
    manifests.withdraw_incomplete(RESULTS)
    try:
        inspection.withdraw_outdated(STUDY, RESULTS)
    except AtlasError as error:
        raise WorkflowError(f"{error}") from None
else:
    environment.outlive_warning()


wildcard_constraints:
    study=provenance.any_of([STUDY.name]),
    model=provenance.any_of(STUDY.models),
    intermediate=provenance.any_of(STUDY.intermediates),
    target=provenance.any_of(STUDY.target_tasks),
    task=provenance.any_of([*STUDY.intermediate_tasks, *STUDY.components, *STUDY.target_tasks]),
    part="training|test|text",
    seed=r"\d+",


def start_run():
    """Take the study for this run alone, and note what its digests of code mean."""
    try:
        holding.hold(RESULTS)
    except AtlasError as error:
        raise WorkflowError(f"{error}") from None
    clocks.catch_up(RESULTS)
    records.note_codes(RESULTS)


def spec(stage):
    """Params function: canonical JSON of all settings that can change the result of a job of `stage`."""

    def text(wildcards):
        told = provenance.canonical(getattr(specs, stage)(STUDY, **_cell(wildcards)))
        if len(told.encode()) > 120_000:
            place = " ".join([stage, *wildcards])
            raise WorkflowError(
                f"{place}: its settings are {len(told.encode())} bytes long, and a command has room for 128 kB."
                " Shorten the labels, or what is replaced, in the task's entry."
            )
        return told

    return text


def code(stage):
    """Params function: digest of the code behind a job of `stage`."""

    def digest(wildcards):
        return specs.code(STUDY, stage, **_cell(wildcards))

    return digest


def repairs(manifest):
    """Params function: how often the manifest was withdrawn, since Snakemake misses no file between others."""

    def count(wildcards):
        return manifests.times_withdrawn(manifest.format(**wildcards))

    return count


def _cell(wildcards):
    return {name: value for name, value in wildcards.items() if name != "study"}
