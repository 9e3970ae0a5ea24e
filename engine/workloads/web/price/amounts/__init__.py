"""Amounts of money in text: numbers, currencies, and prices written in pieces."""
