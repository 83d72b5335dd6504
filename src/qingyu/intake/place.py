"""A record finds its area: by code, by name or alias, or by the polygon its point lies in.

Names are compared without regard to case, width of letters and runs of blanks, among the areas
that exist on the record's day. The look-up runs inside DuckDB's scan as a vectorised function:
no join, so the order of the file survives it.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from hashlib import md5
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from qingyu.engine.connect import quoted
from qingyu.engine.tables import UNPLACED
from qingyu.intake.boundaries import FAR_OUTSIDE, SWAPPED, Boundaries
from qingyu.intake.coordinates import to_wgs84
from qingyu.intake.reasons import PLACE_KINDS
from qingyu.pack.lineage import Lineage
from qingyu.pack.model import Area, Pack, Source

FUNCTION = "qingyu_place"
_AREAS = "qingyu_areas"  # the SQL type of their codes
_TABLED = 256

Ids = npt.NDArray[np.int64]
_BY_DAY = -2  # the answer depends on the record's day
_FIRST, _LAST = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")


def folded(name: str) -> str:
    """The form in which names are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class Placer:
    """Answers are area codes, or `~kind` of what went wrong (`reasons.PLACE_KINDS`)."""

    def __init__(self, pack: Pack, source: Source, boundaries: Boundaries | None = None) -> None:
        self.ways = [w for w in source.place.by if w != "point" or boundaries is not None]
        self.boundaries = boundaries
        self.place = source.place
        self.codes = sorted({area.code for area in pack.areas})
        self.ids = {code: number for number, code in enumerate(self.codes)}
        self.answers = pa.array([*self.codes, *(f"~{kind}" for kind in PLACE_KINDS)])
        self.trouble = {kind: len(self.codes) + n for n, kind in enumerate(PLACE_KINDS)}
        self.lineage = Lineage(pack.areas, pack.changes) if pack.changes else None
        level = source.place.level
        named = [a for a in pack.areas if level is None or a.level == level]
        self.books = {}
        if "code" in self.ways:
            self.books["code"] = _Book(((a.code, a) for a in pack.areas), self, str)
        if "name" in self.ways:
            names = ((name, a) for a in named for name in _names(a))
            self.books["name"] = _Book(names, self, folded)
        if boundaries is not None:
            self.polygon_ids = np.array(
                [self.ids.get(code, self.trouble["unknown"]) for code in boundaries.codes],
                dtype=np.int64,
            )

    def fingerprint(self, area: str) -> str | None:
        """SQL: `statement.ROW_HASH` of an area's code, from a table of all of them; None where
        there are so many that the table would be slower than the hash."""
        if len(self.codes) > _TABLED:
            return None
        hashes = ", ".join(f"{_lower_half(code)}::UBIGINT" for code in [*self.codes, UNPLACED])
        return f"([{hashes}])[enum_code({area}::{_AREAS}) + 1]"

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make what `answer` uses known to the connection."""
        codes = ", ".join(quoted(code) for code in [*self.codes, UNPLACED])
        connection.execute(f"CREATE TYPE {_AREAS} AS ENUM ({codes})")
        for way, book in self.books.items():
            if book.plain:
                words = ", ".join(quoted(word) for word in book.plain)
                connection.execute(f"CREATE TYPE {_words_of(way)} AS ENUM ({words})")
        connection.create_function(
            FUNCTION,
            self._vector,
            ["VARCHAR", "VARCHAR", "DOUBLE", "DOUBLE", "DATE"],
            "VARCHAR",
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
        )

    def answer(self, code: str, name: str, longitude: str, latitude: str, day: str) -> str:
        """SQL: the answer for a row. Words spelled as in the pack are found in a hash table of
        DuckDB's own; only what is left goes through the function."""
        texts = {"code": code, "name": name}
        known = []
        for way in self.ways:
            if way == "point":
                break  # a point answers before what comes after it
            book = self.books[way]
            if not book.plain:
                break
            known.append(self._tabled(book, f"try_cast({texts[way]} AS {_words_of(way)})"))
            if book.dated:
                break  # a word that the table lacks may still answer for some days
        whole = f"{FUNCTION}({code}, {name}, {longitude}, {latitude}, {day})"
        return f"coalesce({', '.join([*known, whole])})"

    def _tabled(self, book: _Book, word: str) -> str:
        """SQL: the code that a plain word means. Most codes mean themselves; a list of tens of
        thousands would be copied into the plan of every file."""
        if all(self.codes[number] == plain for plain, number in book.plain.items()):
            return f"CAST({word} AS VARCHAR)"
        codes = ", ".join(quoted(self.codes[number]) for number in book.plain.values())
        return f"[{codes}][enum_code({word}) + 1]"

    def _vector(self, code: Any, name: Any, lon: Any, lat: Any, day: Any) -> pa.Array:
        """One call per two thousand rows: each way looks only at what those before it left."""
        size = len(code)
        answer = np.full(size, self.trouble["nowhere"], dtype=np.int64)
        left: Ids = np.arange(size)
        for way in self.ways:
            if way == "point":
                got = self._in_force(self._points(lon, lat, left), day, left)
            else:
                got = self.books[way].find(code if way == "code" else name, day, left)
            placed = got < len(self.codes)
            # Of several troubles the first counts; to be given no place is none.
            told = placed | (answer[left] == self.trouble["nowhere"])
            answer[left[told]] = got[told]
            left = left[~placed]
            if not len(left):
                break
        return self.answers.take(pa.array(answer))

    def _in_force(self, got: Ids, day: Any, rows: Ids) -> Ids:
        """Polygons are of areas of some day; a record lies in what their ground was on its own."""
        if self.lineage is None or not len(got):
            return got
        days = np.asarray(day.to_numpy(zero_copy_only=False), dtype="datetime64[D]")[rows]
        found = got.copy()
        placed = np.flatnonzero((got < len(self.codes)) & ~np.isnat(days))
        pairs = np.stack([got[placed], days[placed].astype(np.int64)], axis=1)
        kinds, which = np.unique(pairs, axis=0, return_inverse=True)
        answers = [self._of_day(int(n), np.datetime64(int(d), "D")) for n, d in kinds]
        found[placed] = np.array(answers, np.int64)[which.reshape(-1)]
        return found

    def _of_day(self, number: int, day: np.datetime64) -> int:
        when: date = day.astype(object)
        meant = self.heir_or_origin(number, when)
        if meant is not None:
            return meant
        assert self.lineage is not None
        over = self.lineage.ended(self.codes[number], when)
        return self.trouble["retired" if over else "not_yet"]

    def heir_or_origin(self, number: int, day: date) -> int | None:
        """The area that alone has this one's ground on a day; None where that is not one area."""
        if self.lineage is None:
            return None
        code = self.lineage.on(self.codes[number], day)
        return None if code is None else self.ids[code]

    def _points(self, lon: Any, lat: Any, rows: Ids) -> Ids:
        assert self.boundaries is not None
        x, y = _numbers(lon, rows), _numbers(lat, rows)
        if self.place.swapped:
            x, y = y, x
        x, y = to_wgs84(x, y, self.place.datum)
        found = self.boundaries.locate(x, y)
        if len(found) and found.min() >= 0:
            return np.asarray(self.polygon_ids[found])
        got = np.full(len(rows), self.trouble["outside"], dtype=np.int64)
        inside = found >= 0
        got[inside] = self.polygon_ids[found[inside]]
        got[found == SWAPPED] = self.trouble["swapped"]
        got[found == FAR_OUTSIDE] = self.trouble["outside"]
        # Coordinates that are no numbers come as NaN (a text) or NULL (nothing at all).
        empty = np.asarray(lon.is_null())[rows] | np.asarray(lat.is_null())[rows]
        got[np.isnan(x) | np.isnan(y)] = self.trouble["not_a_point"]
        got[empty] = self.trouble["nowhere"]
        return got


