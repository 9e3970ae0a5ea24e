"""The form of a scrape: where its pages come from, and what shops are told."""
