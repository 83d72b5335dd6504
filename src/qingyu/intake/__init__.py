"""A department's file becomes records: read, check, place, match, stage, commit."""
