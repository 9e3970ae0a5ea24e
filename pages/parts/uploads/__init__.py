"""What somebody gave to an uploader: where it lies, how it is read, and how it reaches a run."""
