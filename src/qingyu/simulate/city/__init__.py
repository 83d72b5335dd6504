"""A city with known truth: what happened, what was recorded, and the files departments made of it.

`docs/explanation/simulator.md` describes the model. Read the files in this order: `chance` and
`counts` (draws), `shapes` (seasons, weekdays, festivals), `model` and `declared` (what is said of
the city), `world` and `rates` (how much is expected where and when), `events` (what happens),
`records/` (what departments write), `plan` and `faults` (what they send), `city` (all of it).
"""
