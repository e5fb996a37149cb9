"""What the seeds' replays stand on: a daemon with a database of its own, and somebody who calls it over HTTP."""
import base64, http.client, json, os, pathlib, re, secrets, shutil, socket, subprocess, tempfile, time, urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = pathlib.Path(os.environ.get("NIGHTSHIFT_PROGRAM", ROOT / "build/dev/nightshift"))
ORGANIZATION = "0190d1a0-0000-7000-8000-000000000001"
PASSWORD = "correct horse battery"
ANY = range(100, 600)   # a status that is taken as it comes
LISTS = {}   # id of a statement -> the tests that replay it


def replays(*ids):
    """Says which statements of a seed the test replays."""
    def mark(test):
        for one in ids:
            LISTS.setdefault(one, []).append(test)
        test.replays = ids
        return test
    return mark


def equal(got, expected, about=""):
    assert got == expected, f"{about}: expected {expected!r}, got {got!r}" if about else f"expected {expected!r}, got {got!r}"


def holds(where, *names):
    """Every one of these keys is there; returns it."""
    missing = [name for name in names if name not in where]
    assert not missing, f"missing {missing} in {json.dumps(where)[:600]}"
    return where


def eventually(ask, seconds=20):
    until = time.monotonic() + seconds
    while True:
        if found := ask():
            return found
        assert time.monotonic() < until, f"waited {seconds} s for it"
        time.sleep(0.05)


class Answer:
    def __init__(self, status, headers, raw):
        self.status, self.headers, self.raw = status, headers, raw
        self.body = json.loads(raw) if headers.get("content-type", "").startswith("application/json") and raw else None

    def __getitem__(self, name):
        return self.body[name]


class Caller:
    """Somebody with a token. Every call says which status it expects: by default one that means it worked."""

    def __init__(self, port, token="", user=""):
        self.port, self.token, self.id, self.link = port, token, user, None

    def call(self, method, path, body=None, expect=None, headers=None):
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        if data is not None and not isinstance(body, bytes):
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        for attempt in (1, 2):
            try:
                self.link = self.link or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.link.request(method, urllib.parse.quote(path, safe="/?&=:,%+-_.~@"), data, sent)
                response = self.link.getresponse()
                answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.link = None
                if attempt == 2:
                    raise
        good = answer.status < 300 if expect is None else answer.status in expect if expect is ANY else answer.status == expect
        assert good, f"{method} {path}: expected {expect or 'success'}, got {answer.status} {answer.raw[:800].decode(errors='replace')}"
        return answer

    def get(self, path, expect=None, headers=None): return self.call("GET", path, None, expect, headers)
    def post(self, path, body=None, expect=None, headers=None): return self.call("POST", path, body, expect, headers)
    def put(self, path, body=None, expect=None, headers=None): return self.call("PUT", path, body, expect, headers)
    def patch(self, path, body=None, expect=None, headers=None): return self.call("PATCH", path, body, expect, headers)
    def delete(self, path, expect=None, headers=None): return self.call("DELETE", path, None, expect, headers)


class Socket:
    """A WebSocket of that caller, RFC 6455: what it says and hears is JSON."""

    def __init__(self, caller, target):
        self.link = socket.create_connection(("127.0.0.1", caller.port), timeout=20)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.link.sendall((f"GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nAuthorization: Bearer {caller.token}\r\n\r\n").encode())
        self.bytes = self.link.makefile("rb")
        self.status = int(self.bytes.readline().split()[1])
        while self.bytes.readline() not in (b"\r\n", b""):
            pass

    def __enter__(self): return self

    def __exit__(self, *_):
        self.bytes.close()
        self.link.close()

    def say(self, message):
        data, mask = json.dumps(message).encode(), secrets.token_bytes(4)
        head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else bytes([0x81, 0xFE]) + len(data).to_bytes(2, "big")
        self.link.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)))

    def hear(self, wanted):
        """The next frame of that type; others are passed over."""
        while True:
            kind, length = self.bytes.read(2)
            length = int.from_bytes(self.bytes.read({126: 2, 127: 8}[length]), "big") if length > 125 else length
            data = self.bytes.read(length)
            if kind == 0x81 and (frame := json.loads(data))["type"] == wanted:
                return frame
            assert kind in (0x81, 0x89), f"closed while it waited for {wanted}: {data!r}"


