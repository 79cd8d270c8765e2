from pathlib import Path

from kiebot.sandbox.ai.clips import Clip, arguments

PICTURE = Path("given.png")


def _moves(seed: str) -> list[str]:
    clip = Clip("waves roll in", (640, 360), 5, image=PICTURE, seed=seed)
    return arguments(clip, Path("scene.png"), Path("caption.png"), Path("out.mp4"))


def test_the_same_picture_moves_another_way_when_it_is_asked_for_again():
    assert _moves("1") != _moves("2")
    assert _moves("1") == _moves("1")
