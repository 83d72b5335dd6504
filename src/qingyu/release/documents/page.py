"""A page that any browser can read, an old phone's too: no script, nothing fetched from elsewhere.

Type and colours are those of the house: ink on page, teal links, nothing coloured but grades.
"""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.i18n import Language, Message, T
from qingyu.release.markup import Node, html_of, node
from qingyu.release.words import lang_of

_STACK = {
    "zh": '-apple-system, "PingFang SC", "HarmonyOS Sans SC", MiSans, "Microsoft YaHei", '
          '"Noto Sans CJK SC", sans-serif',
    "en": 'system-ui, "Segoe UI", Roboto, Arial, "Noto Sans CJK SC", sans-serif',
}  # fmt: skip
_STYLE = """
:root { color-scheme: light dark; --ink: #1A2023; --soft: #4B555B; --page: #F5F7F7;
  --rule: #D3D9DC; --link: #0A6268; --paper: #FFFFFF; }
@media (prefers-color-scheme: dark) { :root { --ink: #E8ECEE; --soft: #B7C0C5; --page: #12171A;
  --rule: #333C42; --link: #6CCBD0; --paper: #1B2226; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px; max-width: 46rem; background: var(--page); color: var(--ink);
  font: 18px/LEADING STACK; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { font-size: 26px; line-height: 1.3; margin: 16px 0 8px; }
h2 { font-size: 20px; line-height: 1.4; margin: 32px 0 8px; }
p, ul { margin: 8px 0; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
.soft, caption { color: var(--soft); font-size: 16px; }
.mark { border: 2px solid var(--ink); border-radius: 4px; padding: 8px 12px; font-weight: 600; }
dl { margin: 8px 0; } dt { font-weight: 600; margin-top: 12px; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: 8px 0 16px; background: var(--paper); }
caption { text-align: left; padding: 4px 0; }
th, td { border: 1px solid var(--rule); padding: 8px; text-align: left; vertical-align: top;
  font-size: 16px; }
th { font-weight: 600; }
@media print { body { max-width: none; background: #FFFFFF; color: #1A2023; } }
"""


def page_of(
    title: Message, body: Sequence[Node], language: Language, other: str | None = None
) -> bytes:
    """The page; `other`: the same page in the other language, beside it."""
    foreign: Language = "en" if language == "zh" else "zh"
    switch = None
    if other is not None:
        words = "English" if language == "zh" else "中文"
        switch = node("p", node("a", words, href=other, lang=lang_of(foreign),
                                hreflang=lang_of(foreign)), class_="soft")  # fmt: skip
    leading = "1.7" if language == "zh" else "1.55"
    style = _STYLE.replace("STACK", _STACK[language]).replace("LEADING", leading)
    return html_of(
        node(
            "html",
            node(
                "head",
                node("meta", charset="utf-8"),
                node("meta", name_="viewport", content="width=device-width, initial-scale=1"),
                node("title", title.render(language)),
                node("style", style),
            ),
            node("body", node("main", switch, *body)),
            lang=lang_of(language),
        )
    )


def mark_of(simulated: bool, language: Language) -> list[Node]:
    """The box that says that nothing on the page happened; none where it did."""
    if not simulated:
        return []
    words = T("Simulated data: no facts about any place.").render(language)
    return [node("p", words, class_="mark")]


def a_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Node:
    """Rows whose first cell names them."""
    return node(
        "table",
        node("caption", caption),
        node("thead", node("tr", *(node("th", head, scope="col") for head in heads))),
        node("tbody", *(
            node("tr", node("th", row[0], scope="row"), *(node("td", cell) for cell in row[1:]))
            for row in rows
        )),
    )  # fmt: skip
