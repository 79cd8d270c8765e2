"""ffmpeg argument lists, probing, pictures.

`ffmpeg`, `probe` and `picture` are pure or run only in the confined child; `calls` is what the parent uses.
"""
