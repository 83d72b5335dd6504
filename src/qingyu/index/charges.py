"""What a score lost by rule: deductions, the cap that holds it down, the veto."""

from __future__ import annotations

from qingyu.index.exact_json import Fixed
from qingyu.index.explanation import Charge
from qingyu.index.grade import upper_limit
from qingyu.index.pack_lines import line_of
from qingyu.index.splits import Split
from qingyu.index.spot import Spot
from qingyu.index.units import unit_of
from qingyu.pack.model import Cap, Dimension, Measure, Veto

_MICRO_PER_MILLI = 1000


def charges_of(spot: Spot, split: Split | None = None) -> tuple[Charge, ...]:
    """Deductions, then the cap or veto that holds the score down."""
    return (*_deductions(spot, split), *_caps_and_vetoes(spot))


def applied(spot: Spot, dimension: str) -> dict[str, int]:
    """Micro-points that each deduction really took off its dimension, which never falls below
    zero: the last ones take what is left."""
    labels, results = spot.results.labels, spot.results
    left = spot.score(results.before_deductions, labels.dimensions.index(dimension)) or 0
    found = {}
    for place, (owner, name) in enumerate(labels.deductions):
        if owner == dimension:
            amount = min(spot.found(results.deducted, place), left)
            left -= amount
            if amount:
                found[name] = amount
    return found


def _deductions(spot: Spot, split: Split | None) -> tuple[Charge, ...]:
    found = []
    for place, (owner, name) in enumerate(spot.results.labels.deductions):
        amount = applied(spot, owner).get(name, 0)
        if amount:
            dimension = spot.pack.dimension(owner)
            found.append(_deduction(spot, dimension, name, place, amount, split))
    return tuple(found)


def _deduction(
    spot: Spot, dimension: Dimension, name: str, place: int, amount: int, split: Split | None
) -> Charge:
    position = next(p for p, one in enumerate(dimension.deductions) if one.id == name)
    deduction = dimension.deductions[position]
    count = spot.given(spot.ingredients.world.deductions, place)
    return Charge(
        kind="deduction",
        id=name,
        name=deduction.name.model_dump(),
        dimension=dimension.id,
        count=Fixed(count, deduction.measure.places),
        points=amount,
        amount=None if split is None else split.charges.get((dimension.id, name), 0),
        pack_line=line_of(spot.pack, f"dimensions/{dimension.id}/deductions/{position}"),
        measure_unit=_unit(spot, deduction.measure),
    )


def _caps_and_vetoes(spot: Spot) -> tuple[Charge, ...]:
    """The cap that holds the score down, by how much, and the veto, by what the cap left."""
    before, score = spot.score(spot.results.before_caps), spot.score(spot.results.score)
    if before is None or score is None:
        return ()
    found = []
    cap, veto = spot.found(spot.results.cap), spot.found(spot.results.veto)
    if cap >= 0:
        limit = score if veto < 0 else _limit(spot, spot.pack.grades.caps[cap])
        found.append(_rule(spot, "cap", cap, limit - before))
        before = limit
    if veto >= 0:
        found.append(_rule(spot, "veto", veto, score - before))
    return tuple(found)


def _limit(spot: Spot, cap: Cap) -> int:
    """The milli-points that a cap in effect leaves at most."""
    grades = spot.pack.grades.scales[int(spot.ingredients.method.scale[spot.late])].grades
    limit = upper_limit(grades, next(n for n, one in enumerate(grades) if one.id == cap.grade))
    assert limit is not None  # a cap at the best grade has no effect
    return limit


def _rule(spot: Spot, kind: str, place: int, lost: int) -> Charge:
    """The line of a cap or veto that moved the score by `lost` milli-points."""
    grades, world = spot.pack.grades, spot.ingredients.world
    one: Cap | Veto = grades.caps[place] if kind == "cap" else grades.vetoes[place]
    count = spot.given(world.caps if kind == "cap" else world.vetoes, place)
    return Charge(
        kind=kind,
        id=one.id,
        name=one.name.model_dump(),
        dimension=None,
        count=Fixed(count, one.measure.places),
        points=None,
        amount=lost * _MICRO_PER_MILLI,
        pack_line=line_of(spot.pack, f"grades/{'caps' if kind == 'cap' else 'vetoes'}/{place}"),
        measure_unit=_unit(spot, one.measure),
    )


def _unit(spot: Spot, measure: Measure) -> dict[str, str] | None:
    unit = unit_of(spot.pack, measure)
    return None if unit is None else unit.model_dump()
