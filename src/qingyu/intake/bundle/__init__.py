"""Bundles: signed, numbered, one-way files between networks that must not meet.

One side makes them (`outbox`), somebody carries them, the other side judges and keeps them
(`inbox`). Only containers, signatures and chains are known here: what a file of records means is
the matter of `flows.bundle`. So this package imports neither the engine nor the pack, and the
public door may use it. The form is laid down in `docs/explanation/bundles.md`.
"""
