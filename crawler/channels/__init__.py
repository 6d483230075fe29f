"""The machine-readable ways into a blog's archive: WordPress's REST interface, feeds, sitemaps."""
