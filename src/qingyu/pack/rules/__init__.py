"""What must hold between the files of a pack, one idea a file."""

from qingyu.pack.rules import (
    cases,
    changes,
    exposures,
    hierarchy,
    integrity,
    measures,
    natures,
    persons,
    protection,
    publication,
    references,
    sources,
    stars,
    unions,
    values,
    warnings,
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
    *stars.RULES,
    *warnings.RULES,
    *persons.RULES,
    *natures.RULES,
    *cases.RULES,
    *integrity.RULES,
    *publication.RULES,
    *protection.RULES,
)
