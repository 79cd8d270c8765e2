import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiebot.confined.protocol import MAX_FILES, EndedEarly, read_files, read_message, write_message
from kiebot.errors import ConfinedError


def wire(message, *files):
    sink = io.BytesIO()
    write_message(sink, message, files)
    return io.BytesIO(sink.getvalue())


def entry(name="a.bin", size=3):
    return {"name": name, "size": size}


def stored(tmp_path, entries, data=b"abcdef", max_bytes=100):
    return read_files(io.BytesIO(data), entries, tmp_path, max_bytes)


def test_a_message_and_its_files_come_through(tmp_path):
    first, second = tmp_path / "first.pdf", tmp_path / "пустой"
    first.write_bytes(bytes(range(256)) * 4000)
    second.write_bytes(b"")
    source = wire({"op": "echo", "args": {"слово": "да\nнет"}}, first, second)
    message = read_message(source, 1000)
    (tmp_path / "in").mkdir()
    paths = read_files(source, message["files"], tmp_path / "in", 10_000_000)
    assert message["args"] == {"слово": "да\nнет"}
    assert [path.read_bytes() for path in paths] == [first.read_bytes(), b""]
    assert [entry["name"] for entry in message["files"]] == ["first.pdf", "пустой"]


HOSTILE_NAMES = ["../../etc/passwd", "/etc/passwd", "..", "", "a\0b", "x" * 300, "concat:a|b.mp4", "-i.mp4", "x\u202egnp.exe",
                 "a.b/../c", "CON", "..\\..\\x.txt", "a.pdf\n", "file.ВЕЩЬ"]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_never_becomes_a_path(tmp_path, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    (path,) = stored(inner, [entry(name)])
    assert path.parent == inner
    assert path.read_bytes() == b"abc"
    assert path.name.replace(".", "").isalnum()
    assert path.name.isascii()
    assert list(tmp_path.rglob("*")) == [inner, path]


@given(st.text())
@settings(deadline=None)
def test_no_name_at_all_leaves_the_folder(name):
    with tempfile.TemporaryDirectory() as folder:
        (path,) = stored(Path(folder), [entry(name)])
        assert path.parent == Path(folder)


def test_an_ordinary_suffix_is_kept(tmp_path):
    assert stored(tmp_path, [entry("Photo.JPG")])[0].suffix == ".jpg"


@pytest.mark.parametrize(
    "entries",
    [None, {}, "ab", [1], [{}], [{"name": "a"}], [entry(size=-1)], [entry(size="3")], [entry(size=True)], [entry(name=7)],
     [entry(size=1.5)], [entry(size=0)] * (MAX_FILES + 1)],
)  # fmt: skip
def test_a_malformed_list_of_files_breaks_the_protocol(tmp_path, entries):
    with pytest.raises(ConfinedError) as caught:
        stored(tmp_path, entries)
    assert caught.value.reason == "protocol"
    assert list(tmp_path.iterdir()) == []


def test_too_many_bytes_are_refused_before_one_is_written(tmp_path):
    with pytest.raises(ConfinedError, match="too-large"):
        stored(tmp_path, [entry(size=60), entry(size=60)])
    assert list(tmp_path.iterdir()) == []


def test_a_file_cut_short_leaves_nothing_behind(tmp_path):
    with pytest.raises(EndedEarly):
        stored(tmp_path, [entry(size=3), entry(size=50)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", [b"{}", b"", b'{"a": 1'])
def test_a_line_without_an_end_means_that_the_other_side_died(line):
    with pytest.raises(EndedEarly):
        read_message(io.BytesIO(line), 100)


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b"\xff\xfe\n", b"7\n", b"x" * 200 + b"\n", b"[" * 90 + b"\n"])
def test_anything_else_than_a_short_object_breaks_the_protocol(line):
    with pytest.raises(ConfinedError) as caught:
        read_message(io.BytesIO(line), 100)
    assert not isinstance(caught.value, EndedEarly)


def test_lone_surrogates_do_not_break_the_line():
    assert read_message(wire({"text": "a\ud800b"}), 1000)["text"] == "a?b"


def test_deep_nesting_is_a_broken_protocol_and_not_a_crash():
    line = json.dumps({"a": 1}).encode()[:-1] + b', "b": ' + b"[" * 200_000 + b"\n"
    with pytest.raises(ConfinedError, match="not JSON"):
        read_message(io.BytesIO(line), 1 << 20)


def test_a_file_that_shrinks_while_it_is_sent_breaks_the_message(tmp_path):
    class Shrinking(io.BytesIO):
        def write(self, data):
            if data.startswith(b"{"):
                path.write_bytes(b"less")
            return super().write(data)

    path = tmp_path / "log"
    path.write_bytes(b"more than less")
    with pytest.raises(EndedEarly):
        write_message(Shrinking(), {}, [path])
