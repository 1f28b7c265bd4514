#!/usr/bin/python3
"""A member that is not written in JavaScript: Debian's python3-websockets.

    member.py URL CA KEY FROM     then, on stdin, frames to send, one JSON text a line; "close" ends
Every frame that comes is printed as it is, one line each; the end is {"op":"closed","code":…}.
"""

import asyncio
import json
import ssl
import sys

import websockets


async def main():
    url, ca, key, start = sys.argv[1:5]
    context = ssl.create_default_context(cafile=ca)
    headers = {"Authorization": f"Bearer {key}"}
    # the parameter's name changed in websockets 14 (Debian 13 has 15)
    name = "additional_headers" if int(websockets.__version__.split(".")[0]) >= 14 else "extra_headers"
    async with websockets.connect(url, ssl=context, subprotocols=["tocsin.v1"], **{name: headers}) as socket:
        assert socket.subprotocol == "tocsin.v1", socket.subprotocol
        await socket.send(json.dumps({"op": "hello", "from": int(start)}))

        async def talk():
            loop = asyncio.get_running_loop()
            reader = asyncio.StreamReader()
            await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
            while line := (await reader.readline()).decode().strip():
                if line == "close":
                    break
                await socket.send(line)
            await socket.close()

        talking = asyncio.create_task(talk())
        try:
            async for frame in socket:
                print(frame, flush=True)
        except websockets.ConnectionClosed:
            pass
        talking.cancel()
        print(json.dumps({"op": "closed", "code": socket.close_code}), flush=True)


asyncio.run(main())
