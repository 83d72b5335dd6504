"""Why there is no score: one short sentence per reason, with its numbers as fields."""

from __future__ import annotations

from qingyu.i18n import T, Text
from qingyu.index.sentence import Sentence


def late(source: Text) -> Sentence:
    return Sentence(T("The records of {source} are late.", source=source))


def suspect(source: Text) -> Sentence:
    return Sentence(T("{source} sent far fewer records than usual.", source=source))


def uncovered(source: Text | None, covered: int, days: int) -> Sentence:
    """`covered` of the `days` of the window count. source: None where several are read."""
    numbers = {"covered": covered, "days": days}
    if source is None:
        words = T("Only {covered} of {days} days are covered.", covered=covered, days=days)
        return Sentence(words, numbers)
    words = T("{source} covers {covered} of {days} days.",
              source=source, covered=covered, days=days)  # fmt: skip
    return Sentence(words, numbers)


def day_uncovered(source: Text) -> Sentence:
    return Sentence(T("{source} does not cover the whole of this day.", source=source))


def gap(source: Text) -> Sentence:
    return Sentence(T("{source} is known to have failed on this day.", source=source))


def no_window() -> Sentence:
    return Sentence(T("Too few events are expected here to judge one day."))


def no_exposure() -> Sentence:
    return Sentence(T("There is nothing to divide the counts by."))


def no_comparison() -> Sentence:
    return Sentence(T("There is nothing to compare with yet."))


def least_share(present: int, whole: int) -> Sentence:
    """`present` of the `whole` indicators of the index have a score."""
    words = T("Only {present} of {whole} indicators have data.", present=present, whole=whole)
    return Sentence(words, {"present": present, "whole": whole})


def not_valid() -> Sentence:
    return Sentence(T("The area did not exist in this period."))
