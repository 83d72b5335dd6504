"""One rule over counts, with the hour of its morning: what tests of warnings day by day share."""

from __future__ import annotations

RULES = {
    "morning": "18:00",
    "budget": {"a_year": "2", "level": "township", "reference": "test", "why": "test"},
    "rules": (
        {
            "id": "leap", "name": {"zh": "骤增", "en": "A leap"}, "severity": "serious",
            "of": ("traffic_crash",), "levels": ("county", "township"), "quiet": "3 days",
            "within": "5 days", "reference": "test", "why": "test",
            "detect": {"by": "bayes", "window": "1 days", "enter": "0.0001", "leave": "0.01"},
        },
    ),
}  # fmt: skip
