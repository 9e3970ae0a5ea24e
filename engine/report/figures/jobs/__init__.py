"""Figures of one job: its timeline, how it went over time, its pictures and prices."""
