"""What all experiments say together: the table, the advice, saved results side by side."""
