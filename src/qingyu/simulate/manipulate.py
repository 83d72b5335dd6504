"""A manipulator: a department of a simulated city that tampers with what some towns send.

It acts on the book from which every delivery is told, so a record is treated alike in each file
that tells it. Which records it touches is drawn from a hash of their keys: the same seed, the same
acts. Nine acts, each with a strength from 0 to 1; what is meant by it stands beside each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qingyu.digest import digest_of
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.places import Towns
from qingyu.simulate.city.shapes import day_of

Kind = Literal[
    "reclassify", "withdraw", "hold_back", "postpone", "invent", "backdate", "suppress", "split",
    "flood",
]  # fmt: skip
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

# What each act does, and to whose file.
SOURCES: dict[Kind, str] = {
    "reclassify": "police_110",  # that share of thefts is entered as 其他
    "withdraw": "police_110",  # of the valid crimes, struck out three days after the period
    "hold_back": "police_110",  # of the crimes of the last ten days, sent three days after it
    "postpone": "police_110",  # of the crimes of the last three days, dated into the next period
    "invent": "urban_management",  # as many easy cases more, at full and half hours, closed in time
    "backdate": "hotline_12345",  # of the late answers, dated into the last hour of the limit
    "suppress": "police_122",  # of the accidents with injured, never entered
    "split": "urban_management",  # of the cases closed in time, entered four times
    "flood": "ratings",  # four times as many marks more, all of them five
}
SCORED = ("入室盗窃", "三车盗窃", "其他盗窃", "抢劫", "抢夺", "其他诈骗", "打架斗殴", "寻衅滋事",
          "故意伤害")  # fmt: skip
THEFTS, ELSEWHERE, VALID, ACCIDENT, PATROL = SCORED[:3], "其他", "有效", "交通事故", "巡查工时"
WAITS = 3  # days after a period until it has been counted
LAST_DAYS, HELD_DAYS, COPIES = 3, 10, 4
_FORM = "%Y-%m-%d %H:%M:%S"
_CALL, _CALLED, _CASE, _FOUND = "接警编号", "接警时间", "案件编号", "发现时间"
_ANSWERED, _DUE = "办结时间", "办结时限"


@dataclass(frozen=True)
class Act:
    """`kind` on the files of some towns (names as they are printed there), on the days `first` …
    `last` since 1970, a period; `strength`: the share it touches."""

    kind: Kind
    towns: tuple[str, ...]
    first: int
    last: int
    strength: float
    seed: int = 1

    @property
    def source(self) -> str:
        return SOURCES[self.kind]


class Teller(Protocol):
    """What deliveries are told from: a `Book`, or one that was tampered with."""

    def told(self, first: int, last: int, moment: int) -> pa.Table: ...


@dataclass(frozen=True)
class Tampered:
    """A book with an act done to it; it tells deliveries as the book does."""

    book: Teller
    act: Act

    def told(self, first: int, last: int, moment: int) -> pa.Table:
        """The entries of the days `first` … `last` as they are sent at `moment`."""
        act = self.act
        if act.kind != "postpone":
            return _ACTS[act.kind](self.book.told(first, last, moment), act, moment)
        # What is dated elsewhere is told with the days on which it is said to have happened.
        reach = 2 * LAST_DAYS
        table = _ACTS[act.kind](self.book.told(first - reach, last, moment), act, moment)
        return _only(table, _since(table, _CALLED, first) & ~_since(table, _CALLED, last + 1))


def printed(towns: Towns, code: str) -> tuple[str, ...]:
    """The names under which departments write a town."""
    number = towns.number(code)
    assert number is not None, "a town of the city"
    return tuple(dict.fromkeys((towns.names[number], towns.short[number])))


def tampered(book: Teller, source: str, acts: Iterable[Act]) -> Teller:
    """The book of `source` with the acts done to it that concern it, one after another."""
    for act in acts:
        if act.source == source:
            book = Tampered(book, act)
    return book


# -- which rows -----------------------------------------------------------------------------------


def _inside(table: pa.Table, act: Act, when: str) -> Mask:
    """Rows of the act's towns and days. Moments are written so that texts sort as they do."""
    day = pc.utf8_slice_codeunits(table[when], 0, 10)
    first, last = str(day_of(act.first)), str(day_of(act.last))
    dated = pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last))
    return _flags(dated) & _is(table, "镇街", act.towns)


def _drawn(table: pa.Table, chosen: Mask, act: Act, key: str) -> Mask:
    """A share `strength` of the chosen rows, by their keys."""
    salt = f"{act.kind} {act.seed}"
    keys = _only(table, chosen)[key].to_pylist()
    words = np.array([int(digest_of((salt, one))[:8], 16) for one in keys], np.float64)
    found = np.zeros(len(chosen), np.bool_)
    found[np.flatnonzero(chosen)] = words < act.strength * 2.0**32
    return found


def _since(table: pa.Table, column: str, day: int) -> Mask:
    """Rows dated on that day or later."""
    return _flags(pc.greater_equal(table[column], str(day_of(day))))


def _is(table: pa.Table, column: str, words: tuple[str, ...]) -> Mask:
    return _flags(pc.is_in(table[column], pa.array(words)))


def _flags(answers: pa.ChunkedArray) -> Mask:
    """Yes and no; what is empty answers no."""
    return np.asarray(pc.fill_null(answers, False), dtype=np.bool_)


