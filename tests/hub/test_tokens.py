"""A token of the hub, and a password in its address, are in no file of the results and in no output."""

import base64
import http.server
import json
import os
import subprocess
import sys
import threading

import pytest
from conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.hub]
TOKEN, FILED, PASSWORD = "hf_" + "tOkEn" * 6, "secret-of-the-token-file", "pass-word-5"
SECRETS = (TOKEN, FILED, PASSWORD)
# Runs a script as its rule does, but waits for nothing between two attempts.
IMPATIENT = """
import runpy, sys
from atlas.sources import hub
hub._WAIT, sys.argv = 0, sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
SPECS = {
    "fetch_model": {"source": {"hub": "owner/encoder"}},
    "fetch_dataset": {"tables": {"train": {"hub": "owner/topics", "subset": "en", "split": "train"}}},
}


@pytest.fixture
def refusing():
    """Function (status) -> address of a server that answers just that, and repeats all that it was sent."""
    servers = []

    def start(status):
        class Echo(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802 (as the base class has it)
                sent = f"{self.headers['Authorization']} {basic(self.headers)} http://{self.headers['Host']}{self.path}"
                self.send_response(status)
                self.send_header("X-Error-Message", sent)
                self.end_headers()
                self.wfile.write(json.dumps({"error": sent}).encode())

            do_HEAD = do_POST = do_GET  # noqa: N815

            def log_message(self, *given):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()


def basic(headers):
    """User and password that a request gave, in clear."""
    scheme, _, given = (headers["Authorization"] or "").partition(" ")
    return base64.b64decode(given).decode() if scheme == "Basic" else ""


def fetch(stage, tmp_path, address, filed=False):
    """Fetch with a token, from the environment or a file, through an address with a password."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(home), "HF_DEBUG": "1"}
    environment["PYTHONPATH"] = str(ROOT / "workflow_scripts")
    environment["HF_ENDPOINT"] = address.replace("://", f"://user:{PASSWORD}@")
    environment.pop("HF_TOKEN", None)
    if filed:
        (home / "token").write_text(FILED)
    else:
        environment["HF_TOKEN"] = TOKEN
    folder = tmp_path / "results/trial"
    command = [sys.executable, "-c", IMPATIENT, ROOT / f"workflow_scripts/{stage}.py"]
    command += ["--spec", json.dumps(SPECS[stage])]
    command += ["--manifest", folder / f"sources/{stage}/manifest.json", "--code", "0"]
    command += ["--log", folder / f"logs/{stage}/x.log"]
    done = subprocess.run(command, env=environment, text=True, capture_output=True)
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert written
    for secret in SECRETS:
        assert secret not in done.stdout + done.stderr
        assert not any(secret.encode() in content for content in written)
    return done


@pytest.mark.parametrize(
    ("stage", "status", "filed"),
    [("fetch_model", 401, False), ("fetch_dataset", 401, True), ("fetch_dataset", 403, False)],
)
def test_a_refusal_is_told_at_once_and_repeats_no_secret(refusing, tmp_path, stage, status, filed):
    done = fetch(stage, tmp_path, refusing(status), filed)
    assert done.returncode == 1
    assert "refuses access" in done.stderr and "hf auth login" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failing_hub_repeats_no_secret(refusing, tmp_path):
    assert "did not answer well" in fetch("fetch_model", tmp_path, refusing(500)).stderr


@pytest.mark.parametrize("stage", SPECS)
def test_a_fetch_that_succeeds_keeps_no_secret(hub, tmp_path, stage):
    done = fetch(stage, tmp_path, hub.start()["HF_ENDPOINT"])
    assert done.returncode == 0, done.stderr
