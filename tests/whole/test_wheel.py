"""The wheel holds what a `pip install` needs: code, catalogues, the template, the packs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy, so that the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("src", "packs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    words = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [built] = folder.glob("qingyu-*.whl")
    return zipfile.ZipFile(built)


def test_every_file_of_the_package_is_in_it(wheel: zipfile.ZipFile) -> None:
    files = [p for p in (ROOT / "src" / "qingyu").rglob("*") if p.is_file()]
    wanted = {
        path.relative_to(ROOT / "src").as_posix()
        for path in files
        if "__pycache__" not in path.parts
    }
    assert wanted <= set(wheel.namelist())


def test_the_packs_come_with_it(wheel: zipfile.ZipFile) -> None:
    packs = [p for p in (ROOT / "packs").rglob("*") if p.is_file()]
    wanted = {f"qingyu/packs/{path.relative_to(ROOT / 'packs').as_posix()}" for path in packs}
    assert wanted
    assert wanted <= set(wheel.namelist())


def test_it_names_its_licence_and_command(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    metadata = next(name for name in names if name.endswith("/METADATA"))
    assert "License-Expression: Apache-2.0" in wheel.read(metadata).decode()
    entries = next(name for name in names if name.endswith("/entry_points.txt"))
    assert "qingyu = qingyu.cli.main:main" in wheel.read(entries).decode()
