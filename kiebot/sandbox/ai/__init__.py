"""OpenAI- and KIE-shaped services."""
