"""The form of a comparison: its tasks, the configurations, how long it goes on, and its plan."""
