#!/usr/bin/env python3
"""What ./dev promises, tried on a copy of it in a closed room: the real script and the real demo.sh, with a stand-in for the
build, for the servers and for the daemon. Usage: dev_test.py [report.json]"""
import json, os, pathlib, shutil, signal, socket, subprocess, sys, tempfile, textwrap, time, unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

SERVERS = """
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
secret() { echo secret; }
alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
PG_BIN=$PWD/programs
postgres_programs() { echo "$PG_BIN"; }
servers_start() { mkdir -p "$1"; touch "$1/running"; }
servers_stop() { rm -f "$1/running"; }
servers_remove() { rm -rf "$1"; }
postgres_url() { echo postgresql://nowhere; }
rabbitmq_url() { echo amqp://nowhere; }
postgres_running() { [ -e "$1/running" ]; }
rabbitmq_running() { [ -e "$1/running" ]; }
"""

DAEMON = """\
#!/usr/bin/env python3
# A stand-in for the daemon: MODE says which part of it fails.
import http.server, json, os, sys
mode = os.environ.get("MODE", "good")
if sys.argv[1] == "api-keys": print("nsk_made")
if sys.argv[1] != "serve": sys.exit(0)
port = int(open(os.environ["PORT_FILE"]).read())
if mode == "ends": print("no such zone"); sys.exit(78)
class Door(http.server.BaseHTTPRequestHandler):
    def say(self, status, body):
        self.send_response(status); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_GET(self):
        if self.path == "/ready": return self.say(503 if mode == "never ready" else 200, b'{"database": "down"}')
        if self.headers["Authorization"] != "Bearer nsk_made": return self.say(401, b"{}")
        if self.path.endswith("/download"): return self.say(200, b"%PDF")
        self.say(200, json.dumps({"status": "failed" if mode == "failed report" else "pending" if mode == "slow report" else "ready", "rows": 3}).encode())
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say(*((404, b'{"error": "not_found"}') if mode == "no report" else (202, b'{"id": "1"}')))
    def log_message(self, *_): pass
print("the log's last line", flush=True)
http.server.HTTPServer(("127.0.0.1", port), Door).serve_forever()
"""

