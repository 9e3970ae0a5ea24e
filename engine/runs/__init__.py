"""What is done with a run from a program, a page or the command line: plan it, start it, watch, cancel, continue."""
