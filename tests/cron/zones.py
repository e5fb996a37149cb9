#!/usr/bin/env python3
"""Each zone's changes of the clocks as Python's zoneinfo sees them, found by asking it, for tests/unit/zone_test.cpp.

A line for each stretch of one offset from 1970 to 2100: zone, first second, offset, abbreviation.
"""
import datetime
import os
import sys
import zoneinfo

FIRST, LAST = 0, 4102444800
STEP = 6 * 86400  # the shortest stretch there is: a week


def state(zone, second):
    local = datetime.datetime.fromtimestamp(second, zone)
    return local.utcoffset(), local.tzname()


def first_change(zone, low, high):
    """The first second in (low, high] whose state is not that of low; high's is not."""
    before = state(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if state(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def stretches(zone):
    at, now = FIRST, state(zone, FIRST)
    yield at, now
    while at < LAST:
        following = min(at + STEP, LAST)
        if state(zone, following) == now:
            at = following
            continue
        at = first_change(zone, at, following)
        now = state(zone, at)
        if at < LAST:
            yield at, now


def main():
    known = {}  # many names share one file
    folder = zoneinfo.TZPATH[0]
    for name in sorted(zoneinfo.available_timezones()):
        path = os.path.join(folder, name)
        if name == "localtime" or not os.path.exists(path):
            continue
        with open(path, "rb") as file:
            content = file.read()
        if content not in known:
            known[content] = list(stretches(zoneinfo.ZoneInfo(name)))
        for second, (offset, abbreviation) in known[content]:
            print(name, second, int(offset.total_seconds()), abbreviation)


main()
