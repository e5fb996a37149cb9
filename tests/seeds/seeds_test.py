#!/usr/bin/env python3
"""Replays what the seeds say, statement by statement, on the real daemon over HTTP.
Usage: seeds_test.py [report.json] [--only WORD]. NIGHTSHIFT_TEST_DATABASE_URL names the server.

A seed is a table SEED.tsv (id, statement, note) and tests that say with @replays which statements they replay. Every statement has a
test, or a note why not; never both, never neither."""
import importlib, json, pathlib, re, sys, time, traceback

import kit

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = [("Job Management System", "job_management_system", "JMS", 143)]


def statements(table):
    return [line.split("\t") for line in (HERE / f"{table}.tsv").read_text().splitlines()]


def problems_of(table, prefix, count):
    """What is wrong with the table itself: an id missing, doubled, without a test and a note, or with both."""
    rows = statements(table)
    listed = [row[0] for row in rows]
    expected = [f"{prefix}-{number:02d}" for number in range(1, count + 1)]
    problems = [f"{table}.tsv: {one} is missing" for one in expected if one not in listed]
    problems += [f"{table}.tsv: {one} is not one of {prefix}-01 to {expected[-1]}, or doubled" for one in listed if one not in expected or listed.count(one) > 1]
    for one, _, note in rows:
        if bool(note) == (one in kit.LISTS):
            problems.append(f"{one}: has {'both a test and a note' if note else 'neither a test nor a note'}")
    return problems + [f"{one}: a test replays it, but no table has it" for one in kit.LISTS if one.startswith(prefix) and one not in listed]


def named(test):
    return f"{test.__module__}.{test.__name__}"


def run(tests, room):
    failed = set()
    for test in tests:
        began = time.monotonic()
        try:
            test(room)
        except Exception:  # noqa: BLE001: a test that fails says how, and the others go on
            failed.add(test)
            print(f"FAILED {named(test)} {' '.join(test.replays)}\n{traceback.format_exc(limit=-3)}", file=sys.stderr)
        took = time.monotonic() - began
        if took > 2:
            print(f"{named(test)} took {took:.1f} s", file=sys.stderr)
    return failed


def main():
    arguments = sys.argv[1:]
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    report = arguments[0] if arguments and not arguments[0].startswith("--") else None
    for path in sorted(HERE.glob("replay_*.py")):
        importlib.import_module(path.stem)
    broken = [one for _, table, prefix, count in SEEDS for one in problems_of(table, prefix, count)]
    print(*broken, sep="\n", end="\n" if broken else "", file=sys.stderr)
    tests = list(dict.fromkeys(test for tests in kit.LISTS.values() for test in tests))
    tests.sort(key=named)
    wanted = [test for test in tests if re.search(only, named(test) + " " + " ".join(test.replays))]
    with kit.Room() as room:
        failed = run(wanted, room)
        if failed:
            print((room.folder / "log").read_text()[-3000:], file=sys.stderr)
    good = set(wanted) - failed
    for title, table, prefix, count in SEEDS:
        replayed = [one for one in kit.LISTS if one.startswith(prefix) and all(test in good for test in kit.LISTS[one])]
        print(f"{len(replayed)} of {count} statements of the {title} replayed", file=sys.stderr)
        for one, _, note in statements(table):
            if note:
                print(f"  {one} not replayed: {note}", file=sys.stderr)
    if report:
        pathlib.Path(report).write_text(json.dumps({"tests": len(wanted) + 1, "failures": len(failed) + (1 if broken else 0)}))
    return 1 if failed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
