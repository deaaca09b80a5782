"""A small web site on this machine, and a made-up data set in ML-100K's layout for it to serve."""

from __future__ import annotations

import hashlib
import io
import ssl
import threading
import time
import zipfile
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from recolab.data import download, sources

CERTIFICATE = Path(__file__).with_name("lapsed_certificate.pem")

# Made up: three people, three films, in the order and with the blemishes of the official files.
TINY = {
    "u.data": b"2\t1\t5\t881250949\n1\t3\t3\t891717742\n3\t1\t1\t878887116\n1\t2\t4\t880606923\n",
    "u.genre": b"unknown|0\nComedy|1\nWar|2\n\n",
    "u.user": b"1|31|F|writer|N1 9GU\n2|19|M|none|00501\n3|64|F|other|75011\n",
    "u.item": "1|Café: The Film (1931)|01-Jan-1997||http://x|0|1|1\n2|Null|||http://x|1|0|0\n"
    '3|"Tin" Men (1987) |02-Feb-1997||http://x|0|0|1\n'.encode("iso-8859-1"),
}


@dataclass
class Answer:
    """What the site says to one request."""

    body: bytes = b""
    status: int = 200
    promised: int | None = None  # the Content-Length, where it is not the truth
    delay: float = 0.0


@dataclass
class Site:
    """An http server; the answers are given in turn, the last one again and again."""

    answers: list[Answer]
    asked: list[str] = field(default_factory=list)
    address: str = ""


def _answer(said: bytes | int | dict[str, Any]) -> Answer:
    match said:
        case bytes():
            return Answer(body=said)
        case int():
            return Answer(status=said)
    return Answer(**said)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.command)
            answer = site.answers.pop(0) if len(site.answers) > 1 else site.answers[0]
            time.sleep(answer.delay)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) if answer.promised is None else answer.promised))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(answer.body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture(autouse=True)
def own_places(monkeypatch, tmp_path):
    """No test sees this machine's data, cache or proxies."""
    for name in ("RECOLAB_DATA", "RECOLAB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RECOLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def serve():
    """Starts a site that gives these answers: bytes, the number of a status, or the fields of an `Answer`.

    Over https, if asked to, with the lapsed certificate.
    """
    servers = []

    def start(*answers: bytes | int | dict[str, Any], https: bool = False) -> Site:
        site = Site([_answer(said) for said in answers])
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
        if https:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.handle_error = lambda *_: None  # the client hangs up, as it should
        site.address = f"http{'s' if https else ''}://localhost:{server.server_port}/ml-100k.zip"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def trusted_lapsed_certificate(monkeypatch):
    """The lapsed certificate is trusted, but for its date."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))


@pytest.fixture
def tiny():
    """The made-up set: what each of its files holds."""
    return dict(TINY)


@pytest.fixture
def tiny_folder(tmp_path):
    """The made-up set, unpacked, in a folder of sets."""
    folder = tmp_path / "sets" / "ml-100k"
    folder.mkdir(parents=True)
    for name, content in TINY.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def tiny_zip():
    """The made-up set as its archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in TINY.items():
            archive.writestr(f"ml-100k/{name}", content)
    return packed.getvalue()


@pytest.fixture
def publish(monkeypatch, tiny_zip):
    """Makes "ml-100k" the made-up set, had from these addresses; the sleeps between attempts only noted."""

    def at(*sites: Site, content: bytes = tiny_zip) -> sources.Source:
        wanted = sources.Download(
            "ml-100k.zip", tuple(site.address for site in sites), hashlib.sha256(content).hexdigest(), len(content)
        )
        source = replace(sources.ML_100K, downloads=(wanted,), official={})
        monkeypatch.setitem(sources.SOURCES, "ml-100k", source)
        return source

    return at


@pytest.fixture
def slept(monkeypatch):
    """The seconds a download would have slept between its attempts."""
    seconds: list[float] = []
    monkeypatch.setattr(download, "sleep", seconds.append)
    return seconds
