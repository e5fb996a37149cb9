#!/usr/bin/env python3
"""Runs the commands that the documents show, on a demo of its own, and compares what they say is printed.
Usage: docs_test.py [report.json], or docs_test.py FILE.md.. to try pages on the demo that runs.

A ```console block holds commands ("$ ", continued by "> ") and below each its output. A page is one bash session. Ids and moments may
differ; a line of "..." stands for any lines; a command without output below it may print anything but must succeed."""
import json, os, pathlib, re, signal, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARK = "-----a command has ended-----"


def commands(text):
    """Each (line number, command, expected output) of the page."""
    found, inside = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append([number, line[2:], []])
        elif inside and line.startswith("> ") and found:
            found[-1][1] += "\n" + line[2:]
        elif inside and found:
            found[-1][2].append(line)
    return found


def masked(line):
    line = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>", line.lstrip("\ufeff").rstrip())
    return re.sub(r"(?<!from )\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "<moment>", line)


def agrees(expected, got):
    pattern = "\n".join(r"(.*\n?)*?" if line == "..." else re.escape(masked(line)) for line in expected)
    return not expected or re.fullmatch(pattern, "\n".join(map(masked, got))) is not None


def run(script, limit):
    """What the script prints. One that waits for ever is ended with all that it started, and what it printed counts."""
    shell = subprocess.Popen(["bash", "-c", script], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return shell.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired:
        os.killpg(shell.pid, signal.SIGTERM)
        return shell.communicate()[0]


def check(path):
    steps = commands(path.read_text())
    script = "".join(f"{command}\nprintf '\\n{MARK} %s\\n' $?\n" for _, command, _ in steps)
    out = run(script, 900)
    parts = re.split(rf"\n{MARK} (\d+)\n", out)
    failed = 0
    for index, (number, command, expected) in enumerate(steps):
        got = parts[2 * index].splitlines() if 2 * index < len(parts) else []
        while got and not got[-1]:
            got.pop()
        status = parts[2 * index + 1] if 2 * index + 1 < len(parts) else "none"
        if status == "0" and agrees(expected, got):
            continue
        failed += 1
        print(f"{path}:{number}: $ {command}\n  status {status}, expected:", *expected, "  got:", *got, sep="\n    ", file=sys.stderr)
    return len(steps) - failed, failed


def check_all(pages):
    passed = failed = 0
    for page in pages:
        good, bad = check(page)
        print(f"{os.path.relpath(page, ROOT)}: {good} commands as written, {bad} not", file=sys.stderr)
        passed, failed = passed + good, failed + bad
    return passed, failed


def on_a_demo_of_its_own():
    """The tutorial begins with nothing and ends with nothing running; the other pages want a demo that runs."""
    tutorial = ROOT / "docs/tutorial.md"
    others = [page for page in sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")]) if page != tutorial and commands(page.read_text())]
    with tempfile.TemporaryDirectory(prefix="nightshift-docs.") as folder:
        os.environ["NIGHTSHIFT_STATE"] = f"{folder}/state"
        try:
            first = check_all([tutorial])
            subprocess.run(["./dev", "up", "--detach"], cwd=ROOT, check=True)
            rest = check_all(others)
        finally:
            subprocess.run(["./dev", "reset"], cwd=ROOT, start_new_session=True)
    return first[0] + rest[0], first[1] + rest[1]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))   # and stop the demo on the way out
    pages = [pathlib.Path(name).resolve() for name in sys.argv[1:] if name.endswith(".md")]
    passed, failed = check_all(pages) if pages else on_a_demo_of_its_own()
    if len(sys.argv) == 2 and not pages:
        pathlib.Path(sys.argv[1]).write_text(json.dumps({"tests": passed + failed, "failures": failed}))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
