"""What the orchestrator and a trial say to each other: records, the board, and how values travel."""
