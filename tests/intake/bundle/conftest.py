"""Lets the tests of this folder import the helper beside them, and gives a small post."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from bundle_post import Post


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path)
