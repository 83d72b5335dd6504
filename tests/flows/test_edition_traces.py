"""A line of `traces.jsonl` is the explanation of its area, without what an edition leaves out."""

from __future__ import annotations

import json

import pytest
from flows_county import County, all_kinds
from release_office import busy

from qingyu.flows.edition_traces import CHARGE, PART, WHOLE, kept, traces_of
from qingyu.flows.opening import as_known
from qingyu.flows.publish import Published, compute_from, panel_of
from qingyu.i18n import T
from qingyu.index.exact_json import dumps
from qingyu.index.spot import spot
from qingyu.index.trace import explain, no_change
from qingyu.periods import parse, previous


@pytest.fixture(scope="module", params=["2016-03", "2016-03-20", "2016-Q1"])
def one(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Published:
    county = County(tmp_path_factory.mktemp("traces"))
    county.take(all_kinds(busy))
    seen = as_known(county.home, county.pack, None)
    panel = panel_of(county.home, county.pack, seen)
    return compute_from(county.pack, panel, [parse(request.param)], seen)


def test_it_is_what_explain_says_with_the_keys_of_an_edition(one: Published) -> None:
    period = one.results.labels.periods[0]
    nothing = no_change(previous(period), T("This period has no score."))
    codes = list(one.results.labels.areas)[:20]
    lines = traces_of(one, codes).decode().splitlines()
    assert len(lines) == len(codes)
    for code, line in zip(codes, lines, strict=True):
        place = spot(one.pack, one.panel, one.ingredients, one.results, code, period)
        whole = explain(place, nothing)
        said, note = whole.to_json(), whole.split_note
        wanted = {
            **kept(said, WHOLE),
            "parts": [kept(part.to_json(), PART) for part in whole.parts],
            "charges": [kept(charge.to_json(), CHARGE) for charge in whole.charges],
            "split_note": None if note is None else {n: note.render(n) for n in ("zh", "en")},
        }
        assert json.loads(line) == json.loads(dumps(wanted))  # indented: our own encoder
        assert list(json.loads(line)) == list(wanted)


def test_there_is_something_to_compare(one: Published) -> None:
    lines = [json.loads(line) for line in traces_of(one, one.results.labels.areas).splitlines()]
    assert len({line["sentence"]["en"] for line in lines}) > 1
    assert any(part["baseline"] for line in lines for part in line["parts"])
