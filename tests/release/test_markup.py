"""Documents are well-formed whatever a name holds, and a text never becomes an element."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.release.reading import ATTACKS, parsed

from qingyu.release.markup import fit, html_of, node, svg_of, xml_of


@given(st.text() | st.sampled_from(ATTACKS))
def test_text_and_attributes_come_back_as_they_were(text: str) -> None:
    root = node("a", node("b", text, title=text), text, label=text)
    for form in (xml_of, svg_of, html_of):
        found = parsed(form(root))
        assert [one.tag for one in found.iter()] == ["a", "b"]
        assert found.attrib == {"label": fit(text)}
        assert found[0].attrib == {"title": fit(text)}
        # A parser makes line feeds of carriage returns in a text.
        assert (found[0].text or "") == fit(text).replace("\r\n", "\n").replace("\r", "\n")


def test_what_xml_cannot_hold_is_shown_as_lost() -> None:
    assert fit("a\x00b\x1fc\ud800d\ufffee\tf\n") == "a�b�c�d�e\tf\n"


def test_names_of_attributes() -> None:
    made = node("a", xml_lang="en", class_="x", stroke_width=2, left_out=None)
    assert xml_of(made).decode().splitlines()[1] == '<a xml:lang="en" class="x" stroke-width="2"/>'


def test_html_closes_what_is_not_void() -> None:
    assert b"<td></td>" in html_of(node("tr", node("td"), node("br")))
    assert b"<br/>" in html_of(node("tr", node("td"), node("br")))


def test_no_space_is_put_into_lines_of_text() -> None:
    assert svg_of(node("text", node("tspan", "a"), node("tspan", "b"))) == (
        b"<text><tspan>a</tspan><tspan>b</tspan></text>\n"
    )
