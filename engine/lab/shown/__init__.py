"""Short code that runs by itself: what is shown to readers is what is measured."""