def _set(table: pa.Table, column: str, chosen: Mask, values: list[str]) -> pa.Table:
    given = table[column].to_pylist()
    for place, value in zip(np.flatnonzero(chosen), values, strict=True):
        given[place] = value
    place = table.column_names.index(column)
    return table.set_column(place, column, pa.array(given, table.schema.field(column).type))


def _only(table: pa.Table, kept: Mask) -> pa.Table:
    return table.filter(pa.array(kept))


# -- the acts -------------------------------------------------------------------------------------


def _reclassify(table: pa.Table, act: Act, moment: int) -> pa.Table:
    chosen = _inside(table, act, _CALLED) & _is(table, "警情类别", THEFTS)
    chosen = _drawn(table, chosen, act, _CALL)
    return _set(table, "警情类别", chosen, [ELSEWHERE] * int(chosen.sum()))


def _crimes(table: pa.Table, act: Act, since: int) -> Mask:
    """Valid crimes of the act's towns from a day on."""
    chosen = _inside(table, act, _CALLED) & _is(table, "警情类别", SCORED)
    chosen &= _is(table, "处理结果", (VALID,)) & _since(table, _CALLED, since)
    return _drawn(table, chosen, act, _CALL)


def _withdraw(table: pa.Table, act: Act, moment: int) -> pa.Table:
    counted = moment >= (act.last + 1 + WAITS) * DAY
    return _only(table, ~_crimes(table, act, act.first)) if counted else table


def _hold_back(table: pa.Table, act: Act, moment: int) -> pa.Table:
    waits = moment < (act.last + 1 + WAITS) * DAY
    return _only(table, ~_crimes(table, act, act.last - HELD_DAYS + 1)) if waits else table


def _postpone(table: pa.Table, act: Act, moment: int) -> pa.Table:
    chosen = _crimes(table, act, act.last - LAST_DAYS + 1)
    later = [_later(t, LAST_DAYS * DAY) for t in _only(table, chosen)[_CALLED].to_pylist()]
    return _set(table, _CALLED, chosen, later)


def _suppress(table: pa.Table, act: Act, moment: int) -> pa.Table:
    chosen = _inside(table, act, "发生时间") & _is(table, "警情类型", (ACCIDENT,))
    chosen &= ~_is(table, "受伤人数", ("0", "")) & _flags(table["受伤人数"].is_valid())
    return _only(table, ~_drawn(table, chosen, act, "警情编号"))


def _backdate(table: pa.Table, act: Act, moment: int) -> pa.Table:
    late = _flags(pc.greater(table[_ANSWERED], table[_DUE]))
    chosen = _drawn(table, _inside(table, act, _DUE) & late, act, "工单编号")
    limits = _only(table, chosen)[_DUE].to_pylist()
    return _set(
        table, _ANSWERED, chosen, [_later(t, -60 * (1 + n % 59)) for n, t in enumerate(limits)]
    )


def _easy(table: pa.Table, act: Act) -> Mask:
    """Cases of city management that are closed in time."""
    well = _flags(pc.less_equal(table["结案时间"], table["处置时限"]))
    well &= _flags(pc.not_equal(table["结案时间"], ""))
    chosen = _inside(table, act, _FOUND) & well & ~_is(table, "案件类别", (PATROL,))
    return _drawn(table, chosen, act, _CASE)


def _invent(table: pa.Table, act: Act, moment: int) -> pa.Table:
    more = _only(table, _easy(table, act))
    hours = [f"{t[:14]}{'00' if int(t[14:16]) < 30 else '30'}:00" for t in more[_FOUND].to_pylist()]
    return pa.concat_tables([table, _renamed(_set_all(more, _FOUND, hours), _CASE, "N")])


def _split(table: pa.Table, act: Act, moment: int) -> pa.Table:
    whole = _only(table, _easy(table, act))
    parts = [table]
    for nth in range(1, COPIES):
        found = [_later(t, 40 * nth) for t in whole[_FOUND].to_pylist()]
        parts.append(_renamed(_set_all(whole, _FOUND, found), _CASE, f"S{nth}"))
    return pa.concat_tables(parts)


def _flood(table: pa.Table, act: Act, moment: int) -> pa.Table:
    chosen = _drawn(table, _inside(table, act, "评分日期"), act, "评分编号")
    more = _only(table, chosen)
    more = _set_all(more, "评分", ["5"] * len(more))
    return pa.concat_tables([table, *(_renamed(more, "评分编号", f"L{n}") for n in range(COPIES))])


def _set_all(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    return _set(table, column, np.ones(len(table), np.bool_), values)


def _renamed(table: pa.Table, key: str, tail: str) -> pa.Table:
    return _set_all(table, key, [f"{one}{tail}" for one in table[key].to_pylist()])


def _later(text: str, seconds: int) -> str:
    moment = datetime.fromisoformat(text) + timedelta(seconds=seconds)
    return moment.strftime(_FORM)


_ACTS: dict[Kind, Callable[[pa.Table, Act, int], pa.Table]] = {
    "reclassify": _reclassify,
    "withdraw": _withdraw,
    "hold_back": _hold_back,
    "postpone": _postpone,
    "invent": _invent,
    "backdate": _backdate,
    "suppress": _suppress,
    "split": _split,
    "flood": _flood,
}
