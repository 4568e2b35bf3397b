# What jobs ask for: their place in line, and the resources that an entry of the catalogue names.

import functools


@functools.cache
def budget():
    """The cells that the study's budget buys."""
    try:
        return budgets.Budget(STUDY, RESULTS)
    except AtlasError as error:
        raise WorkflowError(f"{error}") from None


if workflow.is_main_process and STUDY.budget is not None:
    budget()  # what it cannot do without is named before anything runs


def in_order(first):
    """Priority from `first` on: with a budget the most informative cells come before the others.

    Sources and examples have 5 or more, so that no cell waits for them behind trainings that tell less.
    """
    if STUDY.budget is None or not workflow.is_main_process:
        return first
    return lambda wildcards: first + budget().rank(wildcards)


def of_model(name, default):
    """Resource function: what the model's entry asks for."""

    def amount(wildcards):
        return STUDY.models[wildcards.model].get("resources", {}).get(name, default)

    return amount


def of_translation(name, default):
    """Resource function: what the variant's entry asks for."""

    def amount(wildcards):
        how = STUDY.task("intermediate_tasks", wildcards.intermediate)["translated"]
        return how.get("resources", {}).get(name, default)

    return amount
