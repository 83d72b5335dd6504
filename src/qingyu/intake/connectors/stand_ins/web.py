"""A web service by recording: answers of given paths in turn, the last one for ever."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Recorded:
    """One answer. cut: so many bytes of the body are sent, and then the connection ends; chunked:
    the body is sent in chunks instead of with its length; told: whether its size is told at all."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    chunked: bool = False
    told: bool = True


@dataclass
class Heard:
    """One request as it came."""

    path: str
    headers: dict[str, str]


class WebStandIn:
    """Listens on a port of this machine; `address` is what to write before a path."""

    def __init__(self, answers: Mapping[str, Sequence[Recorded]]) -> None:
        self.heard: list[Heard] = []
        self._server = _Server(answers, self.heard)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> WebStandIn:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, answers: Mapping[str, Sequence[Recorded]], heard: list[Heard]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = {path: list(recorded) for path, recorded in answers.items()}
        self.heard = heard

    def next_answer(self, path: str) -> Recorded:
        left = self.answers.get(path)
        if not left:
            return Recorded(status=404)
        return left.pop(0) if len(left) > 1 else left[0]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}))
        answer = self.server.next_answer(self.path)
        etag = answer.headers.get("ETag")
        if etag is not None and self.headers.get("If-None-Match") == etag:
            answer = Recorded(status=304)
        self._give(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was asked may hold a secret."""

    def _give(self, answer: Recorded) -> None:
        body = answer.body.encode()
        self.close_connection = True
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in _pieces(body)) + b"0\r\n\r\n"
        elif answer.told and answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: answer.cut])


def _pieces(body: bytes, size: int = 1000) -> list[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]
