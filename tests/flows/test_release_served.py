"""What the public is told over HTTP before an edition's moment: nothing, in no way.

Two worlds differ only in embargoed records. Each drafts, approves and tries to publish too early,
by three clocks; then every address that there is or could be is asked for, and every answer is
compared: status, headers (but the clock's own), body, and lists of folders.
"""

from __future__ import annotations

import functools
import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from release_office import Publisher, founded

from qingyu.errors import ReleaseError
from qingyu.flows.release import publish

Answer = tuple[int, tuple[tuple[str, str], ...], bytes]
Serve = Callable[[Path], "contextmanager[int]"]

CLOCKS = [timedelta(seconds=1), timedelta(hours=8), timedelta(days=365)]
GUESSES = [
    "/editions/2/", "/editions/2/areas.csv", "/editions/02/areas.csv", "/editions/3/manifest.json",
    "/editions/2/SHA256SUMS.minisig", "/latest/day/areas.csv", "/latest/month/changes.csv",
    "/latest/month/cap/alerts.json", "/drafts/", "/release/drafts/", "/.shelf.incoming/",
    "/.incoming/2/areas.csv", "/editions/.2/", "/editions/2.new/areas.csv",
    "/../release/people.json", "/%2e%2e/release/drafts/", "/editions/1/../../../release/drafts/",
    "/feeds/warnings.atom.new",
]  # fmt: skip


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Publisher, Publisher]:
    """One edition published; then a correction under embargo, of other records in each world."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "founded").mkdir()
    founded(folder / "founded")
    first = Publisher(folder / "founded", folder / "first")
    first.publish()
    second = Publisher(first.folder, folder / "second")
    for world in (first, second):
        world.receive_more()
    second.receive_still_more()
    for world in (first, second):
        made = world.draft("late calls")
        world.approve(made.id)
        moment = datetime.fromisoformat(made.manifest["moment"]).astimezone(UTC)
        for early in CLOCKS:
            world.now = moment - early
            with pytest.raises(ReleaseError, match="2016-06-01T08:00:00"):  # under embargo
                publish(world.office, made.id)
    drafts = [world.office.drafts.all()[0] for world in (first, second)]
    assert drafts[0].digest != drafts[1].digest
    assert drafts[0].contents()["areas.csv"] != drafts[1].contents()["areas.csv"]
    return first, second


# -- servers --------------------------------------------------------------------------------------


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the tests look at answers."""


@contextmanager
def by_python(folder: Path) -> Iterator[int]:
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


NGINX = """\
daemon off; pid {work}/pid; error_log {work}/errors; {user}
events {{}}
http {{
  access_log off; root {folder}; types {{ text/csv csv; application/json json; }}
  client_body_temp_path {work}/a; proxy_temp_path {work}/b; fastcgi_temp_path {work}/c;
  uwsgi_temp_path {work}/d; scgi_temp_path {work}/e;
  server {{ listen 127.0.0.1:{port}; autoindex on; etag on; }}
}}
"""


@contextmanager
def by_nginx(folder: Path) -> Iterator[int]:
    """With lists of folders and entity tags, which tell of sizes and times."""
    work = folder.with_name(f"{folder.name}-nginx")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = "user root;" if os.getuid() == 0 else ""
    config = work / "nginx.conf"
    config.write_text(NGINX.format(work=work, folder=folder, port=port, user=user))
    command = [shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(work), "-c", str(config)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("no server")


# -- the public -----------------------------------------------------------------------------------


def answers(port: int) -> dict[str, Answer]:
    """Every answer that can be had: from the root along all links of all lists, and to guesses."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    found: dict[str, Answer] = {}
    ahead = ["/", *GUESSES]
    while ahead:
        address = ahead.pop()
        if address in found:
            continue
        connection.request("GET", address)
        reply = connection.getresponse()
        body = reply.read()
        headers = tuple(sorted(
            (name, re.sub(r":\d+", "", value)) for name, value in reply.getheaders()
            if name.lower() != "date"
        ))  # fmt: skip
        found[address] = (reply.status, headers, body)
        if address.endswith("/") and reply.status == 200:
            links = re.findall(r'href="([^"?/.][^"]*)"', body.decode())
            ahead += [address + link for link in links]
    connection.close()
    return found


@pytest.mark.parametrize("serve", [by_python, pytest.param(by_nginx, marks=pytest.mark.system)])
def test_two_worlds_answer_alike_to_the_byte(
    worlds: tuple[Publisher, Publisher], serve: Callable[[Path], Iterator[int]]
) -> None:
    first, second = worlds
    told = []
    for world in (first, second):
        with serve(world.shelf) as port:  # type: ignore[attr-defined]
            told.append(answers(port))
    assert set(told[0]) == set(told[1])
    assert [a for a in told[0] if told[0][a] != told[1][a]] == []
    statuses = {address: answer[0] for address, answer in told[0].items()}
    assert sum(status == 200 for status in statuses.values()) > 200
    for name in ("/editions/1/areas.csv", "/latest/month/areas.csv", "/errata.json",
                 "/feeds/editions.atom", "/editions/1/badges/42091.svg"):  # fmt: skip
        assert statuses[name] == 200
    refused = {address: statuses[address] for address in GUESSES}
    assert set(refused.values()) <= {400, 404}, refused


def test_the_comparison_would_see_a_difference(
    worlds: tuple[Publisher, Publisher], tmp_path: Path
) -> None:
    """One byte, one name, or one moment of change."""
    shelf = Path(shutil.copytree(worlds[0].shelf, tmp_path / "shelf", symlinks=True))
    with by_python(shelf) as port:
        before = answers(port)
        for change in (
            lambda: (shelf / "errata.json").write_bytes(b"[] \n"),
            lambda: (shelf / "editions" / "hint").write_bytes(b""),
            lambda: os.utime(shelf / "editions.json", (1, 1)),
        ):
            change()
            after = answers(port)
            assert after != before
            before = after


def test_at_its_moment_all_of_it_is_there(worlds: tuple[Publisher, Publisher]) -> None:
    world = Publisher(worlds[0].folder, worlds[0].folder.with_name("released"))
    made = world.office.drafts.all()[0]
    world.now = datetime.fromisoformat(made.manifest["moment"]).astimezone(UTC)
    publish(world.office, made.id)
    with by_python(world.shelf) as port:
        told = answers(port)
    assert told["/editions/2/areas.csv"][0] == 200
    assert told["/latest/month/changes.csv"][0] == 200
