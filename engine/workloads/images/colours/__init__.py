"""What an image's numbers mean as colours, and bringing them to sRGB."""
