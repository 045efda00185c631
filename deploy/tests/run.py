#!/usr/bin/env python3
"""Runs the tests of deploy/ and ends with `N passed, N failed` on a line of its own.

    deploy/tests/run.py            all
    deploy/tests/run.py prometheus helm     these modules only
"""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]


class Lines(unittest.TestResult):
    """One line for each test, as they end."""

    passed = 0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def say(self, word, test, more=""):
        name = test.id().removeprefix("test_")
        print(f"{word:4} {name} ({time.monotonic() - self.started:.1f} s){more}", flush=True)

    def addSuccess(self, test):
        self.passed += 1
        self.say("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say("skip", test, f": {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.say("FAIL", test, f"\n{error[1]}")

    def addError(self, test, error):
        super().addError(test, error)
        self.say("FAIL", test, f"\n{self.errors[-1][1]}")

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error:
            print(f"FAIL {subtest}\n{error[1]}", flush=True)


def main():
    loader = unittest.TestLoader()
    if names := sys.argv[1:]:
        suite = loader.loadTestsFromNames([f"test_{name}" for name in names])
    else:
        suite = loader.discover(str(HERE))
    result = Lines()
    suite.run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed")
    return 1 if failed or not result.passed else 0


if __name__ == "__main__":
    sys.exit(main())
