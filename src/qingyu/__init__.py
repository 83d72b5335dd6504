"""Qingyu (晴雨): a city's safety index, measured openly and explained to the last digit."""
