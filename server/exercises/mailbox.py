"""mailbox.py: where the e-mails of a demo arrive, and a page on which they can be read and their links followed.

mailbox.py FOLDER READY: takes e-mail on 127.0.0.1 by SMTP with TLS, as a relay would, keeps each letter in FOLDER, and shows them at
an address that it prints when the file READY is new. FOLDER/options holds what tocsind has to be told. Ends with its parent, or by SIGTERM
or SIGINT. For a demo only: whoever has the page's address can follow every link. Needs Debian's python3-aiosmtpd and openssl.
"""
import asyncio
import ctypes
import html
import os
import pathlib
import secrets
import signal
import ssl
import subprocess
import sys
import time
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP

folder, ready = map(pathlib.Path, sys.argv[1:])
PAGE_PORT = 8025  # or, when somebody has it, any
STYLE = """<meta name=viewport content="width=device-width,initial-scale=1"><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,
sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}li{border-top:1px solid #8888;padding:.7rem 0;list-style:none}ul{padding:0}
iframe{width:100%;height:34rem;border:1px solid #8888;background:#fff}small{opacity:.75}pre{white-space:pre-wrap;border:1px solid #8888;padding:1rem;
overflow-wrap:anywhere}</style>"""


def folder_made():
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = folder / "secret"  # kept, so that the page can be bookmarked
    if not secret.exists():
        secret.write_text(secrets.token_urlsafe(12))
        secret.chmod(0o600)
    return secret.read_text()


def certificate():
    """For localhost, and thrown away with its key as soon as it is loaded."""
    key, pem = folder / "key.pem", folder / "ca.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                    "/CN=mailbox of a demo", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", pem], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    key.unlink()
    return context, pem


class Inbox:
    async def handle_DATA(self, server, session, envelope):
        name = f"{time.time_ns()}.eml"
        (folder / f"{name}.new").write_bytes(envelope.original_content)
        (folder / f"{name}.new").rename(folder / name)
        return "250 taken"


def letters():
    return sorted(folder.glob("*.eml"), reverse=True)


def parsed(path):
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def listed():
    rows = "".join(f"""<li><a href="{path.stem}"><b>{html.escape(m["Subject"] or "")}</b></a><br><small>{html.escape(m["To"] or "")} · {
        html.escape(str(m["Date"] or ""))}</small></li>""" for path in letters() for m in [parsed(path)])
    return f"""<!doctype html><html lang=en><title>Mailbox of the demo</title><meta http-equiv=refresh content=5>{STYLE}<main><h1>Mailbox of
the demo</h1><p>Every e-mail that this server has sent, newest first. In the real world each would be in its recipient's own mailbox.</p>{
        f"<ul>{rows}</ul>" if rows else "<p>None yet. A member who is not connected is sent one when something is addressed to them.</p>"}</main></html>"""


def shown(path):
    m = parsed(path)
    heads = "".join(f"<small>{name}: {html.escape(str(m[name] or '–'))}</small><br>" for name in ("From", "To", "Date", "Message-ID", "References"))
    return f"""<!doctype html><html lang=en><title>{html.escape(m["Subject"] or "")}</title>{STYLE}<main><p><a href="./">All e-mails</a></p><h1>{
        html.escape(m["Subject"] or "")}</h1><p>{heads}</p><iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="The e-mail" src="{
        path.stem}.html"></iframe><h2>As plain text</h2><pre>{html.escape(m.get_body(("plain",)).get_content())}</pre></main></html>"""


def answer(path, secret):
    if not path.startswith(f"/{secret}/"):
        return None
    name = path[len(secret) + 2:]
    if not name:
        return listed()
    found = next((p for p in letters() if p.stem == name.removesuffix(".html")), None)
    if not found:
        return None
    if not name.endswith(".html"):
        return shown(found)
    return parsed(found).get_body(("html",)).get_content().replace("<head>", '<head><base target="_blank">', 1)


def web(secret):
    async def serve(reader, writer):
        try:
            request = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).split()
            page = answer(request[1].decode("ascii", "replace"), secret) if request[0] == b"GET" else None
            body = (page or "There is no such page.").encode()
            writer.write(b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nCache-Control: no-store\r\n"
                         b"Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"
                         b"\r\nConnection: close\r\n\r\n" % (b"200 OK" if page else b"404 Not Found", len(body)) + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, ConnectionError, IndexError):
            pass
        finally:
            writer.close()
    return serve


async def listen(serve):
    try:
        return await asyncio.start_server(serve, "127.0.0.1", PAGE_PORT)
    except OSError:
        return await asyncio.start_server(serve, "127.0.0.1", 0)


async def main():
    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        return
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    began = time.time()
    secret = folder_made()
    context, pem = certificate()
    relay = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Inbox(), hostname="localhost", require_starttls=True, tls_context=context), "localhost", 0)
    pages = await listen(web(secret))
    port = relay.sockets[0].getsockname()[1]
    options = folder / "options.new"
    options.write_text(f"--smtp\nsmtp://localhost:{port}\n--smtp-ca\n{pem}\n--mail-from\nalerts@tocsin.example.invalid\n")
    options.rename(folder / "options")
    while not end.is_set():
        if began and ready.exists() and ready.stat().st_mtime >= began:
            began = 0
            print(f"mailbox: http://127.0.0.1:{pages.sockets[0].getsockname()[1]}/{secret}/  (every e-mail of this demo, with its link)", flush=True)
        try:
            await asyncio.wait_for(end.wait(), 0.2 if began else None)
        except asyncio.TimeoutError:
            pass
    (folder / "options").unlink()


asyncio.run(main())
