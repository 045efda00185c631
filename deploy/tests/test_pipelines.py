"""Workflows and the Jenkinsfile: linted, and what they call exists."""

import os
import re
import shutil
import tomllib
import unittest

from support import DEPLOY, TOP, run, scratch, tool, yaml_documents, yaml_file

WORKFLOWS = sorted((TOP / ".github/workflows").glob("*.yml"))
JENKINSFILE = TOP / "Jenkinsfile"


def stages():
    """All stages of the pipeline, in their order."""
    return [one["name"] for one in tomllib.loads((DEPLOY / "pipeline.toml").read_text())["stage"]]


def called(file):
    """The stages that a file has run."""
    lines = re.findall(r"scripts/pipeline\.sh --stage (\S+)|\bperform '(\S+)'", file.read_text())
    lines = [by_script or by_function for by_script, by_function in lines]
    lines += re.findall(r"\bstages=(load\S*);", file.read_text())
    return [name for line in lines if "$" not in line for name in line.split(",")]


class Workflows(unittest.TestCase):
    def test_they_run_every_stage_of_the_pipeline_and_have_none_of_their_own(self):
        ran = [name for file in WORKFLOWS for name in called(file)]
        self.assertEqual(sorted(ran), sorted(stages()))
        for file in [*WORKFLOWS, JENKINSFILE]:
            text = re.sub(r"(?m)(^ *//| *# ).*", "", file.read_text())
            own = r"\bcargo (?!install)\w+|\bmake \w+|\bnpm (?!python3)\S+|\bbuildah \w+|docker buildx build|\b(?:checkov|zizmor|trivy|k6)\b"
            self.assertEqual(re.findall(own, text), [], file.name)

    def test_actionlint_finds_nothing(self):
        run(tool("actionlint"), "-color=false", *WORKFLOWS)

    def test_zizmor_finds_nothing(self):
        run(tool("zizmor"), "--offline", "--quiet", "--persona", "pedantic", "--min-severity", "medium", *WORKFLOWS)

    def test_every_action_is_pinned_to_a_commit(self):
        for file in WORKFLOWS:
            for used in re.findall(r"uses: (\S+)", file.read_text()):
                self.assertRegex(used, r"^(\./|[\w.-]+/[\w./-]+@[0-9a-f]{40}$)")

    def test_no_job_may_do_more_than_it_says(self):
        for file in WORKFLOWS:
            flow = yaml_file(file)
            self.assertEqual(flow["permissions"], {}, file.name)
            for name, job in flow["jobs"].items():
                if "uses" not in job:
                    self.assertLessEqual(job["timeout-minutes"], 90, name)

    def test_production_comes_from_a_release_and_dev_from_main(self):
        flow = yaml_file(TOP / ".github/workflows/deliver.yml")
        # `on` is a truth value in YAML 1.1.
        on = flow.get("on", flow.get(True))
        self.assertEqual((on["push"]["branches"], on["release"]["types"]), (["main"], ["published"]))
        for name in ("image", "deploy"):
            self.assertEqual(flow["jobs"][name]["environment"], "${{ needs.where.outputs.environment }}")
            self.assertIn("where", flow["jobs"][name]["needs"])

    def test_where_a_release_goes_is_decided_as_said(self):
        flow = yaml_file(TOP / ".github/workflows/deliver.yml")
        script = flow["jobs"]["where"]["steps"][0]["run"]
        sha = "0123456789abcdef0123456789abcdef01234567"
        for event, release, prerelease, expected in [
            ("push", "", "", "environment=dev\nbranch=main\ntag=main-0123456789ab\n"),
            ("release", "v1.2.3", "false", "environment=prod\nbranch=release\ntag=1.2.3\n"),
            ("release", "v1.2.3-rc.1", "true", "environment=uat\nbranch=main\ntag=1.2.3-rc.1\n"),
            ("release", "v1.2.3; rm -rf .", "false", None),
        ]:
            output = scratch() / "output"
            output.write_text("")
            environment = {"PATH": os.environ["PATH"], "EVENT": event, "RELEASE": release, "PRERELEASE": prerelease, "GITHUB_SHA": sha, "GITHUB_OUTPUT": str(output)}
            if expected is None:
                with self.assertRaises(AssertionError):
                    run("bash", "-e", "-c", script, env=environment)
            else:
                run("bash", "-e", "-c", script, env=environment)
                self.assertEqual(output.read_text(), expected)

    def test_a_digest_gets_into_what_argo_cd_applies_and_nothing_else_does(self):
        folder = scratch() / "pipeline"
        shutil.copytree(DEPLOY / "kustomize", folder / "deploy/kustomize")
        shutil.copytree(DEPLOY / "ci", folder / "deploy/ci")
        digest = "sha256:" + "a" * 64
        run(folder / "deploy/ci/set-image.sh", "prod", "1.dkr.ecr.eu-central-1.amazonaws.com/raally-prod/raally", digest)
        (image,) = yaml_file(folder / "deploy/kustomize/prod/kustomization.yaml")["images"]
        self.assertEqual(image["digest"], digest)
        built = run(tool("kubectl"), "kustomize", folder / "deploy/kustomize/prod").stdout
        images = {
            container["image"]
            for one in yaml_documents(built) if one["kind"] == "Deployment"
            for container in one["spec"]["template"]["spec"]["containers"]
        }
        self.assertEqual(images, {f"1.dkr.ecr.eu-central-1.amazonaws.com/raally-prod/raally@{digest}"})
        for wrong in [("test", "a/b", digest), ("prod", "a/b", "latest"), ("prod", "a b", digest)]:
            with self.assertRaises(AssertionError):
                run(folder / "deploy/ci/set-image.sh", *wrong)

    def test_the_role_of_aws_is_taken_by_a_token_in_a_file(self):
        import http.server
        import json
        import threading

        asked = []

        class Issuer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, self.headers["Authorization"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"value": "the-token"}).encode())

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Issuer)
        threading.Thread(target=server.handle_request, daemon=True).start()
        folder = scratch() / "role"
        folder.mkdir()
        (folder / "env").touch()
        run(DEPLOY / "ci/aws-role.sh", env={
            "PATH": os.environ["PATH"], "ROLE": "arn:aws:iam::1:role/push", "REGION": "eu-central-1", "RUNNER_TEMP": str(folder),
            "GITHUB_ENV": str(folder / "env"), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{server.server_port}/token?x=1",
        })
        server.server_close()
        self.assertEqual(asked, [("/token?x=1&audience=sts.amazonaws.com", "bearer request")])
        self.assertEqual((folder / "aws-token").read_text(), "the-token")
        self.assertEqual((folder / "aws-token").stat().st_mode & 0o777, 0o600)
        self.assertIn("AWS_ROLE_ARN=arn:aws:iam::1:role/push\n", (folder / "env").read_text())


