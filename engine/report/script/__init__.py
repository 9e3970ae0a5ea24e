"""The script to take home: a run's tasks the way that measured best, without Overlap."""