def _numbers(column: Any, rows: Ids) -> npt.NDArray[np.float64]:
    """The chosen rows of a column of doubles; NaN for NULL."""
    whole = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    return whole if len(rows) == len(whole) else whole[rows]


def _lower_half(text: str) -> int:
    return int.from_bytes(md5(text.encode("utf-8"), usedforsecurity=False).digest()[8:], "little")


def _words_of(way: str) -> str:
    """The name of the SQL type that holds the plain words of a way."""
    return f"qingyu_{way}_words"


class _Book:
    """Which areas a code or a name may mean, and since and until when.

    plain: words as spelled (and in capitals) that mean one area on any day → its id.
    dated: whether some word means an area on some days only, or several areas.
    """

    def __init__(
        self, entries: Iterable[tuple[str, Area]], placer: Placer, fold: Callable[[str], str]
    ) -> None:
        self.placer = placer
        self.fold = fold
        self.spans: dict[str, set[tuple[int, date | None, date | None]]] = defaultdict(set)
        self.memo: dict[str, int] = {}
        spelled: set[str] = set()
        for word, area in entries:
            self.spans[fold(word)].add((placer.ids[area.code], area.since, area.until))
            spelled.update(form for form in (word, word.upper()) if fold(form) == fold(word))
        meant = {word: self._lookup(word) for word in sorted(spelled)}
        self.plain = {word: number for word, number in meant.items() if number >= 0}
        self.dated = any(number == _BY_DAY for number in meant.values())

    def find(self, words: Any, day: Any, rows: Ids) -> Ids:
        """Ids of areas or of troubles for the given rows."""
        if words.null_count == len(words):
            return np.full(len(rows), self.placer.trouble["nowhere"], dtype=np.int64)
        if isinstance(words, pa.ChunkedArray):
            words = words.combine_chunks()
        coded = words.dictionary_encode()
        meant = np.array([self._id(word.as_py()) for word in coded.dictionary], dtype=np.int64)
        index = coded.indices.fill_null(len(meant)).to_numpy(zero_copy_only=False)[rows]
        ids: Ids = np.append(meant, self.placer.trouble["nowhere"])[index]
        by_day = np.flatnonzero(ids == _BY_DAY)
        if len(by_day):
            days = np.asarray(day.to_numpy(zero_copy_only=False), dtype="datetime64[D]")
            for at in by_day:
                ids[at] = self._on(coded.dictionary[int(index[at])].as_py(), days[rows[at]])
        return ids

    def _id(self, word: str) -> int:
        found = self.memo.get(word)
        if found is None:
            found = self._lookup(word)
            if len(self.memo) > 100_000:  # free text in a name column must not fill the memory
                self.memo.clear()
            self.memo[word] = found
        return found

    def _lookup(self, word: str) -> int:
        spans = self.spans.get(self.fold(word))
        if not spans:
            return self.placer.trouble["unknown"]
        (number, since, until), *more = sorted(spans, key=str)
        return number if not more and since is None and until is None else _BY_DAY

    def _on(self, word: str, day: np.datetime64) -> int:
        spans = self.spans[self.fold(word)]
        if np.isnat(day):  # the row is refused for its time; its place is not the trouble
            return min(number for number, _, _ in spans)
        valid = {n for n, since, until in spans if _from(since) <= day <= _to(until)}
        if len(valid) == 1:
            return valid.pop()
        if valid:
            return self.placer.trouble["ambiguous"]
        meant = {self.placer.heir_or_origin(number, day.astype(object)) for number, *_ in spans}
        if len(meant) == 1 and None not in meant:
            return next(number for number in meant if number is not None)
        ended = any(until is not None and _to(until) < day for _, _, until in spans)
        return self.placer.trouble["retired" if ended else "not_yet"]


def _names(area: Area) -> list[str]:
    return [name for name in (area.name, area.name_zh, *area.aliases) if name]


def _from(day: date | None) -> np.datetime64:
    return _FIRST if day is None else np.datetime64(day)


def _to(day: date | None) -> np.datetime64:
    return _LAST if day is None else np.datetime64(day)
