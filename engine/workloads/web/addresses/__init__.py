"""Addresses: how one is spelled, and whether a connection to it may be made."""
