"""Script to scenes to timeline, pure."""
