"""Exit statuses of commands that end without an error; those of errors stand in `pipeline.errors`."""

NOTHING_FOUND = 1
FAILED = 3
"""Some source, or some saved page, could not be read; the rest is kept."""
UNUSABLE = 5
"""The disk refuses what is to be read or written."""
INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""
