"""What linters say of the files of deploy/, of pipelines and of scripts."""

import json
import subprocess
import unittest

from support import DEPLOY, TOP, run, tool


class Lint(unittest.TestCase):
    def test_yamllint_finds_nothing(self):
        run(tool("yamllint"), "--strict", "--config-file", DEPLOY / ".yamllint.yaml", ".", cwd=DEPLOY)

    def test_shellcheck_finds_nothing(self):
        scripts = [file for file in DEPLOY.rglob("*.sh") if "terraform" not in file.parts and file.parent.name != "files"]
        run(tool("shellcheck"), *scripts)
        run(tool("shellcheck"), "--shell=bash", *(DEPLOY / "helm/raally/files").glob("*.sh"))

    maxDiff = None

    def checkov(self, framework, folder, at_least):
        command = [tool("checkov"), "--config-file", DEPLOY / "checkov.yaml", "--framework", framework, "--directory", folder, "--output=json"]
        result = subprocess.run([str(part) for part in command], text=True, capture_output=True, cwd=TOP, check=False)
        report = json.loads(result.stdout)
        failed = {
            f"{one['check_id']} {one['check_name']}: {one['repo_file_path']}:{one['file_line_range'][0]} {one['resource']}"
            for one in report["results"]["failed_checks"]
        }
        self.assertEqual(sorted(failed), [])
        self.assertEqual(report["summary"]["parsing_errors"], 0)
        self.assertGreater(report["summary"]["passed"], at_least)

    def test_checkov_finds_nothing_in_the_manifests(self):
        self.checkov("kubernetes", DEPLOY / "kustomize", 200)

    def test_checkov_finds_nothing_in_the_infrastructure(self):
        self.checkov("terraform", DEPLOY / "terraform", 150)

    def test_checkov_finds_nothing_in_the_images(self):
        self.checkov("dockerfile", DEPLOY / "docker", 5)

    def test_every_waiver_says_why(self):
        for line in (DEPLOY / "checkov.yaml").read_text().splitlines():
            if line.strip().startswith("- CKV"):
                self.assertRegex(line, r"- CKV\d?_\w+  # .{20,}")
