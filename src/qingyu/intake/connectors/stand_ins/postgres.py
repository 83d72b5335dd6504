"""A PostgreSQL by recording: so much of its protocol (version 3) as one read-only query needs.

The recording is a table. A cursor over any query whose parameters are a first and a last day gets
the rows whose column `day` lies between them. What a client says is kept in `heard`.
"""

from __future__ import annotations

import re
import socketserver
import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path
from typing import Any

_SSL, _GSS = 80877103, 80877104  # requests for an encrypted channel; a Unix socket needs none
_TEXT = 25  # the type of every column, as far as the client is told
_SETTINGS = {
    "server_version": "15.0",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
    "integer_datetimes": "on",
    "standard_conforming_strings": "on",
}
_FETCH = re.compile(r"FETCH FORWARD (\d+) FROM")


@dataclass
class Recording:
    """epoch: the moment of every transaction, in seconds; error: SQLSTATE and words with which
    a query fails, if it is to fail."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    day: str
    epoch: str = "1459555200.000001"
    password: str | None = None
    error: tuple[str, str] | None = None
    heard: list[str] = field(default_factory=list)

    def between(self, first: str, last: str) -> list[Sequence[str | None]]:
        at = list(self.columns).index(self.day)
        return [row for row in self.rows if first <= (row[at] or "")[:10] <= last]


class PostgresStandIn:
    """Listens on a Unix socket in a folder; `connect` is what to write into the settings."""

    def __init__(self, folder: Path, recording: Recording) -> None:
        self.connect = f"host={folder} port=5432 dbname=records user=reader"
        self._server = _Server(str(folder / ".s.PGSQL.5432"), recording)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> PostgresStandIn:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.UnixStreamServer):
    def __init__(self, address: str, recording: Recording) -> None:
        super().__init__(address, _Conversation)
        self.recording = recording


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server
    rfile: BufferedIOBase

    def handle(self) -> None:
        self.state, self.query, self.given = b"I", "", list[str]()
        self.open: list[Sequence[str | None]] = []
        if not self._greet():
            return
        while kind := self.rfile.read(1):
            (size,) = struct.unpack("!I", self.rfile.read(4))
            body = self.rfile.read(size - 4)
            if kind == b"X":
                return
            self._answer(kind, body)

    # -- the client's messages ----------------------------------------------------------------

    def _greet(self) -> bool:
        size, code = struct.unpack("!II", self.rfile.read(8))
        while code in (_SSL, _GSS):
            self.wfile.write(b"N")
            size, code = struct.unpack("!II", self.rfile.read(8))
        self.rfile.read(size - 8)
        if self.server.recording.password is not None and not self._is_known():
            self._fail("28P01", 'password authentication failed for user "reader"')
            return False
        self._send(b"R", struct.pack("!I", 0))
        for name, value in _SETTINGS.items():
            self._send(b"S", _words(name, value))
        self._send(b"K", struct.pack("!II", 1, 1))
        self._ready()
        return True

    def _is_known(self) -> bool:
        self._send(b"R", struct.pack("!I", 3))  # a password in clear, please
        _, size = struct.unpack("!cI", self.rfile.read(5))
        said = self.rfile.read(size - 4).rstrip(b"\0").decode()
        return said == self.server.recording.password

    def _answer(self, kind: bytes, body: bytes) -> None:
        if kind == b"Q":
            self._run(body.rstrip(b"\0").decode(), described=False)
            self._ready()
        elif kind == b"P":
            self.query = body.split(b"\0")[1].decode()
            self._send(b"1")
        elif kind == b"B":
            self.given = _parameters(body)
            self._send(b"2")
        elif kind == b"D":
            self._describe(body[1:].rstrip(b"\0").decode())
        elif kind == b"E":
            self._run(self.query, described=True)
        elif kind == b"S":
            self._ready()

    def _describe(self, portal: str) -> None:
        if portal:
            self._columns(self.server.recording.columns)
        elif "transaction_timestamp" in self.query:
            self._columns(["epoch", "timeout", "zone", "style"])
        else:
            self._send(b"n")

    def _run(self, query: str, described: bool) -> None:
        recording = self.server.recording
        recording.heard.append(query)
        word = query.split()[0]
        fetch = _FETCH.match(query)
        if word in ("BEGIN", "ROLLBACK", "COMMIT", "CLOSE"):
            self.state = {"BEGIN": b"T", "CLOSE": self.state}.get(word, b"I")
            self._done(word)
        elif "transaction_timestamp" in query:
            if not described:
                self._columns(["epoch", "timeout", "zone", "style"])
            self._rows([[recording.epoch, *self.given, "ISO, YMD"]], "SELECT 1")
        elif word == "DECLARE" and recording.error is not None:
            self._fail(*recording.error)
        elif word == "DECLARE":
            recording.heard += self.given
            self.open = recording.between(min(self.given), max(self.given))
            self._done("DECLARE CURSOR")
        elif fetch:
            count = int(fetch[1])
            rows, self.open = self.open[:count], self.open[count:]
            if not described:
                self._columns(recording.columns)
            self._rows(rows, f"FETCH {len(rows)}")
        else:
            self._fail("0A000", "the stand-in has no answer to this")

    # -- the server's messages ----------------------------------------------------------------

    def _send(self, kind: bytes, body: bytes = b"") -> None:
        self.wfile.write(kind + struct.pack("!I", len(body) + 4) + body)

    def _ready(self) -> None:
        self._send(b"Z", self.state)
        self.wfile.flush()

    def _done(self, tag: str) -> None:
        self._send(b"C", _words(tag))

    def _columns(self, names: Sequence[str]) -> None:
        shape = struct.pack("!IhIhih", 0, 0, _TEXT, -1, -1, 0)
        fields = b"".join(_words(name) + shape for name in names)
        self._send(b"T", struct.pack("!h", len(names)) + fields)

    def _rows(self, rows: Sequence[Sequence[str | None]], tag: str) -> None:
        for row in rows:
            cells = b"".join(_cell(value) for value in row)
            self._send(b"D", struct.pack("!h", len(row)) + cells)
        self._done(tag)

    def _fail(self, state: str, words: str) -> None:
        fields = {"S": "ERROR", "V": "ERROR", "C": state, "M": words}
        self._send(b"E", b"".join(k.encode() + _words(v) for k, v in fields.items()) + b"\0")
        self.state = b"E" if self.state == b"T" else b"I"


def _words(*words: str) -> bytes:
    return b"".join(word.encode() + b"\0" for word in words)


def _cell(value: str | None) -> bytes:
    if value is None:
        return struct.pack("!i", -1)
    data = value.encode()
    return struct.pack("!i", len(data)) + data


def _parameters(body: bytes) -> list[str]:
    """The values of a Bind message, which are all sent as text."""
    at = body.index(b"\0", body.index(b"\0") + 1) + 1  # behind the names of portal and statement
    (formats,) = struct.unpack_from("!h", body, at)
    at += 2 + 2 * formats
    (count,) = struct.unpack_from("!h", body, at)
    at += 2
    found: list[Any] = []
    for _ in range(count):
        (size,) = struct.unpack_from("!i", body, at)
        at += 4
        found.append(body[at : at + size].decode())
        at += size
    return found
