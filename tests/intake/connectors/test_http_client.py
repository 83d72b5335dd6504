"""One answer, whole or not at all: against a recorded service on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qingyu.errors import InputError, StorageError
from qingyu.intake.connectors import http_client
from qingyu.intake.connectors.http_client import Answer, Client
from qingyu.intake.connectors.stand_ins.web import Recorded, WebStandIn

TOKEN = "canary-ocean-7"
BODY = "id,when\n" + "1,2020-01-05 10:00:00\n" * 500


class Asker:
    """Asks for `/x` and notes how long it paused."""

    def __init__(self, folder: Path, *answers: Recorded, **more: Any) -> None:
        self.folder, self.more = folder, more
        self.answers = {"/x": answers}
        self.pauses: list[float] = []
        self.heard: list[Any] = []

    def get(self, path: str = "/x", etag: str | None = None) -> Answer:
        given = {"timeout": 5, "retries": 2, "patience": 60, "most": 1 << 20} | self.more
        with WebStandIn(self.answers) as server:
            self.heard = server.heard
            client = Client("the service", TOKEN, pause=self.pauses.append, **given)
            return client.get(server.address + path, self.folder / "body", etag)

    def refused(self, match: str) -> str:
        with pytest.raises(InputError, match=match) as failure:
            self.get()
        assert TOKEN not in str(failure.value)
        assert "canary" not in str(failure.value)
        return str(failure.value)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_whole_body(tmp_path: Path, chunked: bool) -> None:
    asker = Asker(tmp_path, Recorded(BODY, chunked=chunked))
    assert asker.get() == Answer(200, len(BODY), None)
    assert (tmp_path / "body").read_text() == BODY
    assert asker.heard[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert asker.heard[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_5xx_is_tried_again_with_longer_pauses(tmp_path: Path, status: int) -> None:
    bad = Recorded("canary", status=status)
    asker = Asker(tmp_path, bad, bad, Recorded(BODY))
    assert asker.get().size == len(BODY)
    assert asker.pauses == [1.0, 2.0]


def test_5xx_for_ever_is_refused(tmp_path: Path) -> None:
    asker = Asker(tmp_path, Recorded("canary", status=503))
    asker.refused("the answer 503; expected an answer within 3 tries")
    assert len(asker.heard) == 3


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, "token"), (403, "token"), (404, "address"), (206, "address"),
                           (429, "address"), (304, "address"), (418, "address")]
)  # fmt: skip
def test_other_answers_are_refused_at_once(tmp_path: Path, status: int, remedy: str) -> None:
    asker = Asker(tmp_path, Recorded("" if status == 304 else "canary", status=status))
    assert remedy in asker.refused(f"the answer {status}")
    assert len(asker.heard) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_breaks_off_is_tried_again(tmp_path: Path, chunked: bool) -> None:
    for cut in (0, 1, 999, len(BODY) - 1):
        asker = Asker(tmp_path, Recorded(BODY, cut=cut, chunked=chunked), Recorded(BODY))
        assert asker.get().size == len(BODY)
        assert (tmp_path / "body").read_text() == BODY
        assert len(asker.heard) == 2


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_always_breaks_off_is_refused(tmp_path: Path, chunked: bool) -> None:
    Asker(tmp_path, Recorded(BODY, cut=2000, chunked=chunked)).refused("broke off|IncompleteRead")


def test_a_body_that_does_not_tell_its_end_is_refused(tmp_path: Path) -> None:
    Asker(tmp_path, Recorded(BODY, told=False)).refused("whose size cannot be told")


def test_a_compressed_body_is_refused(tmp_path: Path) -> None:
    packed = Recorded("x" * 9, headers={"Content-Encoding": "gzip"})
    Asker(tmp_path, packed).refused("whose size cannot be told")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large(tmp_path: Path, chunked: bool) -> None:
    asker = Asker(tmp_path, Recorded(BODY, chunked=chunked), most=len(BODY) - 1)
    asker.refused("more than")
    assert len(asker.heard) == 1
    assert Asker(tmp_path, Recorded(BODY, chunked=chunked), most=len(BODY)).get().size == len(BODY)


def test_the_limit_is_of_all_answers_together(tmp_path: Path) -> None:
    with WebStandIn({"/x": [Recorded(BODY)]}) as server:
        client = Client("s", None, timeout=5, retries=0, patience=60, most=2 * len(BODY) - 1)
        client.get(f"{server.address}/x", tmp_path / "body")
        with pytest.raises(InputError, match="more than"):
            client.get(f"{server.address}/x", tmp_path / "body")


def test_a_redirect_within_the_host_is_followed(tmp_path: Path) -> None:
    asker = Asker(tmp_path, Recorded(status=302, headers={"Location": "/y"}))
    asker.answers["/y"] = (Recorded(BODY),)
    assert asker.get().size == len(BODY)


@pytest.mark.parametrize(
    "target",
    ["http://localhost:1/y", "https://127.0.0.1/y", "//other.example/y", "file:///etc/passwd",
     "http://127.0.0.1:99999/", "http://[bad/", "/\u00e9 x", "gopher://x/"],
)  # fmt: skip
def test_a_redirect_elsewhere_is_refused(tmp_path: Path, target: str) -> None:
    quoted = target.encode().decode("latin-1")
    asker = Asker(tmp_path, Recorded(status=307, headers={"Location": quoted}))
    asker.refused("a redirect to another host")
    assert len(asker.heard) == 1


def test_another_port_is_another_host(tmp_path: Path) -> None:
    with WebStandIn({"/y": [Recorded(BODY)]}) as other:
        moved = Recorded(status=301, headers={"Location": f"{other.address}/y"})
        Asker(tmp_path, moved).refused("a redirect to another host")
        assert other.heard == []  # no request, so no token


def test_redirects_without_end(tmp_path: Path) -> None:
    asker = Asker(tmp_path, Recorded(status=302, headers={"Location": "/x"}))
    asker.refused("more than 5 redirects")


def test_nothing_has_changed(tmp_path: Path) -> None:
    asker = Asker(tmp_path, Recorded(BODY, headers={"ETag": '"7"'}))
    assert asker.get() == Answer(200, len(BODY), '"7"')
    assert asker.get(etag='"7"').status == 304
    assert asker.get(etag='"6"').status == 200


def test_no_proxy_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert Asker(tmp_path, Recorded(BODY)).get().size == len(BODY)


def test_a_host_that_does_not_answer(tmp_path: Path) -> None:
    pauses: list[float] = []
    client = Client("s", TOKEN, timeout=1, retries=3, patience=60, most=9, pause=pauses.append)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(InputError, match=r"connection that failed \(Connection refused"):
            client.get(f"http://127.0.0.1:{port}/", tmp_path / "body")
    assert pauses == [1.0, 2.0, 4.0]


@contextmanager
def raw(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says what it likes, once for each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    peer, _ = server.accept()
                    with peer:
                        peer.recv(1 << 16)
                        answer(peer)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("said", [b"", b"canary\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000])
def test_what_is_no_answer(tmp_path: Path, said: bytes) -> None:
    client = Client("s", TOKEN, timeout=2, retries=1, patience=60, most=9, pause=lambda s: None)
    with (
        raw(lambda peer: peer.sendall(said)) as port,
        pytest.raises(InputError, match="connection that failed") as failure,
    ):
        client.get(f"http://127.0.0.1:{port}/", tmp_path / "body")
    assert "canary" not in str(failure.value)


def test_a_slow_drip_ends_with_the_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time; all of them would not."""
    now = [0.0]

    def tick() -> float:
        now[0] += 1
        return now[0]

    monkeypatch.setattr(http_client.time, "monotonic", tick)
    drip = Recorded("x" * (1 << 20), chunked=True)
    Asker(tmp_path, drip, patience=20).refused("answers that take too long")


def test_a_certificate_that_nobody_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    def refuse(*words: object, **more: object) -> None:
        error = ssl.SSLCertVerificationError("no")
        error.verify_message = "self-signed certificate"
        raise error

    monkeypatch.setattr("http.client.HTTPSConnection.connect", refuse)
    pauses: list[float] = []
    client = Client("s", TOKEN, timeout=1, retries=3, patience=60, most=9, pause=pauses.append)
    with pytest.raises(InputError, match="certificate that is not trusted"):
        client.get("https://127.0.0.1/", tmp_path / "body")
    assert pauses == []


def test_a_disk_that_fails_is_no_fault_of_the_service(tmp_path: Path) -> None:
    asker = Asker(tmp_path / "none", Recorded(BODY))
    with pytest.raises(StorageError):
        asker.get()
