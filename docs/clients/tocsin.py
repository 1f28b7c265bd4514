#!/usr/bin/python3
"""tocsin.py: a member of a Tocsin server in Python 3.11: the standard library and python3-websockets (10 or later), and
tocsin_log.py beside it when signed checkpoints are to be checked.

    member = Member("https://localhost:8443", key, ca="ca.pem", position=-1)
    member.subscribe("M4.", handle)              # handle(entry), for every entry whose k begins so; "" is everything
    running = asyncio.create_task(member.run())  # connects, resumes after a loss, until it is refused or cancelled
    answer = await member.send(message)          # {"op": "accepted", …}, journaled or refused
    member.receipt(entry["seq"])                 # this machine has it

As a program: entries go to standard output, a line each; each line of standard input is a message to send, its answer is
a line of standard output as well. The position is kept in a file, so nothing is missed or shown twice after a restart.

    TOCSIN_KEY=… tocsin.py SERVER CA POSITION-FILE [TRUST-FILE]

What it does and why: docs/clients.md. The protocol: docs/wire.md.
"""

import asyncio
import json
import os
import random
import ssl
import sys
import time
import uuid
from datetime import datetime, timezone

import websockets

SILENCE_S = 10  # five beats: the connection is dead, whatever TCP believes
LAG_S = 300  # entries are due, and none comes
FRAME_MAX = 4 << 20  # a disclosure carries a whole case


class Ended(Exception):
    """The server does not want this key, or does not have this position: trying again does not help."""


def uuid7():
    """RFC 9562, version 7: sorts by the time at which it was made."""
    bits = int(time.time() * 1000) << 80 | 7 << 76 | random.SystemRandom().getrandbits(12) << 64
    return str(uuid.UUID(int=bits | 2 << 62 | random.SystemRandom().getrandbits(62)))


def write_whole(file, text):
    """The file has the old text or the new one at any time, also when the power fails."""
    with open(file + ".new", "w", encoding="utf-8") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.rename(file + ".new", file)