SUITE = """\
#!/usr/bin/env python3
import json, os, sys
mode, report = os.environ.get("MODE", "good"), [a for a in sys.argv if a.startswith("--gtest_output=json:")][0].split(":", 1)[1]
if mode == "crash": os.abort()
cases = [{"result": "COMPLETED"}] * 3 + ([{"result": "SKIPPED"}] * 2 if mode == "skip" else [])
json.dump({"tests": len(cases), "failures": 0, "errors": 0, "disabled": 0, "testsuites": [{"testsuite": cases}]}, open(report, "w"))
sys.exit(66 if mode == "race" else 0)
"""


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def default_signals():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Dev(unittest.TestCase):
    def setUp(self):
        self.room = pathlib.Path(tempfile.mkdtemp(prefix="nightshift-dev."))
        self.state = self.room / ".state"
        shutil.copy(ROOT / "dev", self.room)
        shutil.copytree(ROOT / "tests/kit", self.room / "tests/kit")
        (self.room / "tests/unit").mkdir()
        (self.room / "tests/kit/servers.sh").write_text(SERVERS)
        for name in ("ninja", "cmake"):
            script(self.room / "programs" / name, "#!/bin/sh\n")
        script(self.room / "programs/dpkg-query", "#!/bin/sh\necho install ok installed\n")
        script(self.room / "programs/psql", "#!/bin/sh\necho 1\n")
        script(self.room / "build/release/nightshift", DAEMON)
        script(self.room / "build/dev/tests/unit_tests", SUITE)

    def tearDown(self):
        self.run_dev("down")
        shutil.rmtree(self.room)

    def environment(self, mode):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTSHIFT_")}
        return kept | {"PATH": f"{self.room}/programs:{os.environ['PATH']}", "MODE": mode, "NIGHTSHIFT_READY_SECONDS": "2",
                       "PORT_FILE": str(self.state / "port")}

    def start(self, *arguments, mode="good"):
        return subprocess.Popen([self.room / "dev", *arguments], env=self.environment(mode), stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=default_signals)

    def run_dev(self, *arguments, mode="good"):
        process = self.start(*arguments, mode=mode)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def daemon(self):
        """The number of the daemon that serves this room, if one does."""
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                arguments = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"serve" in arguments and str(self.state / "nightshift.yaml").encode() in arguments:
                return int(folder.name)
        return None

    def sink(self):
        """The number of the mail server of this room, if there is one."""
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self.state / "mail.ports").encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    return int(folder.name)
            except OSError:
                continue
        return None

    def expect_nothing_runs(self):
        self.assertIsNone(self.daemon())
        self.await_that(lambda: self.sink() is None)
        self.assertFalse((self.state / "servers/running").exists())

    def await_that(self, condition):
        until = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), until, "waited for 20 s")
            time.sleep(0.02)

    def test_up_starts_everything_and_down_stops_it(self):
        status, _, err = self.run_dev("up", "--detach")
        self.assertEqual(status, 0, err)
        self.assertIn("A first report of 3 jobs", err)
        self.assertIsNotNone(self.daemon())
        status, out, _ = self.run_dev("status")
        self.assertIn("nightshift: running", out)
        self.assertIn("mail page: running, http://localhost:", out)
        ports = (self.state / "mail.ports").read_text()
        os.kill(self.sink(), signal.SIGKILL)
        self.assertEqual(self.run_dev("up", "--detach")[0], 0)
        self.assertEqual((self.state / "mail.ports").read_text(), ports)   # where the daemon sends to
        _, out, _ = self.run_dev("env")
        self.assertRegex(out, r"NIGHTSHIFT_MAIL_URL=http://localhost:\d+")
        self.assertIn(f"NIGHTSHIFT_CONFIG={self.state}/nightshift.yaml", out)   # verify and doctor ask this one's database
        self.run_dev("down")
        self.expect_nothing_runs()

    def test_up_fails_when_it_is_never_ready_and_shows_the_log(self):
        status, _, err = self.run_dev("up", "--detach", mode="never ready")
        self.assertEqual(status, 1, err)
        self.assertIn("not ready after 2 s", err)
        self.assertIn('{"database": "down"}', err)
        self.assertIn("the log's last line", err)
        self.expect_nothing_runs()

    def test_up_fails_when_the_daemon_ends_and_shows_the_log(self):
        status, _, err = self.run_dev("up", "--detach", mode="ends")
        self.assertEqual(status, 1, err)
        self.assertIn("no such zone", err)
        self.expect_nothing_runs()

    def test_up_without_a_first_report_fails(self):
        for mode, word in (("no report", "not_found"), ("failed report", "failed"), ("slow report", "pending")):
            with self.subTest(mode):
                status, _, err = self.run_dev("up", "--detach", mode=mode)
                self.assertEqual(status, 1, err)
                self.assertIn(word, err)
                self.expect_nothing_runs()

    def test_a_failed_up_leaves_what_another_up_started(self):
        self.assertEqual(self.run_dev("up", "--detach")[0], 0)
        os.kill(self.daemon(), signal.SIGSTOP)
        status, _, err = self.run_dev("up", "--detach")
        self.assertEqual(status, 1, err)
        os.kill(self.daemon(), signal.SIGCONT)
        self.assertTrue((self.state / "servers/running").exists())

    def test_ctrl_c_before_the_first_report_stops_everything(self):
        process = self.start("up", mode="slow report")
        self.await_that(self.daemon)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.expect_nothing_runs()

    def test_ctrl_c_while_it_serves_stops_everything(self):
        process = self.start("up")
        self.await_that(lambda: (self.state / "first-report.pdf").exists())
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
        self.expect_nothing_runs()

    def test_a_number_that_another_process_got_is_not_the_daemon(self):
        other = subprocess.Popen(["sh", "-c", "sleep 60; : nightshift"])
        try:
            self.state.mkdir()
            (self.state / "daemon.pid").write_text(f"{other.pid}\n")
            self.assertIn("nightshift: stopped", self.run_dev("status")[1])
            self.run_dev("down")
            self.assertIsNone(other.poll())
        finally:
            other.kill()
            other.wait()

    def test_a_suite_preset_or_option_that_is_not_known_is_refused(self):
        for arguments in (["test", "unti"], ["test", "--preset", "asam"], ["test", "--fitler", "x"], ["test", "--preset"],
                          ["build", "debug"], ["up", "--detatch"], ["nonsense"]):
            with self.subTest(arguments):
                self.assertEqual(self.run_dev(*arguments)[0], 64)

    def test_skipped_tests_have_not_passed(self):
        status, out, _ = self.run_dev("test", "unit", mode="skip")
        self.assertEqual((status, out), (0, "3 passed, 0 failed, 2 skipped\n"))

    def test_a_suite_that_crashes_is_a_failure(self):
        status, out, _ = self.run_dev("test", "unit", mode="crash")
        self.assertEqual((status, out), (1, "0 passed, 1 failed, 0 skipped\n"))

    def test_a_suite_that_is_missing_is_a_failure(self):
        (self.room / "build/dev/tests/unit_tests").unlink()
        status, out, _ = self.run_dev("test", "unit")
        self.assertEqual((status, out), (1, "0 passed, 1 failed, 0 skipped\n"))

    def test_a_suite_whose_tests_pass_but_whose_status_is_bad_is_a_failure(self):
        status, out, _ = self.run_dev("test", "unit", mode="race")
        self.assertEqual((status, out), (1, "3 passed, 1 failed, 0 skipped\n"))


