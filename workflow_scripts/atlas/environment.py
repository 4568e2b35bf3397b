"""What jobs find in their environment: the scripts' folder, the workflow's Python, whom to report to."""

import os
import signal
import sys


def export(scripts):
    """Let jobs call ``python "$ATLAS_SCRIPTS/<rule>.py"``.

    A path in the rule's text would tie results to one clone. Plain `python` is the one that runs
    Snakemake, unless a rule's conda environment comes before it on the PATH.
    """
    os.environ["ATLAS_SCRIPTS"] = str(scripts)
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])


def image():
    """The image that `--sdm apptainer` runs jobs in, if the user names one; it is no setting of a job."""
    return os.environ.get("ATLAS_CONTAINER")


def report_to(names):
    """Let trainings tell the named services how they go; without names, what the user's environment says.

    It is no setting of a job, because no result depends on it.
    """
    if names:
        os.environ["ATLAS_REPORT_TO"] = ",".join(names)


def outlive_warning():
    """Let the Snakemake around a submitted job ignore SIGUSR1, the warning before SLURM's time limit.

    SLURM warns every process of the job's step. Snakemake would die of it, and SLURM would then kill the
    training while that still saves its state. Processes inherit what is ignored; a training sets a handler.
    """
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
