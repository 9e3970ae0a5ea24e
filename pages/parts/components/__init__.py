"""What Streamlit has no element for: worker lanes, a before/after slider, a bar of two colours, a line in a word."""
