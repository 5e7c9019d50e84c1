"""The text form of a phone's script: `answer 2s; hear; press 1#; say "hello"; hangup`.

Steps are separated by semicolons or line ends. A text or a file's name may stand in quotes, single
or double, in which a backslash takes the next character as it is. Lengths of time are written as
everywhere: `2s`, `500ms`, `1m30s`, plain seconds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import msgspec

from trunkline.control.durations import format_duration, parse_duration
from trunkline.voice.phones.script import (
    Step,
    StepAnswer,
    StepBusy,
    StepHangUp,
    StepHear,
    StepPlay,
    StepPress,
    StepReject,
    StepSay,
    StepWait,
)

__all__ = ["MOST_TEXT", "ScriptInvalid", "parse_script", "script_text"]

MOST_TEXT = 64 * 1024  # characters
QUOTES = "\"'"
SHOWN = 40  # characters of a step that is quoted in a sentence
MILLISECOND = timedelta(milliseconds=1)
LONGEST = 14_400_000  # milliseconds: four hours, as long as a call lasts
KEYS = re.compile(r"[0-9A-D#*wW]+")
IN_BAND = re.compile(r"\s+in-band\Z", re.IGNORECASE)


class ScriptInvalid(ValueError):
    """A script that cannot be read, or makes no sense. The text is a sentence that says where."""


def parse_script(text: str) -> tuple[Step, ...]:
    """The steps that a text names; `ring` and an empty text are none. Raises ScriptInvalid."""
    if len(text) > MOST_TEXT:
        raise ScriptInvalid(f"A script has {MOST_TEXT} characters at most.")
    if "\0" in text:
        raise ScriptInvalid("A script may not contain NUL characters.")
    steps: list[Step] = []
    for number, part in enumerate(_parts(text), 1):
        word, _, rest = part.partition(" ")
        try:
            step = _step(word.lower(), rest.strip())
            if step is not None:
                msgspec.convert(msgspec.to_builtins(step), type(step))  # what its fields may hold
        except ScriptInvalid as error:
            raise ScriptInvalid(f"Step {number}, '{_cut(part)}': {error}") from None
        except msgspec.ValidationError as error:
            reason = str(error).partition(" - at")[0]
            raise ScriptInvalid(f"Step {number}, '{_cut(part)}': {reason}.") from None
        if step is not None:
            steps.append(step)
    return tuple(steps)


def script_text(steps: Sequence[Step]) -> str:
    """The steps in words, as `parse_script` reads them; `ring` where there are none."""
    return "; ".join(map(_words, steps)) or "ring"


def _parts(text: str) -> Iterator[str]:
    """The steps as they are written. Raises ScriptInvalid."""
    part: list[str] = []
    quote = ""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif quote and character == "\\":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in QUOTES and part and part[-1].isspace():
            quote = character  # a quotation mark within a word is an apostrophe
        elif character in ";\n\r":
            if found := "".join(part).strip():
                yield found
            part = []
            continue
        part.append(character)
    if quote:
        raise ScriptInvalid(f"The quotation that begins with {_cut(''.join(part))} has no end.")
    if found := "".join(part).strip():
        yield found


def _step(word: str, rest: str) -> Step | None:
    read = READERS.get(word)
    if read is None:
        near = difflib.get_close_matches(word, READERS, 1)
        meant = f"do you mean {near[0]}?" if near else f"the steps are {', '.join(READERS)}."
        raise ScriptInvalid(f"there is no step '{_cut(word)}'; {meant}")
    return read(rest)


def _answer(rest: str) -> Step:
    return StepAnswer(after_ms=_milliseconds(rest)) if rest else StepAnswer()


def _ring(rest: str) -> Step | None:
    return StepWait(ms=_milliseconds(rest)) if rest else None


def _wait(rest: str) -> Step:
    if not rest:
        raise ScriptInvalid("say how long, e.g. wait 3s.")
    return StepWait(ms=_milliseconds(rest))


def _hear(rest: str) -> Step:
    """`hear`, `hear 30s` (at most), `hear 30s silence 800ms`."""
    words = rest.split()
    found: dict[str, int] = {}
    while words:
        name = words.pop(0)
        if name in ("most", "silence"):
            if not words:
                raise ScriptInvalid(f"say how long after '{name}', e.g. hear 30s silence 800ms.")
            value = words.pop(0)
        else:
            name, value = "most", name
        if f"{name}_ms" in found:
            raise ScriptInvalid("a time is given twice: write e.g. hear 30s silence 800ms.")
        found[f"{name}_ms"] = _milliseconds(value)
    return StepHear(**found)


def _press(rest: str) -> Step:
    """`press 1#`, `press 1# in-band`."""
    rest, in_band = IN_BAND.subn("", rest)
    keys = "".join(_unquoted(rest).split())
    if not KEYS.fullmatch(keys):
        raise ScriptInvalid(
            "keys are 0-9, *, #, A-D, and w or W to wait half a second or a second: press 1#."
        )
    return StepPress(keys=keys, in_band=bool(in_band))


def _say(rest: str) -> Step:
    text = _unquoted(rest)
    if not text.strip():
        raise ScriptInvalid('say what, e.g. say "hello".')
    return StepSay(text=text)


def _play(rest: str) -> Step:
    path = _unquoted(rest)
    if not path:
        raise ScriptInvalid("name a file, e.g. play greeting.wav.")
    return StepPlay(path=path)


def _alone(step: Step) -> Callable[[str], Step]:
    def read(rest: str) -> Step:
        if rest:
            raise ScriptInvalid("nothing stands behind this word: separate steps by semicolons.")
        return step

    return read


READERS: dict[str, Callable[[str], Step | None]] = {
    "answer": _answer,
    "hear": _hear,
    "press": _press,
    "wait": _wait,
    "say": _say,
    "play": _play,
    "hangup": _alone(StepHangUp()),
    "busy": _alone(StepBusy()),
    "reject": _alone(StepReject()),
    "ring": _ring,
}


def _words(step: Step) -> str:
    match step:
        case StepAnswer():
            return "answer" if step == StepAnswer() else f"answer {_time(step.after_ms)}"
        case StepHear():
            ordinary = StepHear()
            most = "" if step.most_ms == ordinary.most_ms else f" {_time(step.most_ms)}"
            silence = f" silence {_time(step.silence_ms)}"
            return f"hear{most}" + (silence if step.silence_ms != ordinary.silence_ms else "")
        case StepPress():
            return f"press {step.keys} in-band" if step.in_band else f"press {step.keys}"
        case StepWait():
            return f"wait {_time(step.ms)}"
        case StepSay():
            return f"say {_quoted(step.text)}"
        case StepPlay():
            return f"play {_quoted(step.path)}"
        case StepHangUp():
            return "hangup"
        case StepBusy():
            return "busy"
        case StepReject():
            return "reject"


def _milliseconds(text: str) -> int:
    try:
        found = parse_duration(text) // MILLISECOND
    except ValueError as error:
        raise ScriptInvalid(str(error)[:1].lower() + str(error)[1:]) from None
    if found > LONGEST:
        raise ScriptInvalid("four hours are the most.")
    return found


def _time(milliseconds: int) -> str:
    return format_duration(timedelta(milliseconds=milliseconds))


def _unquoted(text: str) -> str:
    if text[:1] not in QUOTES or not text:
        return text
    if len(text) < 2 or text[-1] != text[0]:
        raise ScriptInvalid("nothing may stand behind a quotation.")
    inner = text[1:-1]
    if re.search(rf"(?<!\\)(?:\\\\)*{text[0]}", inner):
        raise ScriptInvalid("nothing may stand behind a quotation.")
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], inner, flags=re.DOTALL)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
