"""Calls through the whole platform: an app gives their TwiML, virtual phones answer them."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from benchmarks.bench import Bench
from benchmarks.heard import delays, write_prompts, write_tone
from benchmarks.load import quantile
from benchmarks.webhooks import App, app_of

__all__ = ["VoiceBench", "voice_bench"]

MENU = """<Response><Gather numDigits="1" timeout="2" action="/menu"><Play>/loud.wav</Play>\
<Say>Please choose.</Say><Play>/quiet.wav</Play></Gather><Redirect>/menu</Redirect></Response>"""
PAGES = {
    "/menu": MENU,
    "/short": "<Response><Play>/loud.wav</Play></Response>",
    "/end": "<Response><Hangup/></Response>",
    "/voicemail": """<Response><Say>Leave a message.</Say><Record action="/end" maxLength="300"/>\
</Response>""",
}
PARTS = ("main", "media", "postgres")  # of which CPU is told
WAIT = 5  # seconds between two keys of a phone
LATENESS = 1.0  # seconds within which a document is wanted, of 95 % of the calls of a ramp
HELD = 0.95  # share of the rate that was offered
MESSAGE = 120  # seconds of a voicemail


class VoiceBench:
    """Measures calls on one platform, one kind after the other."""

    def __init__(self, bench: Bench, app: App, folder: Path) -> None:
        self._bench = bench
        self._app = app
        self._folder = folder
        self._heard = bench.folder / "data" / "heard"

    async def warm(self) -> None:
        """Two calls: prompts are fetched and spoken, processes are started."""
        self._script(f"answer 0s; wait {WAIT}s; press 1; wait 1s; hangup")
        await self._load(2, self._form("/menu"), rate=None)
        await self._over()

    # How soon -----------------------------------------------------------------------------------
    async def delays(self, count: int, rate: int) -> dict[str, Any]:
        """Of calls that begin at a steady rate, and press a key."""
        self._script(f"answer 0s; wait {WAIT}s; press 1; wait 1s; hangup")
        started = await self._now()
        await self._load(count, self._form("/menu"), rate)
        await self._over()
        return {"name": f"{rate} calls/s begin", **await self._heard_since(started)}

    async def _heard_since(self, started: Any) -> dict[str, Any]:
        rows = await self._bench.database.fetch(CALLS, started)
        pressed = WAIT * 50
        found = [delays(self._heard / f"{row['sid']}.wav", pressed) for row in rows]
        known = [each for each in found if each is not None]
        print(f"heard by {len(known)} of {len(found)} phones", flush=True)
        return {
            "calls": len(known),
            "unheard": len(found) - len(known),
            "first_audio": _quantiles([each.first_audio for each in known]),
            "silence": _quantiles([each.silence for each in known]),
            "next_audio": _quantiles([each.next_audio for each in known]),
        }

    # How many a second --------------------------------------------------------------------------
    async def ramp(self, rates: list[int], seconds: float) -> list[dict[str, Any]]:
        """Rates one after the other, up to the first that is not held."""
        self._script("answer 0s")
        stages = []
        for rate in rates:
            stage = await self._stage(rate, int(rate * seconds))
            stages.append(stage)
            print(f"ramp {stage}", flush=True)
            if not stage["held"]:
                break
        return stages

    async def _stage(self, rate: int, count: int) -> dict[str, Any]:
        started, before, media = await self._now(), self._bench.parts(), self._media()
        accepted = await self._load(count, self._form("/short"), rate)
        await self._over()
        late = self._late(media)
        after = self._bench.parts()
        arrivals = self._app.ask("arrivals").get("/short", {})
        rows = await self._bench.database.fetch(CALLS, started)
        took = sorted(arrivals[r["sid"]] - r["created"] for r in rows if r["sid"] in arrivals)
        first, last = min(arrivals.values()), max(arrivals.values())
        reached = (len(arrivals) - 1) / (last - first)
        p95 = quantile(took, 0.95)
        return {
            "rate": rate,
            "reached": reached,
            "lost": count - len(took),
            "api_ms": accepted["p95"],
            "document_ms": (quantile(took, 0.5), p95),
            "late": late,
            "main_us": (after["main"].cpu - before["main"].cpu) / count * 1e6,
            "held": reached >= HELD * rate and p95 < LATENESS * 1000 and len(took) == count,
        }

    # What a call costs --------------------------------------------------------------------------
    async def cost(self, count: int, rate: int, rounds: int) -> dict[str, float]:
        """CPU of a call in microseconds, by part: one document, two status callbacks."""
        self._script("answer 0s")
        form = self._form("/end") + "&StatusCallback=" + quote(self._url("/status"), safe="")
        form += "&StatusCallbackEvent=answered&StatusCallbackEvent=completed"
        runs = []
        for _ in range(rounds):
            self._app.ask("report")
            before = self._bench.parts()
            await self._load(count, form, rate)
            await self._over()
            after = self._bench.parts()
            seen = self._app.ask("report")
            cpu = {p: (after[p].cpu - before[p].cpu) / count * 1e6 for p in PARTS}
            cpu["app"] = seen["cpu"] / count * 1e6
            cpu["requests"] = seen["count"] / count
            print(f"cost {cpu}", flush=True)
            runs.append(cpu)
        return {part: median(run[part] for run in runs) for part in runs[0]}

    # How many at once ---------------------------------------------------------------------------
    async def together(self, count: int, rate: int, seconds: float) -> dict[str, Any]:
        """So many calls at once in a menu, each with a key every few seconds."""
        keys = int((count / rate + seconds) / WAIT) + 1
        self._script("answer 0s; " + f"wait {WAIT}s; press 1; " * keys + "wait 1s; hangup")
        started, at_rest = await self._now(), self._bench.parts()
        await self._load(count, self._form("/menu"), rate)
        while await self._bench.database.fetchval(NOT_ANSWERED):
            await asyncio.sleep(0.05)
        self._app.ask("report")
        before, media, began = self._bench.parts(), self._media(), time.perf_counter()
        await asyncio.sleep(seconds)
        late, took = self._late(media), time.perf_counter() - began
        after, live = self._bench.parts(), await self._bench.database.fetchval(LIVE)
        seen = self._app.ask("report")
        await self._over()
        ended = self._bench.parts()
        cores = {p: (after[p].cpu - before[p].cpu) / took for p in PARTS}
        cores["app"] = seen["cpu"] / took
        statuses = await self._bench.database.fetch(STATUSES, started)
        result = {
            "calls": live,
            "documents": seen["count"] / took,
            "late": late,
            "cores": cores,
            "memory": {p: (at_rest[p].rss_mb, after[p].rss_mb) for p in ("main", "media")},
            "ended_mb": {p: ended[p].rss_mb for p in ("main", "media")},
            "kb_a_call": {
                p: (after[p].rss_mb - at_rest[p].rss_mb) * 1024 / count for p in ("main", "media")
            },
            "statuses": {row["status"]: row["count"] for row in statuses},
            "heard": {
                "name": f"beside {count} calls",
                **await self._heard_since(started),
            },
        }
        print(f"together {result}", flush=True)
        return result

    # Stepped ------------------------------------------------------------------------------------
    async def voicemail(self, rounds: int) -> dict[str, Any]:
        """A voicemail of two minutes by `calls/run`: the wall time, and the length of the call."""
        bench = self._bench
        number = bench.account["numbers"][0]
        sid = bench.number_sid(number)
        bench.api("POST", f"IncomingPhoneNumbers/{sid}.json", {"VoiceUrl": self._url("/voicemail")})
        path = self._folder / "message.wav"
        write_tone(path, seconds=MESSAGE, hertz=350, level=6000)
        body = {
            "to": number,
            "script": "hear; play message.wav; press #",
            "audio": {"message.wav": b64encode(path.read_bytes()).decode()},
        }
        took, lasted = [], []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            placed = await asyncio.to_thread(
                bench.control, "POST", "/phones/+14155570001/calls", body
            )
            ran = await asyncio.to_thread(
                bench.control, "POST", "/calls/run", {"call": placed["sid"], "until": "ended"}
            )
            took.append(time.perf_counter() - began)
            assert ran["status"] == "completed", ran
            lasted.append(await bench.database.fetchval(DURATION, placed["sid"][2:]))
            print(f"voicemail {lasted[-1]} s in {took[-1]:.2f} s", flush=True)
        # The first one speaks, converts and starts what the others find.
        return {"first": took[0], "took": median(took[1:]), "lasted": median(lasted[1:])}

    # Within -------------------------------------------------------------------------------------
    def _script(self, script: str) -> None:
        self._bench.control("PUT", "/phones/default/script", {"script": script})

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._app.port}{path}"

    def _form(self, path: str) -> str:
        return "Url=" + quote(self._url(path), safe="")

    async def _load(self, count: int, form: str, rate: int | None) -> dict[str, Any]:
        self._app.ask("report")
        result = await asyncio.to_thread(self._bench.load_calls, count, form, rate)
        assert set(result["statuses"]) == {"201"}, result["statuses"]
        return result

    async def _over(self) -> None:
        while await self._bench.database.fetchval("SELECT EXISTS (SELECT FROM live_calls)"):
            await asyncio.sleep(0.05)
        await self._bench.quiet()

    async def _now(self) -> Any:
        return await self._bench.database.fetchval("SELECT clock_timestamp()")

    def _media(self) -> list[dict[str, int]]:
        found: list[dict[str, int]] = self._bench.control("GET", "/status")["media"]
        return found

    def _late(self, before: list[dict[str, int]]) -> dict[str, Any]:
        """The share of late ticks since then, of all media processes; and the longest of the
        ticks' 99th percentiles now, in ms."""
        now = self._media()
        ticks = sum(m["ticks"] for m in now) - sum(m["ticks"] for m in before)
        late = sum(m["late"] for m in now) - sum(m["late"] for m in before)
        most = max(m["most_milliseconds"] for m in now)
        return {"share": late / max(ticks, 1), "ticks": ticks, "processes": len(now), "ms": most}


