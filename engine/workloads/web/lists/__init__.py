"""Lists of addresses as people have them: pasted text, text files, tables, sitemaps, feeds and saved pages."""
