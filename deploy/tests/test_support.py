"""What may be missing is written down, and what may not is a failure."""

import os
import unittest
from unittest import mock

import support
from support import TOP


class Missing(unittest.TestCase):
    def test_a_missing_tool_is_a_skip_here_and_a_failure_in_ci(self):
        with mock.patch.dict(os.environ, {"CI": ""}), self.assertRaises(unittest.SkipTest):
            support.missing("promtool")
        with mock.patch.dict(os.environ, {"CI": "true"}):
            with self.assertRaises(AssertionError):
                support.missing("promtool")
            with self.assertRaises(unittest.SkipTest):
                support.missing("podman")

    def test_every_exception_is_in_the_decision(self):
        text = (TOP / "docs/decisions/0015-manifests.md").read_text()
        for name in support.MAY_BE_MISSING:
            self.assertIn(name.removeprefix("the "), text)
