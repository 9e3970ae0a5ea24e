"""The pages of a lab: a card for each experiment, progress, and what they say together."""
