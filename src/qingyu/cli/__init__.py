"""The `qingyu` command: one file per group of commands, errors translated in one place."""
