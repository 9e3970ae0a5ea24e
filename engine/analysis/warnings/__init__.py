"""What to be careful about beside a verdict: rules that look at its findings."""
