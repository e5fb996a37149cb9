#!/usr/bin/env python3
"""What others make of /openapi.json: a strict linter, a replay of every example, a generated TypeScript client, the documentation pages.
Usage: openapi_test.py REPORT PROGRAM TOOLS PAGES; TOOLS has the node_modules of package.json, PAGES what ./dev pages fetches. NIGHTSHIFT_TEST_DATABASE_URL is where a database of its own is
made; the daemon serves it without a broker, on a free port, and is gone afterwards."""
import contextlib, json, os, pathlib, secrets, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.parse, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
MAIL_SINK = HERE.parent / "kit/mail_sink.py"


def database(name, statement):
    psql = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"))[-1]
    subprocess.run([psql, "-qAtX", os.environ["NIGHTSHIFT_TEST_DATABASE_URL"], "-c", f'{statement} database "{name}"'], check=True)


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def await_ready(url, daemon, log):
    until = time.monotonic() + 60
    while time.monotonic() < until and daemon.poll() is None:
        with contextlib.suppress(OSError):
            if urllib.request.urlopen(f"{url}/ready", timeout=5).status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the daemon is not ready:\n{log.read_text()[-4000:]}")


@contextlib.contextmanager
def mail_server(folder):
    """One that takes mails and delivers none: its SMTP port, and the url at which it is told what to do."""
    ports = folder / "mail_ports"
    sink = subprocess.Popen([sys.executable, MAIL_SINK, "--ports", ports])
    try:
        until = time.monotonic() + 30
        while not (ports.exists() and len(ports.read_text().split()) == 2):
            if time.monotonic() > until or sink.poll() is not None:
                raise RuntimeError("the mail server does not open its ports")
            time.sleep(0.05)
        smtp, http = ports.read_text().split()
        yield int(smtp), f"http://127.0.0.1:{http}"
    finally:
        sink.terminate()
        sink.wait()


@contextlib.contextmanager
def serving(program, folder, pages, smtp):
    """The url of a daemon with the demo's data, and an API key."""
    name, port = f"openapi_{secrets.token_hex(6)}", free_port()
    url = urllib.parse.urlsplit(os.environ["NIGHTSHIFT_TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()
    config, log = folder / "nightshift.yaml", folder / "daemon.log"
    config.write_text(json.dumps({
        "database": {"url": url}, "broker": {"transport": "postgres"}, "api": {"port": port, "pages": str(pages)},
        "reports": {"folder": str(folder)}, "diagnostics": {"enabled": True}, "auth": {"password_cost": 4},
        "mail": {"host": "127.0.0.1", "port": smtp, "tls": "none", "collect": "0s"}}))
    database(name, "create")
    try:
        for command in ["migrate"], ["seed", "--demo", "--jobs", "150"]:
            subprocess.run([program, *command, "--config", config], check=True, stdout=subprocess.DEVNULL)
        token = subprocess.run([program, "api-keys", "make", "--user", "admin@demo.com", "--name", "examples", "--config", config],
                               check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
        with log.open("w") as out:
            daemon = subprocess.Popen([program, "serve", "--config", config], stdout=out, stderr=subprocess.STDOUT)
        try:
            await_ready(f"http://127.0.0.1:{port}", daemon, log)
            yield f"http://127.0.0.1:{port}", token
        finally:
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(30)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
    finally:
        database(name, "drop")


class Count:
    def __init__(self):
        self.tests = self.failures = self.disabled = 0

    def add(self, name, ok, said=""):
        self.tests, self.failures = self.tests + 1, self.failures + (not ok)
        print(f"{'ok    ' if ok else 'FAILED'} {name}" + (f"\n{said}" if not ok else ""), file=sys.stderr)


def run(command, **more):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, **more)
    return done.returncode == 0, done.stdout


def fail_run_for_dead_groups(url, token):
    """The examples of dead groups want one."""
    body = json.dumps({"kind": "diagnostic.fail", "args": {}, "max_attempts": 1}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/runs", body, {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json", "Prefer": "wait=20"}), timeout=60).read()


def check_document(count, tools, document):
    ok, said = run(["node", "node_modules/@redocly/cli/bin/cli.js", "lint", "--config", "redocly.yaml", "--format", "stylish", document], cwd=tools,
                   env={**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})
    count.add("a strict linter finds nothing", ok, said[-6000:])


def check_examples(count, tools, url, token, mail):
    fail_run_for_dead_groups(url, token)
    _, said = run(["node", "replay.mjs", url, token, mail], cwd=tools)
    print(said, file=sys.stderr)
    try:
        replayed = json.loads(said.splitlines()[-1])
        count.tests, count.failures = count.tests + replayed["tests"], count.failures + replayed["failures"]
        count.disabled += replayed["skipped"]
    except (ValueError, IndexError):
        count.add("the examples are replayed to their end", False, said)


def check_client(count, tools, document, url):
    """The types made of the document, and a program that uses them: strictly compiled, and run."""
    client = tools / "client"
    shutil.rmtree(client, ignore_errors=True)
    client.mkdir()
    for name in "smoke.ts", "tsconfig.json":
        shutil.copy(HERE / name, client)
    bin_folder = tools / "node_modules"
    ok, said = run(["node", bin_folder / "openapi-typescript/bin/cli.js", document, "-o", client / "nightshift.d.ts"], cwd=tools)
    count.add("a TypeScript client is generated", ok, said)
    ok, said = run(["node", bin_folder / "typescript/bin/tsc", "--project", client], cwd=tools)
    count.add("it compiles under --strict", ok, said)
    ok, said = run(["node", client / "smoke.js", url], cwd=tools)
    count.add("it signs in, lists, creates, reads, changes and reports", ok, said)


def check_pages(count, folder, url):
    """Both pages in a browser that can reach this machine alone: they draw every operation, and their policy stops nothing but ReDoc's own logo."""
    browser = shutil.which("chromium")
    for path, shown in ("/docs", 'id="operations-tag-jobs"'), ("/redoc", "api/v1/time-logs/{id}/stop"):
        if browser is None:
            count.tests, count.disabled = count.tests + 1, count.disabled + 1
            continue
        done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
                               "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={folder}/browser", "--enable-logging=stderr",
                               "--virtual-time-budget=20000", "--dump-dom", url + path], text=True, capture_output=True, timeout=120)
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line and "logo-mini.svg" not in line]
        count.add(f"{path} is drawn in a browser", shown in done.stdout and not complaints, "\n".join(complaints) or done.stdout[-2000:])


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report, program, tools, pages = (pathlib.Path(one).resolve() for one in sys.argv[1:5])
    count = Count()
    with tempfile.TemporaryDirectory(prefix="nightshift-openapi.") as name:
        folder = pathlib.Path(name)
        with mail_server(folder) as (smtp, mail), serving(program, folder, pages, smtp) as (url, token):
            document = folder / "openapi.json"
            document.write_bytes(urllib.request.urlopen(f"{url}/openapi.json", timeout=30).read())
            check_document(count, tools, document)
            check_client(count, tools, document, url)
            check_pages(count, folder, url)
            check_examples(count, tools, url, token, mail)   # the last: they change a password
    report.write_text(json.dumps(vars(count)))
    return 1 if count.failures else 0


if __name__ == "__main__":
    sys.exit(main())
