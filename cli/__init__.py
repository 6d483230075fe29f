"""The command line: it parses, calls the other rooms, and renders. Nothing here is for other programs."""
