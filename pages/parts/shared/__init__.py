"""What every page needs: the store, buttons, errors in words, addresses, starting a run, how often to look."""
