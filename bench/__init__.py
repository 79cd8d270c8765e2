"""Figures of a whole kiebot beside those of a bare bot of the same client library, taken in one run on one data centre.

    python -m bench [PART ...] [--quick] [--folder DIR]

Four kinds of processes take part: this one (the sandbox's data centre and the people, who speak by function calls, so that
nothing lies between a post and its clock), the AI services, kiebot's own processes, and the bare bot. People's clocks start when
a message is posted and stop when the data centre has taken in the bot's call. Each part runs in a fresh process and studio and
prints a Markdown section.
"""
