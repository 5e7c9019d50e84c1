"""Put speech and audio files together."""

from __future__ import annotations

import os

from trunkline.server.core import Core
from trunkline.server.webhooks import Webhooks
from trunkline.voice.speech.audio_cache import AudioCache
from trunkline.voice.speech.convert_audio import ConvertAudio, EncodeToMp3
from trunkline.voice.speech.fetch_audio import FetchAudio
from trunkline.voice.speech.find_engines import FoundEngine, find_engines
from trunkline.voice.speech.hosted_voice import HostedVoice
from trunkline.voice.speech.speak import Speak
from trunkline.voice.speech.workers import Workers

__all__ = ["Speech"]

LEAST_WORKERS, MOST_WORKERS = 2, 4


class Speech:
    """Texts and audio files of one node. Nothing is started before it is needed."""

    def __init__(self, core: Core, webhooks: Webhooks) -> None:
        settings = core.settings
        self._settings = settings
        count = settings.speech_workers or _by_cores()
        # Files of apps do not keep texts waiting, nor the other way round; nor do recordings of
        # hours keep either.
        self._texts, self._files, self._mp3s = Workers(count), Workers(count), Workers(1)
        self._cache = AudioCache(
            settings.data / "speech", most=settings.speech_cache_megabytes * 1_000_000
        )
        hosted = None
        if settings.speech_url and settings.speech_engine in ("auto", "hosted"):
            key = settings.speech_key
            hosted = HostedVoice(
                webhooks.egress,
                settings.speech_url,
                key=key.get_secret_value() if key else None,
                model=settings.speech_model,
                voice=settings.speech_voice,
            )
        self._hosted = hosted
        self.speak = Speak(self._cache, self._texts, engines=self._engines, hosted=hosted)
        self.convert = ConvertAudio(self._cache, self._files)
        self.encode_mp3 = EncodeToMp3(self._mp3s)
        self.fetch = FetchAudio(
            webhooks.egress,
            cache=self._cache,
            convert=self.convert,
            allowed=webhooks.accounts.allowed,
            locate=webhooks.locate,
            own_url=core.base_url,
            seconds=settings.media_timeout_seconds,
        )

    async def stop(self) -> None:
        """Give up what is being fetched, rendered and converted, and end the workers."""
        await self.fetch.stop()
        await self._texts.stop()
        await self._files.stop()
        await self._mp3s.stop()
        await self._cache.stop()

    def _engines(self) -> list[FoundEngine]:
        settings = self._settings
        local = find_engines(settings.speech_engine, models=settings.speech_piper_voices)
        if self._hosted is None:
            return local
        return [FoundEngine("hosted", self._hosted.url, None), *local]


def _by_cores() -> int:
    return max(LEAST_WORKERS, min(MOST_WORKERS, (os.cpu_count() or 1) - 1))
