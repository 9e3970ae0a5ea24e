"""The JSON of a run: writing it, checking one from elsewhere, and taking it into the store."""
