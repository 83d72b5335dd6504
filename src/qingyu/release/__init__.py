"""Editions: results frozen, approved, signed and put on a shelf, and checked by anybody.

The room knows files, keys and rules, and nothing of how a score comes about: `flows.release` hands
it tables. What it writes is described in docs/explanation/editions.md, so that another program can
be written from that page.
"""
