"""The view of a comparison: verdict, charts, tables, what can be taken home, and proving a cause."""
