import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import tiny_study

ROOT = Path(__file__).resolve().parents[2]


class Workflow:
    """Snakemake on one study in a folder of its own, as a user would run it."""

    def __init__(self, folder, study):
        self.folder, self.study = folder, study

    def run(self, *arguments, check=True):
        """Run to the end; the combined output as text."""
        command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2"]
        command += ["--directory", self.folder, "--configfile", self.study, *arguments]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
        )
        if check:
            assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def planned(self, *arguments):
        """Rule -> number of jobs that a dry run plans."""
        text = self.run("-n", *arguments)
        table = text.partition("Job stats:")[2].partition("Reasons:")[0]
        jobs = {name: int(n) for name, n in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
        return {name: count for name, count in jobs.items() if name not in ("total", "all")}

    @property
    def results(self):
        return self.folder / "results" / "tiny"

    def copy(self, folder):
        """The same state in another folder, with Snakemake's own records."""
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2)
        return Workflow(folder, self.study)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A tiny study that has run to the end; tests take copies or put back what they change."""
    home = tmp_path_factory.mktemp("study")
    workflow = Workflow(home / "run", tiny_study.build(home))
    workflow.folder.mkdir()
    workflow.output = workflow.run()
    return workflow
