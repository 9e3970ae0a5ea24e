"""What a page tells machines about its product, each way of telling in a file of its own."""
