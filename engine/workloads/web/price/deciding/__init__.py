"""From all that was found on a page to one price, and how sure it is."""
