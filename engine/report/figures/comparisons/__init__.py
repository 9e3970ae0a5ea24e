"""Figures of a comparison: every configuration, speedup against workers, where the time went."""
