"""The child process that touches strangers' files, and its protocol.

`runner.Confined.call()` is what the worker uses. The other side is `child.serve()`: the same lines are spoken over the
pipes of a child process (development, the sandbox) and over a unix socket (the one-shot unit of production).
Nothing here knows what a document or a film is: the operations are a table handed to `serve()`.
"""
