"""Opening an image that a stranger supplied: what it is, whether it may be decoded, and its pixels."""
