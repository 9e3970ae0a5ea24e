"""Running an experiment: fresh interpreters, pools, repeats."""
