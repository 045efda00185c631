"""Images, bills of materials, pushes and scanners, as the stages of deploy/pipeline.toml run them."""

import json
import os
import re
import shutil
import subprocess
import unittest

import test_images
from support import TOP, free_port, get, raally_binary, raallyctl_binary, run, scratch, start, tool, until


def script(name, *arguments, **environment):
    command = [str(TOP / "scripts" / name), *arguments]
    return subprocess.run(command, env=os.environ | environment, text=True, capture_output=True, check=False)


class Delivered(test_images.Runtime):
    """The images of the stage `image` around the programs of the tests, and a registry that nobody keeps."""

    name = "localhost/raally-delivery-check"

    @classmethod
    def setUpClass(cls):
        tool("skopeo")
        cls.folder = scratch() / "delivery"
        cls.folder.mkdir()
        cls.environment = cls.storage(cls.folder)
        programs = cls.folder / "programs"
        programs.mkdir()
        for program in (raally_binary(), raallyctl_binary()):
            shutil.copy(program, programs)
        cls.podman("import", cls.base(cls.folder, programs / "raally"), f"{cls.name}-base")
        cls.environment |= {
            "PROGRAMS": str(programs), "IMAGE_OUT": str(cls.folder / "image"), "RUNTIME_BASE": f"{cls.name}-base",
        }
        cls.made = cls.image()

    @classmethod
    def image(cls):
        done = script("image.sh", **cls.environment)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return cls.digests()

    @classmethod
    def digests(cls):
        return {name: (cls.folder / f"image/{name}.digest").read_text().strip() for name in ("raally", "raallyctl")}

    def test_the_same_programs_make_the_same_layers(self):
        def layers():
            return [json.loads((self.folder / f"image/{name}/manifest.json").read_text())["layers"] for name in self.made]

        before = layers()
        script("image.sh", **self.environment)
        self.assertEqual(layers(), before)
        type(self).made = self.digests()

    def test_its_archive_is_for_scanners_and_has_the_revision(self):
        revision = run("git", "rev-parse", "--short=12", "HEAD", cwd=TOP).stdout.strip()
        for name in self.made:
            said = json.loads(run("skopeo", "inspect", "--config", f"docker-archive:{self.folder}/image/{name}.tar").stdout)
            self.assertEqual(said["config"]["Labels"]["org.opencontainers.image.revision"], revision)
            self.assertEqual(said["config"]["User"], "1000:1000")

    def test_its_bill_of_materials_names_what_is_linked(self):
        bill = json.loads((self.folder / "image/raally.cdx.json").read_text())
        names = {one["name"] for one in bill["components"]}
        self.assertTrue({"hyper", "tokio", "raally-storage"} <= names)
        self.assertFalse({"proptest", "insta"} & names, "what only tests need is not in it")
        self.assertEqual(bill["metadata"]["properties"], [{"name": "image-digest", "value": self.made["raally"]}])
        outside = [one for one in bill["components"] if not one["name"].startswith("raally-")]
        for one in outside:
            self.assertTrue(one["licenses"] and re.fullmatch("[0-9a-f]{64}", one["hashes"][0]["content"]), one["name"])

    def test_a_push_is_by_digest_and_a_tag_is_never_moved(self):
        registry = self.registry()
        environment = self.environment | {"REGISTRY": f"{registry}/raally-dev", "TAG": "main-1"}
        done = script("push.sh", **environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for name, digest in self.made.items():
            accept = [("Accept", "application/vnd.docker.distribution.manifest.v2+json")]
            status, manifest = get(f"http://{registry}/v2/raally-dev/{name}/manifests/{digest}", accept)
            self.assertEqual((status, len(json.loads(manifest)["layers"]) > 0), (200, True))
        pushed = json.loads((self.folder / "image/pushed.json").read_text())
        self.assertEqual(pushed["raally"], f"{registry}/raally-dev/raally@{self.made['raally']}")
        again = script("push.sh", **environment)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("was there", again.stdout)
        # Another image under the same tag.
        other = self.folder / "other"
        shutil.copytree(self.folder / "image", other)
        shutil.rmtree(other / "raally")
        shutil.copytree(other / "raallyctl", other / "raally")
        (other / "raally.digest").write_text(self.made["raallyctl"])
        moved = script("push.sh", **(environment | {"IMAGE_OUT": str(other)}))
        self.assertEqual(moved.returncode, 1)
        self.assertIn("a tag is never moved", moved.stderr)
        self.assertIn(self.made["raally"], moved.stderr)
        latest = script("push.sh", **(environment | {"TAG": "latest"}))
        self.assertEqual(latest.returncode, 1)

    def test_a_registry_that_is_not_there_is_a_failure(self):
        done = script("push.sh", **(self.environment | {"REGISTRY": f"127.0.0.1:{free_port()}/raally", "TAG": "main-1"}))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)

    def registry(self):
        program = tool("docker-registry")
        address = f"127.0.0.1:{free_port()}"
        config = self.folder / "registry.yml"
        config.write_text(
            f"version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {self.folder}/registry}}\nhttp: {{addr: '{address}'}}\n"
        )
        start([program, "serve", config], self.folder / "registry.log")
        until("the registry answers", lambda: get(f"http://{address}/v2/")[0] == 200)
        return address

    # What is inherited is how images are made here; its own tests run where they are.
    test_it_is_small = test_the_tools_image_runs_restrained_too = test_it_runs_restrained_is_healthy_and_drains = None


