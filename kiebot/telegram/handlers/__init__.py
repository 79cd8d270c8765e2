"""One module per use case. Handlers run in the store thread, inside the transaction that marks the update as taken in: what they
write is written once, however often Telegram repeats the update. What must happen outside (answers, downloads) they return.
"""
