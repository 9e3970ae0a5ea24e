"""Serves the app: `overlap app`, and start.py once everything is installed.

All but `command` needs the standard library alone, and Python 3.11: start.py imports it before anything is installed.
"""
