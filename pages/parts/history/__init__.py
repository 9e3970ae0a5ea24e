"""The list of all runs: its table, comparing two, deleting, and opening an exported one."""