class Member:
    def __init__(self, server, key, ca=None, position=None, on_position=None, trust=None, on_alarm=None):
        """position: the last number that you have; -1: from the beginning; None: from now on. on_position(seq): keep it.
        trust: a tocsin_log.Trust; on_alarm(words): the log does not add up."""
        self.url = server.replace("https://", "wss://", 1).rstrip("/") + "/socket"
        self.tls = ssl.create_default_context(cafile=ca)
        self.tls.minimum_version = ssl.TLSVersion.TLSv1_3
        self.key, self.position, self.on_position, self.trust, self.on_alarm = key, position, on_position, trust, on_alarm
        self.handlers, self.tasks = [], set()
        self.waiting, self.urgent = {}, {}  # ref → what has no answer yet; ids that were delivered from the journal
        self.socket, self.welcome, self.refs = None, None, 0

    def subscribe(self, k, handler):
        """handler(entry) for every entry whose `k` begins so. One with op "urgent" is not recorded yet, and comes again. A
        coroutine runs beside the connection, so it may wait for answers; its entry counts as handled when it begins."""
        self.handlers.append((k, handler))

    async def send(self, message, op="send"):
        """The answer. Across losses, and when told to wait, it is sent again under the same id, which the server takes once.
        Bound it with asyncio.timeout; then it may have been accepted, and the same id sent again says."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = {"id": uuid7(), "schema_version": "1.0.0", "sent_at": now, **message}
        while True:
            self.refs += 1
            ref, answer = self.refs, asyncio.get_running_loop().create_future()
            self.waiting[ref] = {"op": op, "ref": ref, "message": message}, answer
            try:
                if self.welcome:
                    await self._frame(self.waiting[ref][0])
                frame = await answer
            finally:
                del self.waiting[ref]
            if frame["op"] != "refused" or not frame.get("retry_after"):
                return frame
            await asyncio.sleep(frame["retry_after"])

    async def prepare(self, message):
        """What sending it would do; changes nothing."""
        return await self.send(message, "prepare")

    def receipt(self, seq):
        """A machine has it. What people do is a message (M5, M19). A lost one is not sent again."""
        self._beside(self._frame({"op": "receipt", "seq": seq, "state": "delivered"}))

    async def run(self):
        failures = 0
        while True:
            try:
                await self._connection()
            except (OSError, EOFError, asyncio.TimeoutError, websockets.WebSocketException) as why:
                status = getattr(getattr(why, "response", why), "status_code", 0)
                if status in (401, 403):
                    raise Ended("the key is unknown, has expired or was revoked") from why
            failures = 1 if self.welcome else failures + 1
            self.socket = self.welcome = None
            pause = min(15, 0.25 * 2 ** min(failures - 1, 10))
            await asyncio.sleep(random.uniform(pause / 2, pause))  # not all at the same moment

    # ---- one connection ----

    async def _connection(self):
        renamed = "additional_headers" if int(websockets.__version__.split(".")[0]) >= 14 else "extra_headers"
        headers = {renamed: {"Authorization": f"Bearer {self.key}"}}  # websockets gave it another name
        async with websockets.connect(self.url, ssl=self.tls, subprotocols=["tocsin.v1"], max_size=FRAME_MAX,
                                      compression=None, ping_interval=None, close_timeout=1, **headers) as self.socket:
            hello = {"op": "hello"}
            if self.position is not None:
                hello["from"] = self.position
            if self.trust and self.trust.note:
                hello["trust"] = self.trust.note
            await self._frame(hello)
            lagging = None
            try:
                while True:
                    frame = json.loads(await asyncio.wait_for(self.socket.recv(), SILENCE_S))
                    await self._take(frame)
                    if frame["op"] == "entry" or (frame["op"] == "beat" and frame["last"] <= (self.position or 0)):
                        lagging = None
                    elif frame["op"] == "beat":
                        lagging = lagging or time.monotonic()
                    if lagging and time.monotonic() - lagging > LAG_S:
                        return
            except websockets.ConnectionClosed:
                if self.socket.close_code in (4401, 4403):
                    raise Ended("the key is unknown, has expired or was revoked") from None

    async def _frame(self, frame):
        try:
            if self.socket:
                await self.socket.send(json.dumps(frame))
        except websockets.ConnectionClosed:
            pass  # run sees it, too

    def _beside(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)  # the loop keeps weak references only
        task.add_done_callback(self.tasks.discard)

    async def _take(self, frame):
        op = frame["op"]
        if op == "entry" and (self.position is None or frame["seq"] > self.position):
            self._deliver(frame)
            self.position = frame["seq"]  # after it was handled
            if self.on_position:
                self.on_position(self.position)
        elif op == "urgent" and frame["id"] not in self.urgent:
            self.urgent[frame["id"]] = True
            if len(self.urgent) > 1000:
                del self.urgent[next(iter(self.urgent))]
            self._deliver(frame)
        elif op == "beat" and self.position is None and frame["last"] >= 0:
            self.position = frame["last"]  # nothing before it was wanted
        elif op == "checkpoint" and self.trust:
            alarm = self.trust.follow(frame["note"], frame["old"], frame["proof"])
            if alarm is None:
                await self.socket.close()  # one was missed: the next hello asks for the proof from ours
            elif alarm and self.on_alarm:
                self.on_alarm(alarm)
        elif op == "welcome":
            self.welcome = frame
            if self.trust:
                self.trust.meet(frame.get("log", {}).get("vkey"))
            for said, _ in list(self.waiting.values()):
                await self._frame(said)
        elif op == "refused" and not self.welcome:  # the hello itself
            if frame["code"] in ("ahead", "not_authenticated"):
                raise Ended(frame["detail"])
            await self.socket.close()
        elif frame.get("ref") in self.waiting:
            answer = self.waiting[frame["ref"]][1]
            if not answer.done():
                answer.set_result(frame)
        # anything else is of a later version, and not for us

    def _deliver(self, entry):
        for k, handler in self.handlers:
            if entry["k"].startswith(k):
                result = handler(entry)
                if asyncio.iscoroutine(result):
                    self._beside(result)


# ---- the program ----


async def main(server, ca, position_file, trust_file=None):
    position, trust = -1, None
    if os.path.exists(position_file):
        with open(position_file, encoding="ascii") as f:
            position = int(f.read())
    if trust_file:
        from tocsin_log import Trust
        trust = Trust(trust_file)
    member = Member(server, os.environ["TOCSIN_KEY"], ca, position, lambda seq: write_whole(position_file, f"{seq}\n"),
                    trust, lambda alarm: print(f"ALARM: {alarm}", file=sys.stderr, flush=True))

    def show(frame):
        print(json.dumps(frame, ensure_ascii=False), flush=True)
    member.subscribe("", show)
    member.subscribe("M4.", lambda entry: entry["op"] == "entry" and member.receipt(entry["seq"]))

    async def talk():
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 20)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            show(await member.send(json.loads(line)))
    try:
        await asyncio.gather(member.run(), talk())
    except Ended as why:
        sys.exit(f"tocsin.py: {why}")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5) or "TOCSIN_KEY" not in os.environ:
        sys.exit(__doc__)
    asyncio.run(main(*sys.argv[1:]))
