"""The use cases. They own the transactions and never wait on the outside world."""
