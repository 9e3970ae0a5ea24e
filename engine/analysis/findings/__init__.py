"""What trials show: who leads, who is slower, whether all did the same work, which rows count."""
