"""What surrounds the daemon: a virus scanner, an error tracker."""
import contextlib, http.server, json, pathlib, socket, tempfile, threading

from kit import Room, equal, eventually, holds, replays

WRITTEN = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR"   # the beginning of the file that scanners agree to call a virus


@contextlib.contextmanager
def scanner():
    """Stands in for clamd, which tests/integration/attachment_test.cpp asks itself: INSTREAM, and a verdict."""
    with tempfile.TemporaryDirectory(prefix="nightshift-scanner.") as folder, socket.socket(socket.AF_UNIX) as door:
        address = str(pathlib.Path(folder) / "clamd.ctl")
        door.bind(address)
        door.listen()

        def serve():
            while True:
                try:
                    link, _ = door.accept()
                except OSError:
                    return
                with link, link.makefile("rb") as said:
                    equal(said.read(10), b"zINSTREAM\0")
                    data = b""
                    while length := int.from_bytes(said.read(4), "big"):
                        data += said.read(length)
                    link.sendall(b"stream: Eicar-Signature FOUND\0" if WRITTEN in data else b"stream: OK\0")

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield address
        finally:
            door.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def tracker():
    """A door that takes envelopes, and what came."""
    came = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_): pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://publickey@127.0.0.1:{server.server_port}/42", came
    finally:
        server.shutdown()
        server.server_close()


@replays("JMS-113")
def an_infected_file_is_refused_and_a_clean_one_taken(_):
    with scanner() as address, Room(scanner=address) as room:
        job = room.job()["id"]

        def send(body, expect):
            return room.admin.post(f"/jobs/{job}/attachments?filename=a.txt", body, expect, {"Content-Type": "application/octet-stream"})
        said = send(WRITTEN, 422)
        assert "Eicar-Signature" in said["message"], said.body
        equal(room.admin.get(f"/jobs/{job}/attachments").body, [])
        equal(send(b"clean", 201)["size"], 5)


@replays("JMS-131")
def an_error_is_told_to_the_tracker_and_nothing_of_it_to_the_caller(_):
    with tracker() as (dsn, came), Room(f"errors: {{sentry_dsn: '{dsn}'}}\n") as room:
        room.sql("alter table tag rename to mislaid")
        room.admin.get("/tags", expect=range(500, 600))
        path, headers, body = eventually(lambda: came and came[0])
        equal(path, "/api/42/envelope/")
        assert "sentry_key=publickey" in headers["X-Sentry-Auth"]
        head, item, event = (json.loads(line) for line in body.splitlines())
        holds(head, "event_id", "sent_at")
        equal((item["type"], event["level"], event["tags"]["path"]), ("event", "error", "/api/v1/tags"))
        assert event["message"]["formatted"].startswith("request.failed"), event
