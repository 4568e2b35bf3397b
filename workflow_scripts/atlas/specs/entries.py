"""Look-ups that several stages share."""


def entry_of(study, task):
    """Entry of a task that the study selects, target or intermediate."""
    return study.target_tasks.get(task) or study.intermediate_tasks[task]
