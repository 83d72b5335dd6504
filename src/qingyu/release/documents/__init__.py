"""Documents that are made from an edition's own public files: badges, and the dictionary."""
