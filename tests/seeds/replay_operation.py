"""What surrounds the daemon: a virus scanner, an error tracker."""
import contextlib, http.server, json, os, pathlib, re, shutil, socket, subprocess, tempfile, threading

from kit import PROGRAM, ROOT, Room, equal, eventually, holds, replays

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


@contextlib.contextmanager
def bucket():
    """Stands in for S3, whose signatures tests/unit/bucket_test.cpp holds to Amazon's examples: objects, in memory."""
    objects = {}

    class Door(http.server.BaseHTTPRequestHandler):
        def answer(self, status, body=b""):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_PUT(self):
            assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=me/"), self.headers
            objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(200)

        def do_GET(self):
            self.answer(200 if self.path in objects else 404, objects.get(self.path, b""))

        def do_DELETE(self):
            objects.pop(self.path, None)
            self.answer(204)

        def log_message(self, *_): pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"bucket: files, bucket_url: 'http://127.0.0.1:{server.server_port}', bucket_region: eu-north-1, bucket_key: me, bucket_secret: s3cret-text", objects
    finally:
        server.shutdown()
        server.server_close()


@replays("JMS-111")
def files_lie_in_a_bucket_where_there_is_one(_):
    with bucket() as (settings, objects), Room(files=settings) as room:
        job = room.job()["id"]
        made = room.admin.post(f"/jobs/{job}/attachments?filename=a.txt", b"in the cloud", 201, {"Content-Type": "application/octet-stream"})
        equal(list(objects.values()), [b"in the cloud"])
        assert next(iter(objects)).startswith("/files/"), objects
        equal(room.admin.get(f"/attachments/{made['id']}/download").raw, b"in the cloud")
        room.admin.delete(f"/attachments/{made['id']}")
        equal(objects, {})
        equal(b"s3cret-text" in room.program("check", "--print").encode(), False)


@replays("JMS-113")
def an_infected_file_is_refused_and_a_clean_one_taken(_):
    with scanner() as address, Room(files=f"scanner: {address}") as room:
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
        room.sql("drop view api.tag")
        room.admin.get("/tags", expect=500)
        path, headers, body = eventually(lambda: came and came[0])
        equal(path, "/api/42/envelope/")
        assert "sentry_key=publickey" in headers["X-Sentry-Auth"]
        head, item, event = (json.loads(line) for line in body.splitlines())
        holds(head, "event_id", "sent_at")
        equal((item["type"], event["level"], event["tags"]["path"]), ("event", "error", "/api/v1/tags"))
        assert event["message"]["formatted"].startswith("request.failed"), event


@replays("JMS-142")
def the_settings_of_the_containers_are_good_and_their_health_is_asked_for_rightly(room):
    compose, image = ((ROOT / "containers" / name).read_text() for name in ("compose.yaml", "Dockerfile"))
    given = dict(re.findall(r"^ +(NIGHTSHIFT_\w+): \"?([^\"#\n]*?)\"?(?: +#.*)?$", compose, re.M))
    assert len(given) >= 8, given
    with tempfile.TemporaryDirectory() as folder:
        secret = pathlib.Path(folder) / "secret"
        secret.write_text("postgresql://nightshift@postgres/nightshift")
        settings = pathlib.Path(folder) / "nightshift.yaml"
        settings.write_text(re.search(r"echo '(#[^']*)' > /etc/nightshift/nightshift.yaml", image)[1])
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTSHIFT_")}
        given = {name: str(secret) if name.endswith("_FILE") else value for name, value in given.items()}
        checked = subprocess.run([PROGRAM, "check", "--config", settings], env=kept | given, capture_output=True, text=True, timeout=60)
        equal(checked.returncode, 0, checked.stdout + checked.stderr)
    for secret in re.findall(r"/run/secrets/(\w+)", compose):
        assert re.search(rf"^  {secret}: {{file:", compose, re.M), secret
    health = json.loads(re.search(r"^HEALTHCHECK .*\\\n +CMD (.*)$", image, re.M)[1])
    for port, status in ((room.port, 0), (1, 1)):
        equal(subprocess.run([part.replace("8000", str(port)) for part in health], capture_output=True, timeout=30).returncode, status)
    entry, command = (json.loads(re.search(rf"^{word} (.*)$", image, re.M)[1]) for word in ("ENTRYPOINT", "CMD"))
    equal((entry, command[0]), (["/usr/bin/nightshift"], "serve"))


@replays("JMS-22")
def the_page_of_the_api_tells_all_of_it_and_lets_one_try(room):
    start = room.nobody.get("/docs/swagger.js").raw.decode()
    assert re.search(r"url: *['\"]/openapi.json['\"]", start) and "supportedSubmitMethods" not in start, start   # every method may be tried
    api = room.nobody.get("/openapi.json")   # to download
    assert {"bearer", "apiKey"} <= set(api["components"]["securitySchemes"]), "there is nothing to authorize with"
    for path, methods in api["paths"].items():
        for method, one in methods.items():
            for media in one.get("requestBody", {}).get("content", {}).values():
                assert "schema" in media, (method, path)
    tried = api["paths"]["/api/v1/departments"]["post"]["requestBody"]["content"]["application/json"]["example"]
    room.admin.post("/api/v1/departments", {"name": tried["name"]}, expect=201)   # as the page would send it
    pages, browser = ROOT / "build/pages", shutil.which("chromium")
    if browser is None or not (pages / "swagger-ui-bundle.js").exists():
        return   # its program comes from npm; ./dev test openapi draws it
    with Room(pages=pages) as shown, tempfile.TemporaryDirectory() as folder:
        drawn = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={folder}", "--virtual-time-budget=20000",
                                "--dump-dom", f"http://127.0.0.1:{shown.port}/docs"], capture_output=True, text=True, timeout=120).stdout
        for part in ('id="operations-tag-jobs"', "btn authorize", "/openapi.json"):
            assert part in drawn, part
