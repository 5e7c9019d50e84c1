"""Which programs the redirect cannot be loaded into, told before they are run.

`unreached` looks at a command as a person would who knows these programs: what is certain is told,
what is not is run. A program that is started by one that is not known here is not seen.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["unreached"]

PYTHON = re.compile(r"(python|pypy)[0-9.]*[a-z]*")
SHELLS = {"sh", "bash", "dash", "zsh", "ksh", "ash"}
RUNNERS = {"poetry", "pipenv", "pdm", "uv", "hatch", "rye"}  # `uv run PROGRAM`
PLAIN_WRAPPERS = {"nohup", "setsid", "time", "nice", "ionice", "exec", "command", "stdbuf"}

# Programs of other languages and makes, by their names without a version.
NEITHER = {
    *("deno", "bun", "bunx"),
    *("ruby", "irb", "rake", "bundle", "rails", "jruby", "truffleruby"),
    *("php", "composer", "artisan"),
    *("java", "jshell", "mvn", "gradle", "sbt", "kotlin", "scala", "groovy", "clojure", "clj"),
    *("go", "dotnet", "pwsh", "cargo", "perl", "elixir", "mix", "iex", "erl", "lua", "luajit"),
    *("Rscript", "R", "julia", "swift", "dart"),
    *("curl", "wget", "wget2", "xh", "xhs", "aria2c", "ab", "hey", "wrk", "oha", "lynx", "w3m"),
}
# These start programs elsewhere, or take away the variables on the way.
ELSEWHERE = {
    "sudo": "clears the environment; run `sudo trunkline exec -- …` instead",
    "doas": "clears the environment; run `doas trunkline exec -- …` instead",
    "su": "clears the environment; run `trunkline exec -- …` as that user instead",
    "docker": "runs programs in containers, where the redirect is not; run trunkline in there",
    "podman": "runs programs in containers, where the redirect is not; run trunkline in there",
    "ssh": "runs programs on another machine; run trunkline there",
}
OURS = {"NODE_OPTIONS", "PYTHONPATH"}
NOT_PLAIN = set(";|&$`()<>{}*?[]!#~\n")  # what makes a shell's command more than a program's words
LONGEST_SHEBANG = 256
FIRST_BYTES = 8192
# In the first bytes of what the Go compiler makes: a note of ELF, and the build ID elsewhere.
GO = (b"\x04\0\0\0Go\0\0", b'\xff Go build ID: "')
DEEPEST = 8  # programs that name programs


def unreached(
    command: Sequence[str], environment: Mapping[str, str], *, proxied: bool = False
) -> str | None:
    """One sentence that says why the redirect would not reach the program, and what to do instead;
    None when nothing speaks against it. `proxied`: the proxy is there, too."""
    return _look(list(command), environment, proxied, 0)


def _look(
    words: list[str], environment: Mapping[str, str], proxied: bool, depth: int
) -> str | None:
    if not words or depth > DEEPEST:
        return None
    name, rest = os.path.basename(words[0]), words[1:]
    if name in ELSEWHERE:
        return f"`{name}` {ELSEWHERE[name]}."
    if name == "env":
        return _look_through_env(rest, environment, proxied, depth)
    inner = _inner(name, rest)
    if inner is not None:
        return _look(inner, environment, proxied, depth + 1)
    if PYTHON.fullmatch(name):
        return None if proxied else _python(name, rest)
    first = _first_bytes(words[0], environment)
    if not proxied and (_is_neither(name) or any(mark in first for mark in GO)):
        return _neither(name)
    interpreter = _shebang(first)
    if interpreter is None or os.path.basename(interpreter[0]) == name:
        return None
    return _look([*interpreter, words[0], *rest], environment, proxied, depth + 1)


def _is_neither(name: str) -> bool:
    return name in NEITHER or re.sub(r"-?[0-9.]+$", "", name) in NEITHER


def _neither(name: str) -> str:
    return (
        f"`{name}` is neither Python nor Node.js, into which the redirect is loaded: "
        f"run it with `trunkline exec --proxy`."
    )


def _python(name: str, rest: list[str]) -> str | None:
    """Python's own options end where the program begins."""
    words = iter(rest)
    for word in words:
        if word in ("-", "--") or not word.startswith("-"):
            return None
        if word.startswith("--"):
            if word == "--check-hash-based-pycs":
                next(words, None)
            continue
        for position, letter in enumerate(word[1:], 1):
            if letter in "IES":
                ignored = "its site module" if letter == "S" else "PYTHONPATH"
                return (
                    f"`{name} -{letter}` does without {ignored}, by which the redirect is loaded: "
                    f"leave out -{letter}, or run it with `trunkline exec --proxy`."
                )
            if letter in "cm":
                return None
            if letter in "WX":
                if position == len(word) - 1:
                    next(words, None)
                break
    return None


