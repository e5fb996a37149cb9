#!/usr/bin/env python3
"""A mail server that takes every mail and delivers none: `./dev up` shows what Nightshift would have sent, tests make it misbehave.

  mail_sink.py --smtp 0 --http 0 [--ports FILE] [--certificate PEM] [--login user:password]

SMTP with STARTTLS (where a certificate is given) and AUTH PLAIN and LOGIN (where a login is). Over HTTP, on loopback:
  /                      the mails, newest first, to read
  /messages              [{id, from, to, subject, at, ..}], oldest first; ?to= one recipient's
  /messages/N            one, with headers, text and html
  /messages/N/raw        as it came
  POST /mode {"mode": "accept|tempfail|tempfail@a.domain|refuse|refuse_content|greylist|drop_in_data|drop_after_data|slow|hang|close", "seconds": 1}
  DELETE /messages       forgets them
A mail whose connection is dropped after its last byte was taken: it is kept.
"""
import argparse
import asyncio
import base64
import datetime
import email
import email.policy
import html
import json
import os
import re
import ssl
import urllib.parse

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mail of this demo</title><meta name="viewport" content="width=device-width">
<style>body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#1c2330;background:#f4f6f9}header{background:#1c2330;color:#fff;padding:14px 24px}
main{max-width:1000px;margin:20px auto;padding:0 16px}table{width:100%%;border-collapse:collapse;background:#fff}td,th{padding:9px 12px;text-align:left;
border-bottom:1px solid #e3e7ee;overflow-wrap:anywhere}a{color:#1d5fc4;text-decoration:none}pre{background:#fff;padding:14px;white-space:pre-wrap}
iframe{width:100%%;height:520px;border:1px solid #e3e7ee;background:#fff}header a{color:#fff}</style></head><body><header><a href="/">Mail of this demo</a>:
taken, and sent to nobody</header><main>%s</main></body></html>"""


class Mail:
    def __init__(self, number, sender, recipients, data):
        self.number, self.sender, self.recipients, self.data = number, sender, recipients, data
        self.at = datetime.datetime.now(datetime.timezone.utc)
        self.message = email.message_from_bytes(data, policy=email.policy.default)

    def body(self, kind):
        part = self.message.get_body((kind,))
        return part.get_content() if part else ""

    def parts(self):
        return [part for part in self.message.walk() if part.get_content_disposition() in ("attachment", "inline")]

    def told(self):
        return {"id": self.number, "from": self.sender, "to": self.recipients, "subject": str(self.message["subject"] or ""), "at": self.at.isoformat(),
                "message_id": str(self.message["message-id"] or "")}

    def whole(self):
        return self.told() | {
            "headers": [[name, str(value)] for name, value in self.message.items()], "text": self.body("plain"), "html": self.body("html"),
            "parts": [{"name": part.get_filename() or "", "content_type": part.get_content_type(), "content_id": str(part["content-id"] or ""),
                       "base64": base64.b64encode(part.get_payload(decode=True) or b"").decode()} for part in self.parts()]}


class Sink:
    def __init__(self, options):
        self.login = options.login
        self.mails, self.seen, self.mode, self.seconds, self.number = [], set(), "accept", 1.0, 0
        self.connections = 0
        self.tls = None
        if options.certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.certificate)

    def keep(self, sender, recipients, data):
        self.number += 1
        self.mails.append(Mail(self.number, sender, recipients, data))
        del self.mails[:-2000]

    async def smtp(self, reader, writer):
        self.connections += 1
        try:
            await Session(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, ValueError):
            pass
        finally:
            writer.transport.abort() if self.mode.startswith("drop") else writer.close()

    async def http(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target = head.split(" ")[:2]
            length = re.search(r"(?im)^content-length: *(\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            url = urllib.parse.urlsplit(target)
            status, kind, answer = self.answer(method, url.path, dict(urllib.parse.parse_qsl(url.query)), body)
            policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-src 'self'"
            writer.write(f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(answer)}\r\nContent-Security-Policy: {policy}\r\n"
                         "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n".encode() + answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()

    def answer(self, method, path, query, body):
        def as_json(value, status=200):
            return status, "application/json", json.dumps(value).encode()

        if method == "POST" and path == "/mode":
            asked = json.loads(body)
            self.mode, self.seconds = asked["mode"], float(asked.get("seconds", 1))
            return as_json({"mode": self.mode})
        if path == "/messages" and method == "DELETE":
            self.mails.clear()
            return as_json([])
        if path == "/messages":
            return as_json([mail.told() for mail in self.mails if query.get("to", "") in ("", *mail.recipients)])
        if path == "/state":
            return as_json({"mode": self.mode, "connections": self.connections, "messages": len(self.mails)})
        if path == "/":
            return 200, "text/html; charset=utf-8", (PAGE % self.list()).encode()
        found = re.fullmatch(r"(/messages)?/(\d+)(/raw|/html|/part/\d+)?", path)
        mail = next((mail for mail in self.mails if found and mail.number == int(found[2])), None)
        if not mail:
            return as_json({"error": "there is no such page"}, 404)
        if found[3] == "/raw":
            return 200, "text/plain; charset=utf-8", mail.data
        if found[3] == "/html":
            return 200, "text/html; charset=utf-8", self.shown(mail).encode()
        if found[3]:
            part = mail.parts()[int(found[3].rsplit("/", 1)[1])]
            kind = part.get_content_type()
            return 200, kind if kind.startswith("image/") else "application/octet-stream", part.get_payload(decode=True) or b""
        return as_json(mail.whole()) if found[1] else (200, "text/html; charset=utf-8", (PAGE % self.one(mail)).encode())

    def list(self):
        rows = "".join(f'<tr><td>{mail.at:%H:%M:%S}</td><td>{html.escape(", ".join(mail.recipients))}</td>'
                       f'<td><a href="/{mail.number}">{html.escape(str(mail.message["subject"] or "(no subject)"))}</a></td></tr>' for mail in reversed(self.mails))
        return f"<table><tr><th>At</th><th>To</th><th>Subject</th></tr>{rows}</table>" if rows else "<p>None came yet. This page shows every mail that is sent.</p>"

    def one(self, mail):
        heads = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>" for name, value in mail.message.items())
        files = "".join(f'<li><a href="/{mail.number}/part/{at}">{html.escape(part.get_filename() or "part")}</a></li>' for at, part in enumerate(mail.parts()))
        shown = f'<iframe sandbox src="/{mail.number}/html"></iframe>' if mail.body("html") else ""
        return f'<table>{heads}</table><p><a href="/messages/{mail.number}/raw">as it came</a></p>{shown}<ul>{files}</ul><pre>{html.escape(mail.body("plain"))}</pre>'

    def shown(self, mail):
        places = {str(part["content-id"] or "").strip("<>"): f"/{mail.number}/part/{at}" for at, part in enumerate(mail.parts())}
        return re.sub(r"cid:([^\"'>\s]+)", lambda found: places.get(found[1], found[0]), mail.body("html"))


class Session:
    def __init__(self, sink, reader, writer):
        self.sink, self.reader, self.writer = sink, reader, writer
        self.sender, self.recipients, self.is_known = None, [], not sink.login
        self.is_tls = False

    async def say(self, line):
        if self.sink.mode == "slow":
            await asyncio.sleep(self.sink.seconds)
        if self.sink.mode == "hang":
            await asyncio.sleep(3600)
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()
        return True

    async def line(self):
        line = await self.reader.readuntil(b"\r\n")
        if b"\n" in line[:-2] or b"\r" in line[:-2]:
            raise ValueError("a bare end of line")
        return line[:-2].decode("utf-8", "replace")

    async def run(self):
        if self.sink.mode == "close":
            return
        await self.say("220 sink.example ESMTP")
        while True:
            verb, _, rest = (await self.line()).partition(" ")
            if verb.upper() == "QUIT":
                return await self.say("221 2.0.0 bye")
            if verb.upper() == "STARTTLS" and self.sink.tls and not self.is_tls:
                await self.say("220 2.0.0 go on")
                await self.writer.start_tls(self.sink.tls)
                self.is_tls = True
                continue
            handler = getattr(self, "on_" + verb.lower(), None)
            if not handler:
                await self.say("502 5.5.1 what is that?")
            elif not await handler(rest):
                return

    async def on_ehlo(self, _):
        lines = ["sink.example", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.sink.tls and not self.is_tls:
            lines.append("STARTTLS")
        if self.sink.login:
            lines.append("AUTH PLAIN LOGIN")
        for line in lines[:-1]:
            await self.say("250-" + line)
        return await self.say("250 " + lines[-1])

    on_helo = on_ehlo

    async def on_auth(self, rest):
        async def ask(prompt):
            await self.say("334 " + base64.b64encode(prompt.encode()).decode())
            return base64.b64decode(await self.line()).decode()

        how, _, first = rest.partition(" ")
        if how.upper() == "PLAIN":
            words = (base64.b64decode(first).decode() if first else await ask("")).split("\0")[1:]
        else:
            words = [await ask("Username:"), await ask("Password:")]
        self.is_known = ":".join(words) == self.sink.login
        return await self.say("235 2.7.0 welcome" if self.is_known else "535 5.7.8 who are you?")

    async def on_mail(self, rest):
        if not self.is_known:
            return await self.say("530 5.7.0 sign in first")
        self.sender, self.recipients = re.search(r"<(.*?)>", rest)[1], []
        return await self.say("250 2.1.0 good")

    async def on_rcpt(self, rest):
        to = re.search(r"<(.*?)>", rest)[1]
        if self.sink.mode in ("tempfail", "tempfail@" + to.rpartition("@")[2]):
            return await self.say("451 4.3.0 not now")
        if self.sink.mode == "refuse":
            return await self.say("550 5.1.1 nobody of that name here")
        if self.sink.mode == "greylist" and (self.sender, to) not in self.sink.seen:
            self.sink.seen.add((self.sender, to))
            return await self.say("450 4.2.0 come back later")
        self.recipients.append(to)
        return await self.say("250 2.1.5 good")

    async def on_data(self, _):
        if not self.recipients:
            return await self.say("503 5.5.1 to whom?")
        await self.say("354 go on")
        lines = []
        while True:
            line = await self.reader.readuntil(b"\r\n")
            if line == b".\r\n":
                break
            if self.sink.mode == "drop_in_data":
                return False
            if b"\n" in line[:-2] or b"\r" in line[:-2] or len(line) > 1000:
                raise ValueError("a line that is none")
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.sink.mode == "refuse_content":
            return await self.say("554 5.7.1 not that")
        self.sink.keep(self.sender, self.recipients, b"".join(lines))
        if self.sink.mode == "drop_after_data":
            return False
        return await self.say(f"250 2.0.0 taken as {self.sink.number}")

    async def on_rset(self, _):
        self.sender, self.recipients = None, []
        return await self.say("250 2.0.0 good")

    async def on_noop(self, _):
        return await self.say("250 2.0.0 good")


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smtp", type=int, default=0)
    parser.add_argument("--http", type=int, default=0)
    parser.add_argument("--ports", help="where to write both ports once they are open")
    parser.add_argument("--certificate", help="a PEM file with key and certificate: STARTTLS")
    parser.add_argument("--login", help="user:password: AUTH")
    options = parser.parse_args()
    sink = Sink(options)
    smtp = await asyncio.start_server(sink.smtp, "127.0.0.1", options.smtp, limit=2 ** 22)
    http = await asyncio.start_server(sink.http, "127.0.0.1", options.http, limit=2 ** 22)
    ports = [server.sockets[0].getsockname()[1] for server in (smtp, http)]
    if options.ports:
        with open(options.ports + ".new", "w", encoding="ascii") as file:
            file.write("{} {}\n".format(*ports))
        os.rename(options.ports + ".new", options.ports)
    else:
        print("smtp {} http {}".format(*ports), flush=True)
    await asyncio.gather(smtp.serve_forever(), http.serve_forever())

asyncio.run(main())
