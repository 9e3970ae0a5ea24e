"""One image: opening it safely, resizing it, naming and packing it; knows no executor."""
