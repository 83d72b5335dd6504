"""Whether the data were tampered with: one file a check, each a pure function over counts.

A check compares an area with its own past and with the other areas in the same period. It speaks
of counts of records in a place, never of a person. A finding is a reason to look, not a verdict.
"""
