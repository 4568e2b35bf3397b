"""Look-ups that several stages share."""


def entry_of(study, task):
    """Entry of a task that the study uses: a target, an intermediate task, or a component of one of these."""
    return {**study.components, **study.intermediate_tasks, **study.target_tasks}[task]
