"""The worker process: claim, submit, poll, store, repair."""
