"""Where workers' time went, and why."""
