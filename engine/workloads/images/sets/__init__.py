"""Many images: finding them, archives, names of results, what is there already, how many fit into memory."""
