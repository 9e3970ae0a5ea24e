"""How speed grows with workers: the law, and its fit."""
