"""The demo shops and sample photos: data to try everything on without a network."""
