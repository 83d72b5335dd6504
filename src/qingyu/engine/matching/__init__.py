"""Matching across departments: which records of several sources are one event.

Normative text: docs/explanation/matching.md. `ledger` reads the signed records of some days,
`pairs` finds what matches, `events` puts together what hangs together, `changes` tells what a
batch changed, `lookup` names the records behind an event.
"""