class Scanners(unittest.TestCase):
    def scan(self, kind, **environment):
        folder = scratch() / "sarif"
        return script("scan.sh", kind, RAALLY_TOOLS=os.environ.get("RAALLY_TOOLS", str(TOP / "target/tools")), SARIF_OUT=str(folder), **environment)

    def test_no_commit_has_a_secret(self):
        tool("gitleaks")
        done = self.scan("secrets")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_secret_in_any_commit_is_a_finding(self):
        tool("gitleaks")
        folder = scratch() / "leaky"
        folder.mkdir()
        git = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org"]
        run("git", "init", "--quiet", folder)
        # Made here, so that this file has none.
        (folder / "key").write_text("token = 'ghp_" + "".join("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fX"[at % 32] for at in range(36)) + "'\n")
        run(*git, "add", ".")
        run(*git, "commit", "--quiet", "--message", "one")
        (folder / "key").unlink()
        run(*git, "commit", "--quiet", "--all", "--message", "two")
        done = self.scan("secrets", SCAN_TOP=str(folder))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertNotIn("aB3dE6gH9jK2", done.stdout + done.stderr, "it is not shown")
        self.assertEqual(len(json.loads((scratch() / "sarif/secrets.sarif").read_text())["runs"][0]["results"]), 1)

    def test_a_scanner_that_can_not_run_says_so_and_is_not_passed(self):
        nowhere = {"RAALLY_TOOLS": str(scratch() / "nowhere"), "PATH": "/usr/bin:/bin"}
        for kind in ("secrets", "code", "infrastructure", "image"):
            summary = scratch() / f"{kind}-summary"
            done = script("scan.sh", kind, **nowhere, SARIF_OUT=str(scratch() / "sarif"), STAGE_SUMMARY=str(summary))
            self.assertEqual(done.returncode, 75, (kind, done.stdout, done.stderr))
            self.assertTrue(summary.read_text().startswith("not run: "), kind)

    def test_a_database_that_can_not_be_reached_is_not_a_pass(self):
        folder = scratch() / "fake/bin"
        folder.mkdir(parents=True)
        (folder / "trivy").write_text("#!/bin/sh\necho 'no such host' >&2\nexit 1\n")
        (folder / "trivy").chmod(0o755)
        images = scratch() / "fake-images"
        images.mkdir()
        (images / "raally.tar").touch()
        done = script("scan.sh", "image", RAALLY_TOOLS=str(folder.parent), IMAGE_OUT=str(images), SARIF_OUT=str(scratch() / "sarif"))
        self.assertEqual((done.returncode, done.stdout.strip()), (75, "not run: trivy's database can't be reached"))
        (folder / "trivy").write_text("#!/bin/sh\ncase \"$*\" in *download*) exit 0 ;; esac\nexit 1\n")
        done = script("scan.sh", "image", RAALLY_TOOLS=str(folder.parent), IMAGE_OUT=str(images), SARIF_OUT=str(scratch() / "sarif"))
        self.assertEqual(done.returncode, 1, "a finding")
