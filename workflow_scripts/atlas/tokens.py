"""What must never be written anywhere: tokens of services, and passwords within addresses."""

import base64
import contextlib
import logging
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

_VARIABLES = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "WANDB_API_KEY")
_ADDRESSES = ("HF_ENDPOINT", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")  # user:password@ before a host
_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{16,}")  # as the hub gives them out
_SHORTEST = 6  # what is shorter is no token, and may be part of any word


def hidden(text):
    """The text without the tokens of this environment and without passwords in addresses."""
    for token in _known():
        text = text.replace(token, "<token>")
    return _TOKEN.sub("<token>", _PASSWORD.sub("<password>@", text))


def hide_in_logs():
    """Let no message that any library logs in this process hold a token."""
    make = logging.getLogRecordFactory()

    def made(*given, **more):
        record = make(*given, **more)
        record.msg, record.args = hidden(record.getMessage()), None
        if record.exc_info:  # a formatter takes the text that is there
            record.exc_text = hidden(logging.Formatter().formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(made)
    logging.captureWarnings(True)


def _known():
    found = [os.environ.get(name, "") for name in _VARIABLES]
    home = Path(os.environ.get("HF_HOME", "~/.cache/huggingface")).expanduser()
    file = Path(os.environ.get("HF_TOKEN_PATH", home / "token"))
    with contextlib.suppress(OSError, UnicodeDecodeError):  # most have none
        found.append(file.read_text(encoding="utf-8").strip())
    for address in _ADDRESSES:
        parts = urlsplit(os.environ.get(address, ""))
        if parts.password:
            found += [
                parts.password,
                base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode(),
            ]
    return [token for token in found if len(token) >= _SHORTEST]
