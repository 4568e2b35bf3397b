"""Runs that are disturbed on purpose, and what tells whether anything was lost."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys

import psutil
from conftest import ROOT


def content(results):
    """Path -> digest of every table and every weight, and path -> key of every manifest, below `results`."""
    found = {}
    for path in sorted(results.rglob("*")):
        name = str(path.relative_to(results))
        if path.suffix in (".parquet", ".safetensors"):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.name == "manifest.json":
            found[name] = json.loads(path.read_text())["key"]
    return found


def remove(path):
    """Remove a folder, or a file and with a manifest what it stands for."""
    if path.is_dir():
        return shutil.rmtree(path)
    path.unlink()
    if path.name == "manifest.json":
        path.with_name(".manifest.json").unlink()  # else the stage finds that it has nothing to do
        for table in path.parent.glob("*.parquet"):
            table.unlink()


class Started:
    """A run in the background, in a process group of its own."""

    def __init__(self, workflow):
        command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2"]
        command += ["--directory", workflow.folder, "--configfile", workflow.study]
        self.log = workflow.folder / "output.txt"
        with open(self.log, "w") as stream:  # a pipe would stay open in what outlives Snakemake
            self.process = subprocess.Popen(
                command, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
            )

    def stages(self):
        """Processes of stages at work."""
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            return [child for child in children if "workflow_scripts" in " ".join(child.cmdline())]
        except psutil.NoSuchProcess:
            return []

    def kill(self, what, chance):
        """SIGKILL `what`: snakemake, one stage, or the whole group; wait until Snakemake has ended."""
        if what == "snakemake":
            self.process.kill()
        elif what == "group":
            self.end()
        else:
            for victim in chance.sample(stages := self.stages(), min(1, len(stages))):
                os.kill(victim.pid, signal.SIGKILL)
        self.process.wait()

    def end(self):
        """Leave nothing of the run behind."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
