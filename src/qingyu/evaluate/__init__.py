"""Judging the data and the method themselves: whether what is measured can be believed."""
