"""The page Start: its cards, the timeline of the last comparison, the machine, and the last runs."""
