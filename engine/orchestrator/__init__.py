"""One run, in a process of its own: trials one after another, watched, recorded and judged."""
