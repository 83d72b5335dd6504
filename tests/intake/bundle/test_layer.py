"""The public door may import bundles: they reach neither records nor packs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import qingyu.intake.bundle as package

FOLDER = Path(package.__file__).parent
ALLOWED = (
    "qingyu.disk", "qingyu.errors", "qingyu.i18n", "qingyu.intake.bundle", "qingyu.minisign",
)  # fmt: skip


def test_only_the_ground_floor_is_imported() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong = [n for n in names if n.startswith("qingyu") and not n.startswith(ALLOWED)]
            assert not wrong, f"{path.name}: {wrong}"


def test_no_database_comes_with_it() -> None:
    program = (
        "import sys, qingyu.intake.bundle.inbox, qingyu.intake.bundle.outbox\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in"
        " ('duckdb', 'deltalake', 'pyarrow', 'numpy') or name.startswith(('qingyu.engine',"
        " 'qingyu.pack'))))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == ""
