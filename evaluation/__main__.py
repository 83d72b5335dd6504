"""`python -m evaluation [run|page] [WORLD …]`: raw results from nothing (minutes; the real series
are read from ../shared), or the page from raw results. Without a word: both."""

from __future__ import annotations

import sys
from pathlib import Path

from evaluation import odds, odds_tables, page
from evaluation.run import run

ROOT = Path(__file__).parent.parent


def main(words: list[str]) -> None:
    step = words[0] if words else "all"
    if step not in ("run", "page", "all"):
        raise SystemExit(f"evaluation: run, page or all, not {step}")
    if step != "page":
        run(ROOT.parent / "shared", words[1:], print)
        odds.run(odds_tables.RESULTS)
    docs = ROOT / "docs"
    page.write(docs)
    odds_tables.write(docs, (docs / odds_tables.PAGE).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
