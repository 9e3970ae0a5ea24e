"""The verdict as data and in sentences, and when a comparison may stop."""
