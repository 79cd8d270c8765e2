"""The optional web process."""
