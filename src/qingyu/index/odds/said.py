"""The odds of one area as numbers for print and as a sentence.

Scores are said to a tenth and chances in whole per cent (which add up to a hundred), so that the
last bits of floats, in which processors may differ, hardly ever show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qingyu import exact
from qingyu.i18n import Message, T
from qingyu.index.exact_json import Fixed
from qingyu.index.ingredients import MISSING
from qingyu.index.odds.summary import LEVEL, Odds, Standing
from qingyu.index.odds.told import Moment
from qingyu.index.sentence import Sentence, grade_words, named
from qingyu.pack.model import Grade

WORTH_SAYING = 5  # per cent; less is "hardly"
_TENTH = 100  # milli-points


@dataclass(frozen=True)
class AreaOdds:
    """Of one area and period.

    lower, upper: tenths of points, between which the score at the true rates lies in 90 of 100
    draws; rank: likewise, the better one first; None where it has none. grades: per cent, best
    grade first. standing: top, bottom, between, or None. driver: the indicator that makes most of
    the width; None where nothing was drawn. held: indicators that were not drawn, and why.
    """

    lower: int
    upper: int
    rank: tuple[int, int] | None
    grades: Mapping[str, int]
    standing: str | None
    driver: str | None
    held: Mapping[str, str]
    sentence: Sentence

    def to_json(self) -> dict[str, object]:
        return {
            "level": LEVEL,
            "lower": Fixed(self.lower, 1),
            "upper": Fixed(self.upper, 1),
            "rank": None if self.rank is None else list(self.rank),
            "grades": dict(self.grades),
            "standing": self.standing,
            "driver": self.driver,
            "held": dict(self.held),
            "sentence": self.sentence.to_json(),
        }


def area_odds(moment: Moment, found: Odds, area: int) -> AreaOdds | None:
    """None where there is no score."""
    if int(found.lower[area]) == MISSING:
        return None
    lower, upper = (
        exact.round_half_even(int(side[area]), _TENTH) for side in (found.lower, found.upper)
    )
    grades, shares = _grades(moment), _per_cent(found, area)
    published = int(moment.results.grade[area, moment.asked])
    return AreaOdds(
        lower=lower,
        upper=upper,
        rank=_rank(moment, found, area),
        grades={grade.id: share for grade, share in zip(grades, shares, strict=True)},
        standing=Standing(int(found.standing[area])).word,
        driver=_driver(moment, found, area),
        held=_held(moment, found, area),
        sentence=say_odds(grades, shares, published),
    )


def _grades(moment: Moment) -> tuple[Grade, ...]:
    scale = int(moment.ingredients.method.scale[moment.late])
    return moment.pack.grades.scales[scale].grades if scale >= 0 else ()


def _per_cent(found: Odds, area: int) -> list[int]:
    """By largest remainder, of whole draws."""
    counts = [round(float(share) * found.draws) for share in found.grade_share[area]]
    shares = {place: Fraction(100 * count, found.draws) for place, count in enumerate(counts)}
    return list(exact.largest_remainder(shares, 100, lambda place: place).values())


def _rank(moment: Moment, found: Odds, area: int) -> tuple[int, int] | None:
    ranked = int(moment.results.rank[area, moment.asked]) > 0
    return (int(found.rank_lower[area]), int(found.rank_upper[area])) if ranked else None


def _driver(moment: Moment, found: Odds, area: int) -> str | None:
    drive = found.drive[:, area]
    place = int(drive.argmax())
    return moment.ingredients.labels.indicators[place] if drive[place] > 0 else None


def _held(moment: Moment, found: Odds, area: int) -> dict[str, str]:
    names = moment.ingredients.labels.indicators
    return {
        name: str(reason)
        for name, held, reason in zip(names, found.held[:, area], found.reasons, strict=True)
        if held
    }


def say_odds(grades: Sequence[Grade], shares: Sequence[int], published: int) -> Sentence:
    """`橙·平稳，也可能是黄·良好（30%）。` The published grade comes first, whatever its chance."""
    numbers: dict[str, int | Fixed] = {
        grade.id: share for grade, share in zip(grades, shares, strict=True)
    }
    if published < 0:
        return Sentence(T("No grade, and so no odds."))
    lead = grade_words(grades[published])
    others = [
        place
        for place in range(len(grades))
        if place != published and shares[place] >= WORTH_SAYING
    ]
    others.sort(key=lambda place: (-shares[place], place))
    if others and shares[published] < WORTH_SAYING:
        text = T(
            "{lead} by what was counted; at the rates known here it would be {other} ({percent} %)."
            " So it is either chance or something new.",
            lead=lead,
            other=grade_words(grades[others[0]]),
            percent=shares[others[0]],
        )
    elif not others:
        share = shares[published]
        text = T("{lead}, hardly anything else ({percent} %).", lead=lead, percent=share)
    elif len(others) == 1:
        text = T("{lead}, could be {other}: {percent} %.", lead=lead,
                 other=grade_words(grades[others[0]]), percent=shares[others[0]])  # fmt: skip
    else:
        first, second = others[:2]
        text = T(
            "{lead}, could be {other}: {percent} %, or {more}: {less} %.",
            lead=lead,
            other=grade_words(grades[first]),
            percent=shares[first],
            more=grade_words(grades[second]),
            less=shares[second],
        )
    return Sentence(text, numbers)


def say_width(moment: Moment, odds: AreaOdds) -> Message:
    """The interval, and whose doubt it is."""
    low, high = Fixed(odds.lower, 1), Fixed(odds.upper, 1)
    if odds.driver is None:
        return T("Nothing in it is left to chance: {low} to {high}.", low=low, high=high)
    name = named(moment.pack.indicator(odds.driver).name)
    return T(
        "At the true rates the score lies between {low} and {high} in nine of ten draws; most of"
        " the doubt is about: {name}.",
        low=low,
        high=high,
        name=name,
    )
