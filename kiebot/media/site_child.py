"""One video of a video site by yt-dlp: `python -m kiebot.confined.launch kiebot.media.site_child ...`, the wish on its input.

The process has no secret, no state and no program to start; it ends with its answer, one JSON line: {"path"} or {"error"}. All it
asks of the network goes through the proxy that it is given.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

FORMAT = "b[ext=mp4][height<=720]/b[ext=mp4]/b"  # one file with picture and sound: nothing has to be joined
WITHIN_S = 20


def main() -> None:
    """Read the wish, write the answer."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the library prints is no answer
    wish = json.loads(sys.stdin.readline())
    try:
        said: dict[str, Any] = {"path": str(_fetched(wish))}
    except ImportError:
        said = {"error": "missing"}
    except Exception as error:  # noqa: BLE001  whatever a site does to the library is the site's refusal; the parent logs it
        said = {"error": _word(error), "detail": type(error).__name__}
    answer.write(json.dumps(said) + "\n")
    answer.flush()


class TooLong(Exception):
    """The video is longer than is taken, or has no end."""


def _fetched(wish: dict[str, Any]) -> Path:
    from yt_dlp import YoutubeDL  # the extra `links`

    def fits(info: dict[str, Any], *, incomplete: bool = False) -> str | None:
        if info.get("is_live") or float(info.get("duration") or 0) > wish["most_s"]:
            raise TooLong
        return None

    folder = Path(wish["folder"])
    options = {
        "proxy": wish["proxy"],
        "allowed_extractors": wish["extractors"],
        "format": FORMAT,
        "outtmpl": {"default": str(folder / "video.%(ext)s")},
        "max_filesize": wish["most_bytes"],
        "match_filter": fits,
        "socket_timeout": WITHIN_S,
        "noplaylist": True,
        "playlist_items": "1",
        "quiet": True,
        "no_warnings": True,
        "cachedir": False,
        "hls_prefer_native": True,
        "fixup": "never",
        "retries": 1,
    }
    with YoutubeDL(options) as library:
        library.extract_info(wish["url"])
    found = [path for path in folder.iterdir() if path.suffix not in (".part", ".ytdl")]
    if len(found) != 1:
        raise FileNotFoundError("too large, or nothing came")
    return found[0]


def _word(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, TooLong):
            return "too-long"
        if isinstance(seen, FileNotFoundError):
            return "too-large"
        seen = seen.__cause__ or seen.__context__
    return "refused"


if __name__ == "__main__":
    main()
