"""What a command says to the person at a terminal while it works, and what it asks."""
