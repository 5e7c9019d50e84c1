"""A worker process: `python -P -m trunkline.voice.speech.worker PARENT`.

It reads orders from its standard input and answers on its standard output, one after the other,
until the input ends. It lowers what it may use before it reads anything that came from outside,
and on Linux it ends with the process that started it, SIGKILL included.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

import msgspec

from trunkline.voice.speech.encode_mp3 import encode_mp3
from trunkline.voice.speech.engines.voice import TooSlow
from trunkline.voice.speech.orders import (
    LENGTH_BYTES,
    Answer,
    Convert,
    Done,
    EncodeMp3,
    Failed,
    Order,
    Render,
)
from trunkline.voice.speech.read_audio import MOST_SECONDS, UnreadableAudio, read_audio
from trunkline.voice.speech.render_parts import CannotSpeak, render_parts
from trunkline.voice.speech.write_wave import write_wave

__all__ = ["main"]

MOST_MEMORY = 4 << 30  # bytes of address space: piper's runtime reserves more than it uses
MOST_FILE = 256 << 20  # bytes
MOST_RENDERED = 1800  # seconds of one text
NICE = 5  # behind the media engine
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Do what is ordered until there is nobody to order."""
    _end_with(int(sys.argv[1]))
    _lower_limits()
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What a library prints is no answer.
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    decoder = msgspec.msgpack.Decoder(Order)
    while len(head := orders.read(LENGTH_BYTES)) == LENGTH_BYTES:
        order: Order = decoder.decode(orders.read(int.from_bytes(head, "big")))
        data = msgspec.msgpack.encode(_answer(order))
        answers.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        answers.flush()


def _answer(order: Order) -> Answer:
    try:
        return Done(ms=_do(order))
    except UnreadableAudio as error:
        return Failed(reason=str(error), bad_input=True)
    except CannotSpeak as error:
        return Failed(reason=str(error), bad_input=False, slow=isinstance(error, TooSlow))
    except MemoryError:
        return Failed(reason="it needs too much memory", bad_input=isinstance(order, Convert))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return Failed(reason=f"{type(error).__name__} at {where}", bad_input=False)


def _do(order: Order) -> int:
    match order:
        case Render():
            return write_wave(
                Path(order.target), render_parts(order.parts), most_seconds=MOST_RENDERED
            )
        case Convert():
            pieces = read_audio(Path(order.source), order.content_type)
            return write_wave(Path(order.target), pieces, most_seconds=MOST_SECONDS)
        case EncodeMp3():
            return encode_mp3(Path(order.source), Path(order.target))


def _end_with(parent: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before that was said
        sys.exit(0)


def _lower_limits() -> None:
    os.nice(NICE)
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, MOST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (limit, hard))


if __name__ == "__main__":
    main()