class Wrappers(unittest.TestCase):
    def test_each_script_is_its_command_for_an_environment(self):
        folder = scratch() / "wrapped"
        folder.mkdir()
        (folder / "raallyctl").write_text('#!/bin/sh\necho "$RAALLY_DATA_DIR:$*"\n')
        (folder / "raallyctl").chmod(0o755)
        for script, said in [
            ("deploy.sh", ":deploy --env uat --one two\n"),
            ("rollback.sh", ":rollback --env uat --one two\n"),
            ("monitor.sh", ":monitor --env uat --one two\n"),
            ("backup-db.sh", ":backup --env uat --one two\n"),
        ]:
            environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
            self.assertEqual(run(TOP / "scripts" / script, "uat", "--one", "two", env=environment).stdout, said)
            with self.assertRaises(AssertionError):
                run(TOP / "scripts" / script, env=environment)


class Jenkins(unittest.TestCase):
    def test_it_has_its_parameters_and_production_comes_from_main(self):
        text = JENKINSFILE.read_text()
        self.assertEqual(re.findall(r"name: '([A-Z]+)'", text), ["ENVIRONMENT", "STRATEGY", "TESTS", "SCAN", "PERFORMANCE", "DEPLOY", "REGISTRY"])
        self.assertIn("params.ENVIRONMENT == 'prod' && env.BRANCH_NAME != 'main'", text)

    def test_it_runs_the_stages_of_the_pipeline_in_their_order(self):
        self.assertEqual(called(JENKINSFILE), stages())

    def test_its_braces_and_quotes_close(self):
        depth = 0
        text = re.sub(r"//.*", "", JENKINSFILE.read_text())
        text = re.sub(r"'(\\.|[^'\\\n])*'|\"(\\.|[^\"\\\n])*\"", "", text)
        self.assertNotRegex(text, r"['\"]")
        for letter in text:
            depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(letter, 0)
            self.assertGreaterEqual(depth, 0)
        self.assertEqual(depth, 0)

    def test_what_pipelines_call_exists(self):
        targets = set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(), re.M))
        for file in [*WORKFLOWS, JENKINSFILE]:
            text = re.sub(r"(?m)^ *(//|#).*", "", file.read_text())
            for target in re.findall(r"\bmake ([a-z-]+)", text):
                self.assertIn(target, targets, file.name)
            for script in re.findall(r"(?<![\w/.])((?:scripts|deploy)/[\w/-]+\.(?:sh|txt|yaml))", text):
                self.assertTrue((TOP / script).exists(), (file.name, script))