def psql(url, text):
    done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", url, "-c", text], text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Room:
    """A migrated database with one organization, a daemon that serves it, and its first administrator."""

    def __init__(self, settings="", files="", pages=""):
        self.server = os.environ["NIGHTSHIFT_TEST_DATABASE_URL"]
        self.database = "seeds_" + secrets.token_hex(6)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nightshift-seeds."))
        self.process, self.people, self.made = None, 0, {}
        psql(self.server, f"create database {self.database}")
        self.url = re.sub(r"/[^/]*$", "/" + self.database, self.server)
        (self.folder / "reports").mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (self.folder / "url").write_text(self.url)
        files, pages = files and f", {files}", pages and f", pages: {pages}"
        (self.folder / "nightshift.yaml").write_text(
            f"database: {{url_file: {self.folder}/url}}\nbroker: {{transport: postgres}}\napi: {{port: {self.port}{pages}}}\n"
            f"reports: {{folder: {self.folder}/reports}}\nattachments: {{folder: {self.folder}/files{files}}}\nauth: {{password_cost: 4}}\n"
            f"cors: {{origins: [https://app.example.org]}}\n{settings}")

    def __enter__(self):
        self.program("migrate")
        self.sql(f"insert into organization (id, name, slug) values ('{ORGANIZATION}', 'Here', 'here')")
        with open(self.folder / "log", "w") as log:
            self.process = subprocess.Popen([PROGRAM, "serve", "--config", self.folder / "nightshift.yaml"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.nobody = Caller(self.port)
        eventually(self.is_ready)
        token = self.nobody.post("/auth/register", {"email": "root@example.org", "password": PASSWORD, "name": "Root"})["access_token"]
        self.admin = Caller(self.port, token)
        self.admin.id = self.admin.get("/auth/me")["id"]
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        psql(self.server, f"drop database if exists {self.database} with (force)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_ready(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
        try:
            return self.nobody.call("GET", "/ready", expect=200)
        except (AssertionError, OSError):
            self.nobody.link = None
            return None

    def program(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments, "--config", self.folder / "nightshift.yaml"], text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sql(self, text):
        return psql(self.url, text)

    def person(self, kind, **more):
        """Somebody new of that role, signed in."""
        self.people += 1
        body = {"email": f"{kind.lower().replace(' ', '.')}.{self.people}@example.org", "password": PASSWORD, "first_name": kind.capitalize(), "last_name": f"No {self.people}", "role": kind}
        user = self.admin.post("/users", body | more)
        token = self.nobody.post("/auth/login", {"email": user["email"], "password": PASSWORD})["access_token"]
        caller = Caller(self.port, token, user["id"])
        caller.email = user["email"]
        return caller

    def the(self, role):
        """One person of that role whom tests share."""
        if role not in self.made:
            self.made[role] = self.person(role)
        return self.made[role]

    def configured(self):
        """Types, statuses by category and priorities by level: what the shared tests work with."""
        if "statuses" not in self.made:
            post = self.admin.post
            self.made["type"] = post("/job-types", {"name": "Repair"})["id"]
            self.made["statuses"] = {
                name.lower().replace(" ", "_"): post("/job-statuses", {"name": name, "display_order": place, "is_default": place == 1})["id"]
                for place, name in enumerate(["Open", "In Progress", "Blocked", "Pending Review", "Completed", "Cancelled"], 1)}
            self.made["priorities"] = [post("/job-priorities", {"name": name, "level": level})["id"] for level, name in enumerate(["Low", "Normal", "High", "Urgent"], 1)]
        return self.made

    def status(self, slug):
        return self.configured()["statuses"][slug]

    def department(self, **more):
        self.people += 1
        return self.admin.post("/departments", {"name": f"Department {self.people}"} | more).body

    def job(self, by=None, **more):
        self.configured()
        return (by or self.admin).post("/jobs", {"title": "Mend the pump"} | more).body

    def checklist(self, job, *items):
        made = self.admin.post("/checklists", {"job_id": job, "title": "Before it is done"}).body
        return [self.admin.post("/checklist-items", {"checklist_id": made["id"], "description": text}).body for text in items]
