"""All that a shelf says of its editions, made from nothing but them: by name, its bytes.

    editions.json      every edition
    errata.json, errata.csv, errata.html, errata.en.html
    feeds/editions.atom, feeds/errata.atom, feeds/warnings.atom, feeds/exercises.atom
    and the same four in English: feeds/<name>.en.atom

No clock has a part in it: every time is one that an edition carries, and a warning is in the feed
while it holds at the moment of the newest edition.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from qingyu.i18n import LANGUAGES, Language, Message, T
from qingyu.release.cap.standing import Notice, series, standing
from qingyu.release.edition import Edition
from qingyu.release.feeds.atom import Entry, Feed, Link, feed_of
from qingyu.release.feeds.errata import Erratum, errata_of, files_of, title_of
from qingyu.release.words import file_name, lang_of, period_words

LOG = "editions.json"
MOST = 50  # entries of a feed; the logs beside it are whole

_KINDS = {
    "results": T("results"),
    "correction": T("correction"),
    "withdrawal": T("withdrawal"),
}


def derived(editions: Sequence[Edition]) -> dict[str, bytes]:
    """Files of the shelf's root by name; of an empty shelf the empty list alone."""
    log = json.dumps([one.public() for one in editions], ensure_ascii=False, indent=1) + "\n"
    found = {LOG: log.encode()}
    if not editions:
        return found
    errata = errata_of(editions)
    found |= files_of(errata, title_of(editions[-1]), editions[-1].manifest["simulated"])
    holding = _holding(editions)
    for language in LANGUAGES:
        teller = _Teller(editions, language)
        found |= {
            teller.file("editions"): teller.editions(),
            teller.file("errata"): teller.errata(errata),
            teller.file("warnings"): teller.warnings(
                [one for one in holding if one.status == "Actual"]
            ),
            teller.file("exercises"): teller.exercises(
                [one for one in holding if one.status != "Actual"]
            ),
        }
    return found


def _holding(editions: Sequence[Edition]) -> list[Notice]:
    """Warnings that hold at the moment of the newest edition, the newest first."""
    moment = max(datetime.fromisoformat(one.manifest["moment"]) for one in editions)
    kinds = {(one.manifest["index"], one.manifest["period_kind"]) for one in editions}
    found = [
        holds[-1]
        for index, kind in sorted(kinds)
        for holds in standing(series(editions, index, kind), moment).values()
    ]
    return sorted(found, key=lambda one: (_seconds(one.sent), one.identifier), reverse=True)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