@contextmanager
def voice_bench(bench: Bench) -> Iterator[VoiceBench]:
    """With an app."""
    folder = bench.folder / "sounds"
    folder.mkdir()
    prompts = write_prompts(folder)
    sounds = {"/loud.wav": str(prompts.loud), "/quiet.wav": str(prompts.quiet)}
    with app_of("benchmarks.voice_app", {"pages": PAGES, "sounds": sounds}) as app:
        yield VoiceBench(bench, app, folder)


def _quantiles(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(seconds)
    return quantile(ordered, 0.5), quantile(ordered, 0.95)


CALLS = """
SELECT 'CA' || replace(id::text, '-', '') AS sid, extract(epoch FROM created_at)::float AS created
FROM calls WHERE created_at > $1 AND direction = 'outbound-api'
"""
LIVE = """
SELECT count(*) FROM live_calls JOIN calls ON calls.id = call_id WHERE status = 'in-progress'
"""
NOT_ANSWERED = """
SELECT EXISTS (SELECT FROM live_calls JOIN calls ON calls.id = call_id
               WHERE status <> 'in-progress')
"""
STATUSES = "SELECT status, count(*) FROM calls WHERE created_at > $1 GROUP BY status"
DURATION = "SELECT duration FROM calls WHERE id = $1::varchar::uuid"
