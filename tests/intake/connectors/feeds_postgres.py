"""A PostgreSQL of Debian's packages, alone in a temporary folder, reached by a Unix socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from feeds_records import PASSWORD, TABLE

# `reader` must know the password; the tests' own user need not.
_RIGHTS = "local all reader scram-sha-256\nlocal all all trust\n"


@dataclass(frozen=True)
class RealPostgres:
    folder: Path

    @property
    def connect(self) -> str:
        """As a reader, who may read the table and do nothing else."""
        return f"host={self.folder} dbname=postgres user=reader"

    @property
    def owner(self) -> str:
        return f"host={self.folder} dbname=postgres user=owner"

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[RealPostgres]:
        programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        folder = Path(tempfile.mkdtemp(prefix="qy-pg-"))
        data = folder / "data"
        as_nobody = _prepared(folder)
        initdb = [*as_nobody, programs / "initdb", "-D", data, "-U", "owner", "-A", "trust"]
        subprocess.run(
            [*initdb, "-N", "-E", "UTF8", "--locale=C.UTF-8"], check=True, capture_output=True
        )
        (data / "pg_hba.conf").write_text(_RIGHTS)
        words = ["-D", data, "-k", folder, "-h", "", "-F"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*as_nobody, programs / "postgres", *words], stdout=log, stderr=log
            )
        try:
            found = cls(folder)
            found._wait(server)
            found._fill()
            yield found
        finally:
            server.terminate()
            server.wait(60)
            shutil.rmtree(folder)

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        for _ in range(600):
            assert server.poll() is None, (self.folder / "log").read_text()
            try:
                return self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text())

    def _fill(self) -> None:
        self.run(
            f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
            *TABLE,
            "GRANT SELECT ON records TO reader",
        )


def _prepared(folder: Path) -> list[str]:
    """`postgres` refuses to run as root: the words before it, and a folder for that user."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody", "nogroup")
    folder.chmod(0o755)
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
