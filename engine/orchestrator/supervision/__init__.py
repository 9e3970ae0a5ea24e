"""One trial's process, seen from the orchestrator: start it, read what it says, hold it to its limits."""
