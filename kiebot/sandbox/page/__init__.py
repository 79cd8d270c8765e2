"""A chat page in the browser and its HTTP API: what a person does in Telegram, done on this machine.

`app.py` puts the parts together, `guard.py` lets only this machine's own browser and scripts in, `bodies.py` says what a
request may contain, `api.py` answers it, `uploads.py` and `files.py` move files, `events.py` tells every open page what
happened. `static/` is the page itself: plain ES modules, no build step.
"""
