"""From cube to scores, in integers."""
