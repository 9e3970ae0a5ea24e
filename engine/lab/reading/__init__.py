"""Reading an experiment's figures: intervals, when two differ, and words."""
