"""ffmpeg argument lists, probing, pictures.

`ffmpeg`, `probe`, `loudness`, `picture` and the operations are pure or run only in the confined child; what ends in `calls` is
for the parent.
"""
