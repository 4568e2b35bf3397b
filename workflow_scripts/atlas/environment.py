"""What jobs find in their environment: the scripts' folder, the workflow's Python, whom to report to."""

import os
import sys


def export(scripts):
    """Let jobs call ``python "$ATLAS_SCRIPTS/<rule>.py"``.

    A path in the rule's text would tie results to one clone. Plain `python` is the one that runs
    Snakemake, unless a rule's conda environment comes before it on the PATH.
    """
    os.environ["ATLAS_SCRIPTS"] = str(scripts)
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])


def report_to(names):
    """Let trainings tell the named services how they go; without names, what the user's environment says.

    It is no setting of a job, because no result depends on it.
    """
    if names:
        os.environ["ATLAS_REPORT_TO"] = ",".join(names)
