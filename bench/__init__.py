"""Timings of Qingyu against named rivals in the same run; never part of the tests."""
