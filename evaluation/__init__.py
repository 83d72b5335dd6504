"""How well the detectors of `qingyu.warn` do: generated worlds, thresholds, measures, a page."""
