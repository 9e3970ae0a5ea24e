"""The experiments, one file each: the claim, the question, what is measured, and what it shows."""
