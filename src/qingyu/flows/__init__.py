"""The walks of the house, each a recipe that reads from top to bottom."""
