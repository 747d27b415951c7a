#!/usr/bin/env python3
"""Times two sides of a comparison in turns: ours, theirs, ours, theirs ... so that both meet the same machine.

usage: compare.py NAME RUNS FILE        (FILE: {"ours": SIDE, "theirs": SIDE}, as JSON)

A SIDE has commands as lists of words, in which {i} becomes the number of the run:
  before, after   once, not timed
  timed           one after the other, timed together; a step {"reap": FILE} waits, untimed, for the process whose pid is in FILE
  at_once         instead of one run, this many, "jobs" of them at a time; the wall time counts
Every command must end with 0: a failing one is no fast one. Prints a line for people.
"""
import ctypes
import json
import os
import statistics
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
WARM_UP = 5


def call(words, number):
    words = [word.replace("{i}", str(number)) for word in words]
    # The outputs are nobody's pipe: a container inherits them.
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, ERRORS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
    ]
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        with open(ERRORS) as errors:
            print(errors.read(), file=sys.stderr)
        print(f"{' '.join(words)}: wait status {status}", file=sys.stderr, flush=True)
        # Also from another thread.
        os._exit(1)


def run(side, number):
    """Seconds."""
    if "at_once" in side:
        return run_at_once(side, number)
    spent = 0.0
    for step in side["timed"]:
        if isinstance(step, dict):
            with open(step["reap"].replace("{i}", str(number))) as file:
                os.waitpid(int(file.read()), 0)
            continue
        began = time.perf_counter()
        call(step, number)
        spent += time.perf_counter() - began
    return spent


def run_at_once(side, number):
    numbers = iter(range(side["at_once"]))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                mine = next(numbers, None)
            if mine is None:
                return
            for step in side["timed"]:
                call(step, f"{number}-{mine}")

    threads = [threading.Thread(target=work) for _ in range(side["jobs"])]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def once(side, when):
    for step in side.get(when, []):
        call(step, 0)


def describe(times):
    milliseconds = [t * 1e3 for t in times]
    return f"median {statistics.median(milliseconds):.2f} ms, mean {statistics.mean(milliseconds):.2f}, min {min(milliseconds):.2f}"


name, runs, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
ERRORS = path + ".errors"
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
with open(path) as file:
    sides = json.load(file)
times = {"ours": [], "theirs": []}
for side in sides.values():
    once(side, "before")
warm_up = 1 if "at_once" in sides["ours"] else WARM_UP
for number in range(runs + warm_up):
    # Whoever goes first finds other caches: they take turns.
    for which in ("ours", "theirs") if number % 2 else ("theirs", "ours"):
        seconds = run(sides[which], number)
        if number >= warm_up:
            times[which].append(seconds)
for side in sides.values():
    once(side, "after")
ours, theirs = times["ours"], times["theirs"]
print(name)
print(f"    minirun-runtime: {describe(ours)}")
print(f"    the other:       {describe(theirs)}")
ratios = (statistics.median(ours) / statistics.median(theirs), statistics.mean(ours) / statistics.mean(theirs), min(ours) / min(theirs))
print("    ratio: median {:.2f}, mean {:.2f}, min {:.2f}".format(*ratios), flush=True)
