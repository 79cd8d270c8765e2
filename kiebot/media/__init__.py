"""ffmpeg argument lists, probing, pictures."""
