"""What must hold between the files of a pack, one idea a file."""

from qingyu.pack.rules import (
    cases,
    changes,
    exposures,
    hierarchy,
    measures,
    natures,
    persons,
    references,
    sources,
    unions,
    values,
    weights,
    written,
)
from qingyu.pack.rules.base import Rule

RULES: tuple[Rule, ...] = (
    *references.RULES,
    *hierarchy.RULES,
    *exposures.RULES,
    *changes.RULES,
    *sources.RULES,
    *written.RULES,
    *measures.RULES,
    *unions.RULES,
    *values.RULES,
    *weights.RULES,
    *persons.RULES,
    *natures.RULES,
    *cases.RULES,
)
