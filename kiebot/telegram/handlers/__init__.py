"""One module per use case: read the update, ask one service, answer."""
