"""Fetching one page, bounded as a whole: rules without I/O, and two clients that follow them."""
