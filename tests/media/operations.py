"""A confined child that was taken over, as far as films go: `python -m tests.media.operations`. It gives back what it got."""

import math

from kiebot.confined.child import serve
from kiebot.confined.protocol import Answer


def lie(args, files, folder):
    copies = []
    for number, file in enumerate(files):
        copies.append(folder / f"{number}{file.suffix}")
        copies[-1].write_bytes(file.read_bytes())
    samples = math.inf if files[0].suffix == ".wav" else 1600
    return Answer({"samples": samples, "start_s": 0, "speech_s": "long", "tempo": 1, "copied": [True]}, copies)


NAMES = ("film_part", "film_copies", "film_junction", "film_compress", "film_track", "film_mix", "film_join", "film_sheet")

if __name__ == "__main__":
    serve(dict.fromkeys(NAMES, lie))
