"""A cluster with the schema and nothing in it, kept in one file: temporary platforms begin with it.

`initdb` and the migrations take more than half of the processor time of a first start. The file is
in the user's cache folder. It is written before a platform makes its first world, so it holds no
secret and no id. Nothing depends on it: whatever is wrong with it, the cluster is made without.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import trunkline
from trunkline.store.embedded.binaries import Binaries

__all__ = ["keep_template", "prepare_template", "template_file", "unpack_template"]

MIGRATIONS = Path(trunkline.__file__).parent / "store" / "migrations"
FORMAT = "1"  # of the file
SUFFIX = ".cluster"
UNUSED_SECONDS = 30 * 86_400.0
DIGEST_BYTES = 32
# A platform uses its own database alone, and each of these is 300 files.
UNUSED_DATABASES = ("postgres", "template0")
# Of no use in a copy, and not always there.
LEFT_OUT = ("postmaster.opts", "postmaster.pid")


def template_file(binaries: Binaries, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where the template for these programs and this version's schema is, or is to be; None when
    this user has no cache folder that only they can write."""
    try:
        base = Path(environment.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
        folder = base / "trunkline"
        if not base.is_absolute():
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            return None
        return folder / f"{_key(binaries)}{SUFFIX}"
    except (OSError, RuntimeError):
        return None


def unpack_template(file: Path, cluster: Path) -> bool:
    """Make the cluster from the template, in one step; False when there is none that is whole.

    Raises OSError when the cluster cannot be written.
    """
    try:
        packed = file.open("rb")
    except OSError:
        return False
    making = cluster.with_name(f"{cluster.name}.unpacking")
    with packed:
        if not _is_whole(packed.fileno()):
            return False
        packed.seek(DIGEST_BYTES)
        try:
            _unpack(packed, making)
            making.rename(cluster)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    with contextlib.suppress(OSError):
        os.utime(file)  # in use
    return True


async def prepare_template(url: str) -> None:
    """Drop what a platform does not need from a cluster that is to be the template."""
    import asyncpg

    connection = await asyncpg.connect(url, ssl=False)
    try:
        for name in UNUSED_DATABASES:
            await connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE false")
            await connection.execute(f"DROP DATABASE {name}")
    finally:
        await connection.close()


def keep_template(cluster: Path, file: Path) -> None:
    """Keep a stopped cluster as the template, whole or not at all, and forget those that nobody
    has used for a month. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix="making-")
    making = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as packed:
            packed.write(bytes(DIGEST_BYTES))
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for entry in sorted(cluster.iterdir()):
                    if entry.name not in LEFT_OUT:
                        archive.add(entry, entry.name)
            packed.flush()
            digest = _digest(packed.fileno())
            os.pwrite(packed.fileno(), digest, 0)
            os.fsync(packed.fileno())
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)
    _forget_unused(file.parent)


def _key(binaries: Binaries) -> str:
    """What a cluster depends on: the server's build, and the schema."""
    known = hashlib.sha256()
    known.update(f"{FORMAT} {trunkline.__version__} {binaries.build}".encode())
    for path in sorted(MIGRATIONS.rglob("*.py")):
        known.update(path.name.encode() + b"\0" + path.read_bytes())
    return known.hexdigest()[:24]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unpack(packed: IO[bytes], making: Path) -> None:
    making.mkdir(mode=0o700)
    with tarfile.open(fileobj=packed) as archive:
        for member in archive:
            if member.isdir():
                (making / member.name).mkdir(mode=0o700)
            elif (content := archive.extractfile(member)) is not None:
                with open(making / member.name, "wb", opener=_private) as out:
                    shutil.copyfileobj(content, out, 1 << 20)


def _is_whole(descriptor: int) -> bool:
    return os.pread(descriptor, DIGEST_BYTES, 0) == _digest(descriptor)


def _digest(descriptor: int) -> bytes:
    digest = hashlib.sha256()
    place = DIGEST_BYTES
    while part := os.pread(descriptor, 1 << 20, place):
        digest.update(part)
        place += len(part)
    return digest.digest()


def _forget_unused(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix == SUFFIX or path.name.startswith("making-"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > UNUSED_SECONDS:
                    path.unlink()
