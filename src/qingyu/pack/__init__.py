"""The method of a city as data: model, load, check, schema."""
