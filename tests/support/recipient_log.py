"""A recipient outside the platform: appends each message that it is handed to a file.

Run as `python -m tests.support.recipient_log SOCKET FILE`. It does not de-duplicate: what is
handed over twice stands in the file twice. A line is written before the answer goes back.
"""

from __future__ import annotations

import asyncio
import os
import sys


async def serve(socket_path: str, file_path: str) -> None:
    """Take lines `SID TEXT`, append the SID, answer `ok NUMBER`."""
    log = os.open(file_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    count = 0

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while line := await reader.readline():
            sid = line.split(b" ", 1)[0]
            os.write(log, sid + b"\n")
            count += 1
            writer.write(b"ok %d\n" % count)
        writer.close()

    server = await asyncio.start_unix_server(take, socket_path)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
