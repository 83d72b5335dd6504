"""Seeds that nobody chose: they follow from the source of the detectors that are judged.

Whoever changes a detector gets other worlds, so that no change can be fitted to the worlds it is
judged on. Comments, docstrings and layout do not count as a change.
"""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

import numpy as np

import qingyu.warn

FILES = (
    "bayes", "bounds", "cusum", "default", "default_fit", "default_level", "default_plan",
    "default_weights", "design", "distributions", "ears", "farrington", "glr", "quasipoisson",
    "reference", "regression", "rki",
)  # fmt: skip


def digest() -> str:
    """SHA-256 of the parsed source of the detectors, in hexadecimal."""
    folder = Path(qingyu.warn.__file__).parent
    whole = hashlib.sha256()
    for name in FILES:
        whole.update(name.encode())
        whole.update(parsed((folder / f"{name}.py").read_text(encoding="utf-8")).encode())
    return whole.hexdigest()


def parsed(source: str) -> str:
    """The program without what does not run."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and _documented(node):
            node.body = node.body[1:]
    return ast.dump(tree)


def _documented(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def generator(seed: str, *words: str | int) -> np.random.Generator:
    """The generator of one place in one world, for a digest as `seed`."""
    text = "/".join([seed, *map(str, words)])
    drawn = hashlib.sha256(text.encode()).digest()
    return np.random.default_rng(np.frombuffer(drawn[:16], np.uint32))
