"""The schema that is loaded when needed, in processes of their own: here the library may be loaded already."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_few_classes_are_loaded_by_the_whole_bot() -> None:
    loaded = run("""
import sys
import kiebot.telegram.app
print(len([name for name in sys.modules if name.startswith("pyrogram.raw.")]))
""")
    assert int(loaded) < 600


def test_each_number_and_each_name_is_that_of_the_librarys_own_class() -> None:
    assert (
        run("""
import re
from pathlib import Path
import kiebot.telegram
from pyrogram import raw
from pyrogram.raw import all as table
words = Path(table.__file__).read_text()
said = {int(number, 16): path for number, path in re.findall(r'(0x[0-9a-f]+): "([\\w.]+)"', words)}
assert len(said) > 2000
for number, path in said.items():
    assert number in raw.objects
    found = raw.objects[number]
    place, _, name = path.rpartition(".")
    assert found.__name__ == name and found.__module__.startswith(place), path
    assert getattr(found, "ID", number) == number, path
    where = raw
    for part in path.split(".")[2:]:
        where = getattr(where, part)
    assert where is found, path
print("all")
""")
        == "all"
    )


def test_what_is_written_is_read_again_although_nobody_named_its_class() -> None:
    assert (
        run("""
import io
import kiebot.telegram
from pyrogram.raw.core import TLObject
written = (0x2144ca19).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"\\x02no\\x00"
found = TLObject.read(io.BytesIO(written))
print(found.QUALNAME, found.error_code, found.error_message)
""")
        == "types.RpcError 5 no"
    )


@pytest.mark.parametrize("unknown", ["raw.objects[0xdeadbeef]", "raw.types.NoSuchThing", "raw.types.messages.NoSuchThing"])
def test_what_the_schema_does_not_have_is_an_error(unknown: str) -> None:
    assert (
        run(f"""
import kiebot.telegram
from pyrogram import raw
assert 0xdeadbeef not in raw.objects and not hasattr(raw.base, "NoSuchThing")
try:
    {unknown}
except (KeyError, AttributeError) as exc:
    print("refused")
""")
        == "refused"
    )


def test_a_library_that_is_loaded_already_stays_as_it_is() -> None:
    assert (
        run("""
from pyrogram import raw
import kiebot.telegram.app
print(type(raw.objects).__name__, raw.types.Message.__name__)
""")
        == "dict Message"
    )
