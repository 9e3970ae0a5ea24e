"""A comparison: which trials it has, in which order, until when, and what is said about them."""
