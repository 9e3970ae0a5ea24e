"""From an opened image to finished files: sizes, scaling, encoding, and putting them in their place."""
