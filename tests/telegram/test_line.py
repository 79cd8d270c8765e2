import asyncio
from contextlib import asynccontextmanager

import pytest

from kiebot.telegram.line import Line

MAIN, FILES = 2, -2


@asynccontextmanager
async def lines(dc_id=MAIN):
    """A line and the other end of it: its reader and writer."""
    met = asyncio.get_running_loop().create_future()

    async def meet(reader, writer):
        met.set_result((reader, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    line = Line(loop=asyncio.get_running_loop(), dc_id=dc_id)
    await line.connect(server.sockets[0].getsockname())
    reader, writer = await met
    try:
        yield line, reader, writer
    finally:
        await line.close()
        writer.close()
        server.close()


async def test_packets_go_out_framed_and_in_order():
    async with lines() as (line, reader, _):
        await asyncio.gather(*(line.send(bytes([number]) * 4) for number in range(3)))
        await line.send(b"x" * 4 * 127)
        await line.send(b"y" * 4 * 100_000)
        await line.send(b"last")
        assert await reader.readexactly(1 + 3 * 5) == b"\xef" + b"".join(b"\x01" + bytes([number]) * 4 for number in range(3))
        assert await reader.readexactly(4 + 4 * 127) == b"\x7f\x7f\x00\x00" + b"x" * 4 * 127
        assert (await reader.readexactly(4 + 4 * 100_000))[:5] == b"\x7f\xa0\x86\x01y"
        assert await reader.readexactly(5) == b"\x01last"


async def test_packets_come_whole_however_they_are_cut():
    async with lines() as (line, _, writer):
        writer.write(b"\x7f\x02\x00\x00ab")
        await asyncio.sleep(0.01)
        writer.write(b"cdefgh\x01wxyz\x01")
        assert (await line.recv(), await line.recv()) == (b"abcdefgh", b"wxyz")
        writer.write(b"1234")
        assert await line.recv() == b"1234"


async def test_the_end_of_the_connection_and_long_silence_are_no_packet():
    async with lines() as (line, _, writer):
        line.TIMEOUT = 0.05
        assert await line.recv() is None
        writer.write(b"\x02half")
        writer.close()
        assert await line.recv() is None


async def test_sending_on_a_broken_line_raises_nothing_but_os_errors():
    async with lines() as (line, _, writer):
        writer.transport.abort()
        assert await line.recv() is None
        await line.send(b"into")
        await asyncio.sleep(0)
        await line.close()
        await line.send(b"void")


async def test_a_chats_packets_are_encrypted_where_they_are_and_a_files_in_a_thread():
    loop = asyncio.get_running_loop()
    async with lines(MAIN) as (line, _, _):
        done = loop.run_in_executor(line.crypto_executor, pow, 2, 5)
        assert done.done()
        assert await done == 32
    async with lines(FILES) as (line, _, _):
        done = loop.run_in_executor(line.crypto_executor, pow, 2, 5)
        assert not done.done()
        assert await done == 32


async def test_what_fails_in_the_loop_fails_as_it_would_in_a_thread():
    async with lines() as (line, _, _):
        with pytest.raises(ValueError, match="invalid literal"):
            await asyncio.get_running_loop().run_in_executor(line.crypto_executor, int, "x")
