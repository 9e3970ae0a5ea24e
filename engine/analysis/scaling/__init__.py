"""How speed grows with workers: the law, its fit, and when a start-up is paid back."""
