"""kiebot: your own AI studio in Telegram."""

__version__ = "0.1.0"
