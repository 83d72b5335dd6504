"""Early warning: detectors of unusual counts and statistics of place, as functions of arrays."""
