"""The twin's own calendar: periods as plain tuples `(kind, first day, last day)`.

Written from the rules in words: weeks are ISO weeks, ten days are 1–10, 11–20, 21–end of month.
"""

from __future__ import annotations

from datetime import date, timedelta

Period = tuple[str, date, date]
DAY = timedelta(days=1)
FESTIVAL_REACH = 21


def days_of(first: date, last: date) -> list[date]:
    return [first + DAY * k for k in range((last - first).days + 1)]


def last_of_month(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - DAY


def holding(day: date, kind: str) -> Period:
    """The period of `kind` that holds `day`."""
    year, month = day.year, day.month
    if kind == "day":
        return kind, day, day
    if kind == "week":
        monday = day - DAY * (day.isoweekday() - 1)
        return kind, monday, monday + 6 * DAY
    if kind == "ten_days":
        if day.day > 20:
            return kind, date(year, month, 21), last_of_month(year, month)
        start = 1 if day.day <= 10 else 11
        return kind, date(year, month, start), date(year, month, start + 9)
    if kind == "month":
        return kind, date(year, month, 1), last_of_month(year, month)
    if kind == "quarter":
        end = -(-month // 3) * 3
        return kind, date(year, end - 2, 1), last_of_month(year, end)
    assert kind == "year", kind
    return kind, date(year, 1, 1), date(year, 12, 31)


def before(period: Period) -> Period:
    kind, first, _ = period
    return holding(first - DAY, kind)


def label(period: Period) -> str:
    kind, first, _ = period
    if kind == "day":
        return first.isoformat()
    if kind == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "ten_days":
        return f"{first.year}-{first.month:02d}-X{ {1: 1, 11: 2, 21: 3}[first.day] }"
    if kind == "month":
        return f"{first.year}-{first.month:02d}"
    if kind == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return str(first.year)


def years_earlier(day: date, years: int) -> date:
    """The same date; 29 February counts with the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def same_of_earlier_year(period: Period, years: int, festivals: list[date]) -> tuple[date, date]:
    """The days that `period` is held against, `years` years earlier.

    Near a moving festival (21 days) the distance to the festival is kept, but never for quarters
    and years; else the calendar place, and for weeks 52 whole weeks a year.
    """
    kind, first, last = period
    if kind not in ("quarter", "year"):
        best: tuple[int, date] | None = None
        for festival in festivals:
            away = max((first - festival).days, (festival - last).days, 0)
            if away <= FESTIVAL_REACH and (best is None or (away, festival) < best):
                best = away, festival
        if best is not None:
            twins = [f for f in festivals if f.year == best[1].year - years]
            if len(twins) == 1:
                shift = twins[0] - best[1]
                return first + shift, last + shift
    if kind == "week":
        return first - 364 * years * DAY, last - 364 * years * DAY
    if kind == "day":
        there = years_earlier(first, years)
        return there, there
    # Ten days, months, quarters and years begin on days that every year has.
    _, start, end = holding(years_earlier(first, years), kind)
    return start, end
