"""A supervisor to be killed: starts the server, commits a row, reports, waits for its end."""

import asyncio
import json
import sys
from pathlib import Path

import asyncpg

from trunkline.store.embedded import EmbeddedDatabaseError, EmbeddedPostgres


async def main() -> None:
    postgres = EmbeddedPostgres(Path(sys.argv[1]))
    try:
        url = await postgres.start()
    except EmbeddedDatabaseError as error:
        print(json.dumps({"error": type(error).__name__, "text": str(error)}), flush=True)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE TABLE kept_{postgres.pid} AS SELECT 'committed' AS what")
    print(json.dumps({"url": url, "pid": postgres.pid}), flush=True)
    await postgres.wait()


asyncio.run(main())
