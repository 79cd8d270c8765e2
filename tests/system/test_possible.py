"""Whether there can be a box is told in words: here, whether Debian's mirror answers."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.fakes.serving import served
from tests.system.possible import USUAL_MIRROR, mirror, no_packages


def test_a_machine_that_debians_mirror_does_not_answer_is_told_so() -> None:
    said = no_packages("http://127.0.0.1:9/debian")
    assert said.startswith(
        "Debian's mirror http://127.0.0.1:9/debian, from which it is made and gets its packages, does not answer"
    )
    assert "Connection refused" in said


def test_a_mirror_that_has_the_release_is_enough() -> None:
    release = Route("/debian/dists/bookworm/InRelease", lambda _: PlainTextResponse("Origin: Debian"))
    with served(Starlette(routes=[release])) as url:
        assert no_packages(f"{url}/debian") == ""
        assert "404" in no_packages(f"{url}/other")


def test_the_mirror_is_the_one_that_this_machine_uses(tmp_path: Path) -> None:
    sources = tmp_path / "debian.sources"
    assert mirror(sources) == USUAL_MIRROR
    sources.write_text("Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm\n")
    assert mirror(sources) == "http://mirror.example/debian"
