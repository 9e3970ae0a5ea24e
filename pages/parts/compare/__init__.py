"""Comparing executors: the form, and the view of what was measured."""