class _Teller:
    """The feeds in one language."""

    def __init__(self, editions: Sequence[Edition], language: Language) -> None:
        self.all, self.language = editions, language
        self.root = editions[0].digest  # of a chain: no other begins with it
        self.title = title_of(editions[-1])
        self.numbers = {one.number: one for one in editions}

    def file(self, name: str) -> str:
        return f"feeds/{file_name(name, 'atom', self.language)}"

    def editions(self) -> bytes:
        entries = [self._edition(one) for one in self.all[: -MOST - 1 : -1]]
        about = T("Every edition as it is published; a correction is a new edition.")
        return self._feed("editions", T("{title}: editions", title=self.title), about, entries)

    def errata(self, errata: Sequence[Erratum]) -> bytes:
        entries = [self._erratum(one) for one in errata[: -MOST - 1 : -1]]
        return self._feed("errata", T("{title}: corrections and withdrawals", title=self.title),
                          T("What was published and turned out wrong, why, and each colour that "
                            "changed."), entries)  # fmt: skip

    def warnings(self, notices: Sequence[Notice]) -> bytes:
        return self._feed("warnings", T("{title}: warnings that hold", title=self.title),
                          T("Warnings as of the newest edition, in CAP 1.2. Each says when it "
                            "ends."), [self._notice(one) for one in notices])  # fmt: skip

    def exercises(self, notices: Sequence[Notice]) -> bytes:
        return self._feed("exercises", T("{title}: exercises, not for residents", title=self.title),
                          T("Warnings made from simulated data. Nothing in them happened."),
                          [self._notice(one) for one in notices])  # fmt: skip

    # -- entries --------------------------------------------------------------------------------

    def _edition(self, one: Edition) -> Entry:
        manifest = one.manifest
        title = T(
            "Edition {number}, {kind}: {period}",
            number=one.number,
            kind=_KINDS[manifest["kind"]],
            period=period_words(manifest["period"]),
        )
        summary = T("Results as known then.")
        if manifest["kind"] == "correction":
            summary = T(
                "In the place of edition {old}: {reason}. Colours that changed: {count}.",
                old=manifest["replaces"]["edition"],
                reason=manifest["reason"] or "-",
                count=manifest["colours_changed"],
            )
        elif manifest["kind"] == "withdrawal":
            summary = T(
                "Takes back edition {old}: {reason}.",
                old=manifest["replaces"]["edition"],
                reason=manifest["reason"] or "-",
            )
        if manifest["simulated"]:
            title = T("SIMULATED · {words}", words=title)
        place = f"../editions/{one.number}/"
        links = [Link(f"{place}manifest.json", "application/json")]
        if manifest["kind"] != "withdrawal":
            links += [
                Link(f"{place}datapackage.json", "application/json", "related"),
                Link(f"{place}areas.csv", "text/csv", "enclosure"),
            ]
        return self._entry("editions", one, title, summary, links, manifest["kind"])

    def _erratum(self, one: Erratum) -> Entry:
        title = T("Edition {number}, {kind}: {period}", number=one["edition"],
                  kind=_KINDS[one["kind"]], period=period_words(one["period"]))  # fmt: skip
        if self.numbers[one["edition"]].manifest["simulated"]:
            title = T("SIMULATED · {words}", words=title)
        summary = T("Reason: {reason}. Colours that changed: {count}.", reason=one["reason"] or "-",
                    count=len(one["colours"]))  # fmt: skip
        page = f"../{file_name('errata', 'html', self.language)}#edition-{one['edition']}"
        links = [Link(page, "text/html"), Link("../errata.json", "application/json", "related")]
        return self._entry(
            "errata", self.numbers[one["edition"]], title, summary, links, one["kind"]
        )

    def _entry(
        self,
        feed: str,
        one: Edition,
        title: Message,
        summary: Message,
        links: Sequence[Link],
        kind: str,
    ) -> Entry:
        return Entry(
            key=f"{one.digest}/{feed}/{self.language}",
            title=title.render(self.language),
            at=one.chain["released"],
            summary=summary.render(self.language),
            links=tuple(links),
            category=kind,
        )

    def _notice(self, one: Notice) -> Entry:
        number = next(n for n in reversed(self.numbers)
                      if (self.numbers[n].folder / one.file).is_file())  # fmt: skip
        ends = T("Until {time}.", time=one.expires).render(self.language)
        return Entry(
            key=f"{one.identity}/{self.language}",
            title=one.headline[self.language],
            at=one.sent.replace("-00:00", "Z"),
            summary=ends,
            links=(Link(f"../editions/{number}/{one.file}", "application/cap+xml"),),
            category=one.grade,
        )

    def _feed(
        self, name: str, title: Message, subtitle: Message, entries: Sequence[Entry]
    ) -> bytes:
        newest = self.all[-1]
        other: Language = "en" if self.language == "zh" else "zh"
        kind = "application/atom+xml"
        own = file_name(name, "atom", self.language)
        foreign = Link(file_name(name, "atom", other), kind, lang=lang_of(other))
        feed = Feed(
            key=f"feed/{self.root}/{name}/{self.language}",
            title=title.render(self.language),
            subtitle=subtitle.render(self.language),
            updated=newest.chain["released"],
            lang=lang_of(self.language),
            author=self.title.render(self.language),
            rights=newest.manifest.get("licence"),
            links=(Link(own, kind, "self"), foreign),
        )
        return feed_of(feed, entries)
