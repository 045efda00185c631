"""The loads of deploy/load against the real server: they run, and a broken limit fails the stage."""

import json
import os
import re
import subprocess
import unittest

from support import DEPLOY, TOP, raally_binary, scratch, tool

LOADS = ["load", "smoke", "soak", "stress"]


def load(name, **more):
    """Exit code, what was said, and the summary for the pipeline's report."""
    summary = scratch() / f"{name}-summary"
    summary.unlink(missing_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAALLY_")} | {
        "RAALLY_TOOLS": os.path.dirname(os.path.dirname(tool("k6"))), "RAALLY_BIN": str(raally_binary()), "STAGE_SUMMARY": str(summary),
        "LOAD_JSON": str(scratch() / f"{name}.json"), **more,
    }
    done = subprocess.run([TOP / "scripts/load.sh", name], env=environment, text=True, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr, summary.read_text() if summary.exists() else ""


class Load(unittest.TestCase):
    def test_a_smoke_load_signs_in_reads_books_and_holds_its_limits(self):
        # A debug build beside other tests: the limit of the shipped program is not asked of it.
        code, said, summary = load("smoke", SECONDS="4", P95_MS_MAX="2000")
        self.assertEqual(code, 0, said)
        self.assertRegex(summary, r"p95 \d+\.\d ms")
        self.assertIn("holds  http_req_duration{part:plan} p(95)<2000", summary)
        metrics = json.loads((scratch() / "smoke.json").read_text())["metrics"]
        self.assertEqual(metrics["http_req_failed"]["values"]["rate"], 0)
        checks = {one["name"]: one["passes"] for one in json.loads((scratch() / "smoke.json").read_text())["root_group"]["checks"]}
        for what in ("signed in", "schedule", "dashboard", "assignments", "book", "move", "remove"):
            self.assertGreater(checks.get(what, 0), 0, what)

    def test_a_broken_limit_fails_the_stage_and_is_named(self):
        code, said, summary = load("smoke", SECONDS="3", P95_MS_MAX="0.001")
        self.assertEqual(code, 99, said)
        self.assertIn("BROKEN  http_req_duration{part:plan} p(95)<0.001", summary)

    def test_a_server_that_is_not_there_fails_the_stage(self):
        code, said, _ = load("smoke", SECONDS="3", P95_MS_MAX="2000", LOAD_URL="http://127.0.0.1:1", LOAD_WORKSPACE="none")
        self.assertNotEqual(code, 0, said)

    def test_without_k6_the_stage_is_not_run(self):
        environment = {"PATH": "/usr/bin:/bin", "RAALLY_TOOLS": str(scratch() / "nowhere")}
        done = subprocess.run([TOP / "scripts/load.sh"], env=environment, text=True, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout[:7]), (75, "not run"), done.stderr)

    def test_every_load_is_well_formed_and_has_the_limits_of_the_objectives(self):
        for name in LOADS:
            done = subprocess.run([tool("k6"), "inspect", DEPLOY / f"load/{name}.js"], text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            limits = json.loads(done.stdout)["thresholds"]
            self.assertIn("p(95)<100", json.dumps(limits["http_req_duration{part:plan}"]))
            self.assertIn("rate<0.001", json.dumps(limits["http_req_failed"]))
        self.assertEqual(sorted(file.stem for file in (DEPLOY / "load").glob("*.js")), sorted([*LOADS, "raally"]))

    def test_the_stage_knows_every_load(self):
        (line,) = re.findall(r"(?m)^what = .*LOAD = (.*); LOAD_URL", (DEPLOY / "pipeline.toml").read_text())
        self.assertEqual(sorted(re.findall(r"[a-z]{4,}", line)), LOADS)
