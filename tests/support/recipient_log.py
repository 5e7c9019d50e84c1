"""A recipient outside the platform: appends each message that it is handed to a file.

Run as `python -m tests.support.recipient_log SOCKET FILE`. It does not de-duplicate: what is
handed over twice stands in the file twice. It takes a moment before it writes a line down and
another one before it answers, so that whoever is killed meanwhile cannot know what became of it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys

# Seconds before the line is written, and from there to the answer: whatever is in hand when the
# platform is killed is spread over all of it.
MOMENTS = ((0.0, 0.004), (0.004, 0.0), (0.002, 0.006), (0.008, 0.002), (0.0, 0.0))


async def serve(socket_path: str, file_path: str) -> None:
    """Take lines `SID TEXT`, append the SID, answer `ok SID NUMBER`."""
    log = os.open(file_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    numbers = itertools.count(1)
    moments = itertools.cycle(MOMENTS)
    loop = asyncio.get_running_loop()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def write_down(sid: bytes, answer_after: float) -> None:
            os.write(log, sid + b"\n")
            loop.call_later(answer_after, answer, sid, next(numbers))

        def answer(sid: bytes, number: int) -> None:
            if not writer.is_closing():
                writer.write(b"ok %s %d\n" % (sid, number))

        try:
            # Half a line at the end is no message: it was never handed over.
            while (line := await reader.readline()).endswith(b"\n"):
                before, after = next(moments)
                loop.call_later(before, write_down, line.split(b" ", 1)[0], after)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(take, socket_path)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
