"""Files for the parts that need them."""

from __future__ import annotations

import random
import shutil
import subprocess
import zlib
from pathlib import Path

WORDS = ("river", "lamp", "stone", "paper", "winter", "garden", "letter", "engine", "window", "bridge", "coffee", "market")
LINES_A_PAGE = 45
WORDS_A_LINE = 12


class NoRoom(Exception):
    """The disk is too small for the measurement."""


def write_pdf(path: Path, pages: int) -> Path:
    """A book of plain words, the same every time."""
    chance = random.Random(7)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for number in range(1, pages + 1):
        kids.append(f"{len(objects) + 1} 0 R")
        packed = zlib.compress(_page(number, chance))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >>"
            f" /Contents {len(objects) + 2} 0 R >>".encode()
        )
        head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + packed + b"\nendstream")
    objects[1] = f"<< /Type /Pages /Count {pages} /Kids [{' '.join(kids)}] >>".encode()
    path.write_bytes(_assembled(objects))
    return path


def _page(number: int, chance: random.Random) -> bytes:
    lines = [f"Page {number}", *(" ".join(chance.choices(WORDS, k=WORDS_A_LINE)) for _ in range(LINES_A_PAGE))]
    return ("BT /F 11 Tf 50 790 Td\n" + "\n".join(f"({line}) Tj 0 -16 Td" for line in lines) + "\nET").encode()


def _assembled(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def write_sparse(path: Path, size_bytes: int) -> Path:
    """A file of zeros that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path


def check_room(folder: Path, size_bytes: int) -> None:
    """Raise NoRoom unless the disk of `folder` has so much free."""
    free = shutil.disk_usage(folder).free
    if free < size_bytes:
        raise NoRoom(f"{folder} has {free / 1e9:.1f} GB free, needed are {size_bytes / 1e9:.1f}: use --folder")


def write_photo(path: Path, size: tuple[int, int], number: int) -> Path:
    """A photograph of much detail: a JPEG of about six bits a pixel, as cameras make them of grass."""
    from PIL import Image

    grain = Image.effect_noise((size[0] // 4, size[1] // 4), 60 + number).resize(size, Image.Resampling.BILINEAR)
    Image.merge("RGB", (grain, grain.point(lambda value: value // 2 + 60), grain.point(lambda value: 255 - value))).save(
        path, "JPEG", quality=95
    )
    return path


def write_video(path: Path, size_bytes: int, seconds: int) -> Path:
    """An MP4 of H.264 and AAC that is about so large and so long: half a minute of it, again and again."""
    piece_s = min(30, seconds)
    rate = size_bytes * 8 // seconds - 64_000
    piece = path.with_name(f"piece-{path.name}")
    picture, sound = f"testsrc2=s=1280x720:r=25:d={piece_s}", f"aevalsrc=0.4*sin(2*PI*(180+80*sin(3*t))*t):d={piece_s}"
    same = ["-b:v", str(rate), "-minrate", str(rate), "-maxrate", str(rate), "-bufsize", str(rate), "-x264-params", "nal-hrd=cbr"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", *same, "-c:a", "aac", "-b:a", "64k"]
    ffmpeg = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    subprocess.run([*ffmpeg, "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, *coded, str(piece)], check=True)
    subprocess.run([*ffmpeg, "-stream_loop", str(seconds // piece_s - 1), "-i", str(piece), "-c", "copy", str(path)], check=True)
    piece.unlink()
    return path
