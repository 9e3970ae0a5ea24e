"""What the views of all kinds of runs share: head, failures, downloads, pictures."""
