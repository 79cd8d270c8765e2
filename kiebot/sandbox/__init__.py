"""A Telegram data centre, AI services and a chat page on this machine."""
