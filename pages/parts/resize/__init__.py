"""The form of a resize: pictures, options, where results go, and a try on a few."""
