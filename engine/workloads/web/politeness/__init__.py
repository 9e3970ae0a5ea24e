"""Whose turn it is at a host, and what robots.txt allows, across workers and processes."""
