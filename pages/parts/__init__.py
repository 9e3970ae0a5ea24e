"""What pages share: inputs, how to run, the view of a run, and small pieces."""
