"""Made-up cities: seeded files of known layout for trials where no real file is at hand."""
