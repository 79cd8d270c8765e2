"""Bytes to text, by content."""
