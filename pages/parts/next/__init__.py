"""What comes next after a job: the row of its buttons, and its form filled as it was."""