class Servers(unittest.TestCase):
    """The folders of the servers, with the real servers.sh and without starting one."""

    def bash(self, text):
        return subprocess.run(["bash", "-c", f"set -euo pipefail; say() {{ echo \"$*\" >&2; }}; source {ROOT}/tests/kit/servers.sh\n{textwrap.dedent(text)}"],
                              text=True, capture_output=True, timeout=60)

    @unittest.skipUnless(os.getuid() == 0, "only root runs the servers as somebody else")
    def test_a_closed_folder_above_is_left_closed_and_the_data_goes_elsewhere(self):
        with tempfile.TemporaryDirectory(prefix="nightshift-closed.") as closed:
            done = self.bash(f"""
                postgres_place {closed}/state/servers
                postgres_home {closed}/state/servers
                postgres_place {closed}/state/servers   # twice is once
                stat -c %a "$(postgres_home {closed}/state/servers)"
                home=$(postgres_home {closed}/state/servers)
                servers_remove {closed}/state/servers
                [ ! -e "$home" ]""")
            self.assertEqual(done.returncode, 0, done.stderr)
            home, mode = done.stdout.split()
            self.assertTrue(home.startswith("/var/tmp/nightshift-postgres."), home)
            self.assertEqual(mode, "700")
            self.assertEqual(os.stat(closed).st_mode & 0o777, 0o700)

    @unittest.skipUnless(os.getuid() == 0, "only root runs the servers as somebody else")
    def test_data_behind_a_closed_folder_is_said_and_left(self):
        with tempfile.TemporaryDirectory(prefix="nightshift-closed.") as closed:
            os.makedirs(f"{closed}/servers/postgres/data")
            done = self.bash(f"postgres_place {closed}/servers")
            self.assertEqual(done.returncode, 1)
            self.assertIn("cannot be reached by the user postgres", done.stderr)
            self.assertTrue(os.path.isdir(f"{closed}/servers/postgres/data"))

    def test_an_open_folder_keeps_the_data(self):
        with tempfile.TemporaryDirectory(prefix="nightshift-open.") as opened:
            os.chmod(opened, 0o755)
            done = self.bash(f"postgres_place {opened}/servers; postgres_home {opened}/servers")
            self.assertEqual(done.stdout.strip(), f"{opened}/servers/postgres", done.stderr)


def main():
    report = sys.argv[1] if len(sys.argv) > 1 else None
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    failed = len({case.id().split(" ")[0] for case, _ in result.failures + result.errors})
    if report:
        with open(report, "w") as file:
            json.dump({"tests": result.testsRun, "failures": failed, "disabled": len(result.skipped)}, file)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
