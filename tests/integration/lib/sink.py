"""A mail relay that does as it is told: aiosmtpd with TLS, and ways to misbehave.

Reads one JSON object a line, prints one JSON object a line:
  {"listen": PORT or 0}                      → {"event": "listening", "port"}       {"stop": true} closes the door and hangs up
  {"rcpt": {"who@x": "550 no"}}              answers to RCPT, by address; null takes it back
  {"data": {"who@x": "451 later"}}           answers after the letter, by its first recipient
  {"hold": ["who@x"] or true or false}       the answer after the letter waits …  {"release": true} lets all go
  {"tls": false}                             offers no STARTTLS     {"mute": true} takes connections and says nothing
  {"slow": seconds}                          waits before each RCPT's answer
Prints {"event": "mail", "to", "from", "user", "tls", "text", "connection"} for each letter that was answered 250.
"""
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

settings = {"rcpt": {}, "data": {}, "hold": False, "tls": True, "mute": False, "slow": 0}
released = asyncio.Event()
open_ones = set()
server = None
connections = 0


def say(**event):
    print(json.dumps(event), flush=True)


def held(address):
    return settings["hold"] is True or (isinstance(settings["hold"], list) and address in settings["hold"])


class Relay:
    async def handle_RCPT(self, smtp, session, envelope, address, options):
        if settings["slow"]:
            await asyncio.sleep(settings["slow"])
        answer = settings["rcpt"].get(address)
        say(event="rcpt", to=address, answer=answer)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp, session, envelope):
        first = envelope.rcpt_tos[0]
        letter = dict(to=envelope.rcpt_tos, text=envelope.content.decode("utf-8", "replace"), tls=session.ssl is not None,
                      user=(session.auth_data or b"").decode() if session.authenticated else None,
                      connection=smtp.number, **{"from": envelope.mail_from})
        say(event="letter", **letter)
        if held(first):
            await released.wait()
        answer = settings["data"].get(first)
        if answer:
            return answer
        say(event="mail", **letter)
        return "250 taken"


class Numbered(SMTP):
    def __init__(self, *args, **more):
        global connections
        super().__init__(*args, **more)
        connections += 1
        self.number = connections

    def connection_made(self, transport):
        open_ones.add(self)
        super().connection_made(transport)

    def connection_lost(self, error):
        if not self.transport or self.transport.is_closing():
            open_ones.discard(self)
        super().connection_lost(error)


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == b"tocsin" and data.password == b"a password"
    return AuthResult(success=good, auth_data=data.login)


def protocol(context):
    tls = context if settings["tls"] else None
    return Numbered(Relay(), hostname="relay.example.invalid", tls_context=tls, require_starttls=settings["tls"],
                    authenticator=authenticate, auth_require_tls=settings["tls"], enable_SMTPUTF8=False)


class Mute(asyncio.Protocol):
    def connection_made(self, transport):
        say(event="mute")


async def obey(context, order):
    global server
    for name in settings:
        if name in ("rcpt", "data") and name in order:
            settings[name].update(order[name])
            settings[name] = {k: v for k, v in settings[name].items() if v}
        elif name in order:
            settings[name] = order[name]
    if order.get("release"):
        released.set()
        released.clear()
    if "listen" in order:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Mute() if settings["mute"] else protocol(context), "127.0.0.1", order["listen"])
        say(event="listening", port=server.sockets[0].getsockname()[1])
    if order.get("stop") and server:
        server.close()
        server = None
        for one in list(open_ones):
            if one.transport:
                one.transport.abort()
        open_ones.clear()
        say(event="stopped")


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        await obey(context, json.loads(line))


asyncio.run(main())
