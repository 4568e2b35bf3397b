"""A hub whose answers are cut or altered on the way."""

import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_fetch import TABLE, fetch, message

pytestmark = [pytest.mark.slow, pytest.mark.hub]


class Between(ThreadingHTTPServer):
    """Passes requests on to a hub, and damages the bodies of downloads whose path ends in `suffix`."""

    def __init__(self, hub, suffix, damage, times):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub, self.suffix, self.damage, self.times = hub, suffix, damage, times
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        request = urllib.request.Request(self.server.hub + self.path, method=self.command)
        for name in ("Range", "User-Agent"):
            if name in self.headers:
                request.add_header(name, self.headers[name])
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace(self.server.hub, self.own))
            self.end_headers()
            self.wfile.write(self._damaged(answer.read()))
        self.close_connection = True

    do_HEAD = do_GET

    @property
    def own(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def _damaged(self, body):
        wanted = "/resolve/" in self.path and self.path.endswith(self.server.suffix)
        if self.command != "GET" or not wanted or not self.server.times:
            return body
        self.server.times -= 1
        return self.server.damage(body)

    def log_message(self, *arguments):
        """Say nothing."""


def cut(body):
    return body[: len(body) // 2]


def alter(body):
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


@pytest.fixture
def between(hub):
    environment, servers = hub.start(), []

    def start(suffix, damage, times):
        servers.append(server := Between(environment["HF_ENDPOINT"], suffix, damage, times))
        return {**environment, "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


CASES = {
    "rows": ("fetch_dataset", {"tables": {"train": TABLE}}, ".parquet"),
    "weights": ("fetch_model", {"source": {"hub": "owner/encoder"}}, ".safetensors"),
    "tokenizer": ("fetch_model", {"source": {"hub": "owner/encoder"}}, "tokenizer.json"),
}


@pytest.mark.parametrize("damage", [cut, alter])
@pytest.mark.parametrize("case", CASES)
def test_what_arrives_damaged_is_fetched_again(hub, between, tmp_path, case, damage):
    stage, spec, suffix = CASES[case]
    intact, mended = tmp_path / "intact" / "manifest.json", tmp_path / "mended" / "manifest.json"
    assert fetch(stage, spec, mended, between(suffix, damage, times=1)).returncode == 0
    hub.home = tmp_path / "second home"
    environment = {**between(suffix, damage, times=0), "HF_HOME": str(hub.home)}
    assert fetch(stage, spec, intact, environment).returncode == 0
    files = [json.loads(path.read_text())["files"] for path in (intact, mended)]
    assert files[0] == files[1]


@pytest.mark.parametrize("case", ["rows", "weights"])
def test_what_always_arrives_altered_is_named_and_not_kept(between, tmp_path, case):
    stage, spec, suffix = CASES[case]
    manifest = tmp_path / case / "manifest.json"
    said = message(fetch(stage, spec, manifest, between(suffix, alter, times=99)))
    assert "arrived with digest" in said and suffix in said
    assert not manifest.exists() and not list(manifest.parent.glob(f"*{suffix}"))