def _inner(name: str, rest: list[str]) -> list[str] | None:
    """The program that another one is told to run, where that is plain to see."""
    if name in PLAIN_WRAPPERS:
        return rest if rest and not rest[0].startswith("-") else None
    if name == "timeout":
        return rest[1:] if len(rest) > 1 and not rest[0].startswith("-") else None
    if name in RUNNERS and rest[:1] == ["run"]:
        after = rest[2:] if rest[1:2] == ["--"] else rest[1:]
        return after if after and not after[0].startswith("-") else None
    if name in SHELLS:
        return _shell_words(rest)
    return None


def _shell_words(rest: list[str]) -> list[str] | None:
    if not rest or not re.fullmatch(r"-[a-z]*c", rest[0]) or len(rest) < 2:
        return None
    if NOT_PLAIN & set(rest[1]):
        return None
    try:
        words = shlex.split(rest[1])
    except ValueError:
        return None
    return ["env", *words] if words else None  # X=1 before a program means the same in both


def _look_through_env(
    words: list[str], environment: Mapping[str, str], proxied: bool, depth: int
) -> str | None:
    while words:
        word = words.pop(0)
        if word in ("-", "-i", "--ignore-environment"):
            return "`env -i` clears the environment, by which the redirect is loaded: leave out -i."
        if word in ("-S", "--split-string") and words:
            word = f"-S{words.pop(0)}"
        elif word.startswith("--split-string="):
            word = f"-S{word.partition('=')[2]}"
        if word.startswith(("-S", "-vS")):
            try:
                words = shlex.split(word.partition("S")[2]) + words
            except ValueError:
                return None
        elif not proxied and (name := _taken_away(word, words)):
            return (
                f"`env` would take {name} away, by which the redirect is loaded: set it for "
                f"`trunkline exec` itself, which adds to it."
            )
        elif word in ("-u", "--unset", "-C", "--chdir"):
            words = words[1:]
        elif word == "--" or re.fullmatch(r"(--?[a-z]\S*|[^=/\s]+=.*)", word, re.DOTALL):
            continue
        else:
            return _look([word, *words], environment, proxied, depth + 1)
    return None


def _taken_away(word: str, rest: list[str]) -> str | None:
    """The variable of ours that a word of `env` sets or removes."""
    if word in ("-u", "--unset"):
        name = rest[0] if rest else ""
    elif word.startswith(("-u", "--unset=")):
        name = word.removeprefix("--unset=").removeprefix("-u")
    else:
        name = word.partition("=")[0]
    return name if name in OURS else None


def _first_bytes(program: str, environment: Mapping[str, str]) -> bytes:
    path = shutil.which(program, path=environment.get("PATH"))
    try:
        if path is not None:
            with Path(path).open("rb") as file:
                return file.read(FIRST_BYTES)
    except OSError:
        pass
    return b""


def _shebang(first: bytes) -> list[str] | None:
    """What the first line of a script names, as the system reads it: a program, and at most one
    word behind it."""
    if not first.startswith(b"#!"):
        return None
    line = first[2:LONGEST_SHEBANG].partition(b"\n")[0]
    return os.fsdecode(line).strip().split(None, 1) or None
