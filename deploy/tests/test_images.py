"""The images: what they are built from, and one that is built and run as a cluster would run it."""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import unittest

import support
from support import DEPLOY, TARGET, TOP, free_port, get, raally_binary, run, scratch, tool, until, yaml_documents, yaml_file

DOCKER = DEPLOY / "docker"
MB = 1_000_000
IMAGE_BYTES_MAX = 40 * MB
# Source: the project's notes on running containers without a daemon and without systemd.
CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=8192:8192"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""


class Files(unittest.TestCase):
    def test_hadolint_finds_nothing(self):
        for file in sorted(DOCKER.glob("*.Dockerfile")):
            run(tool("hadolint"), "--failure-threshold", "style", file)

    def test_every_image_runs_as_1000_with_its_bases_by_argument(self):
        for file in sorted(DOCKER.glob("*.Dockerfile")):
            text = file.read_text()
            self.assertIn("\nUSER 1000:1000\n", text)
            self.assertRegex(text, r"\nHEALTHCHECK ")
            for base in re.findall(r"^FROM (?:--\S+ )*(\S+)", text, re.M):
                self.assertTrue(base.startswith("${") or base in {"scratch", "build", "binary"}, base)

    def test_base_images_have_the_toolchain_of_this_repository(self):
        (channel,) = re.findall(r'channel = "(\d+\.\d+)', (TOP / "rust-toolchain.toml").read_text())
        for file in DOCKER.glob("*.Dockerfile"):
            self.assertIn(f"ARG RUST_BASE=docker.io/library/rust:{channel}-", file.read_text())


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose = yaml_file(DOCKER / "compose.yaml")

    def test_it_has_every_service_and_restrains_each(self):
        services = self.compose["services"]
        self.assertEqual(
            set(services),
            {"raally", "postgres", "prometheus", "alertmanager", "blackbox", "node", "grafana", "jaeger", "minio"},
        )
        for name, one in services.items():
            with self.subTest(name):
                self.assertTrue(one["read_only"])
                self.assertEqual((one["cap_drop"], one["security_opt"]), (["ALL"], ["no-new-privileges:true"]))
                self.assertRegex(one["image"], r":[^:/]+$")
                self.assertNotRegex(one["image"], r":(latest|main)$")
                for port in one.get("ports", []):
                    self.assertTrue(port.startswith("127.0.0.1:"), port)

    def test_what_it_mounts_is_there_after_its_secrets_were_made(self):
        folder = scratch() / "compose"
        shutil.copytree(DEPLOY, folder / "deploy", symlinks=True, ignore=shutil.ignore_patterns("terraform"))
        run(folder / "deploy/docker/secrets.sh")
        here = folder / "deploy" / "docker"
        for name, one in self.compose["services"].items():
            for mount in one.get("volumes", []):
                source = mount.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((here / source).exists(), (name, source))
                elif not source.startswith("/"):
                    self.assertIn(source, self.compose["volumes"])
            for secret in one.get("secrets", []):
                self.assertTrue((here / self.compose["secrets"][secret]["file"]).stat().st_size > 10, secret)
        before = (here / "secrets/postgres-password").read_text()
        run(here / "secrets.sh")
        self.assertEqual(before, (here / "secrets/postgres-password").read_text(), "made once")

    def test_targets_of_prometheus_are_services_of_it(self):
        services = set(self.compose["services"])
        for file in (DEPLOY / "prometheus/targets").glob("*.yml"):
            for group in next(iter(yaml_documents(file.read_text())), []):
                addresses = group["targets"] + [group.get("labels", {}).get("exporter", "raally:1")]
                for address in addresses:
                    host = re.sub(r"^https?://", "", address).split(":")[0]
                    self.assertIn(host, services, file.name)

    def test_the_server_accepts_its_options(self):
        options = self.compose["services"]["raally"]["environment"]
        run(raally_binary(), "config", "check", env={"PATH": os.environ["PATH"], "RAALLY_DATA_DIR": str(scratch() / "none"), **options})


class Image:
    """An image that buildah built and podman runs, and what each one promises."""

    @staticmethod
    def storage(folder):
        """The environment of tools that keep their images in `folder`."""
        for program in ("buildah", "podman", "runc"):
            tool(program)
        config = folder / "containers.conf"
        config.write_text(CONTAINERS_CONF)
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/storage"\nrunroot = "{folder}/run"\n'
        )
        environment = os.environ | {
            "CONTAINERS_CONF": str(config), "BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs",
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        }
        if subprocess.run(["podman", "info"], env=environment, capture_output=True, check=False).returncode:
            support.missing("podman")
        return environment

    @classmethod
    def podman(cls, *arguments):
        return run("podman", *arguments, env=cls.environment).stdout.strip()

    def test_it_runs_restrained_is_healthy_and_drains(self):
        port = free_port()
        name = f"raally-deploy-check-{port}"
        # The network of this machine: what is tested is the image, and a bridge is not to be had everywhere.
        self.podman(
            "run", "--detach", "--name", name, "--network", "host", "--read-only", "--cap-drop", "all",
            "--security-opt", "no-new-privileges", "--volume", f"{name}:/data", "--env", f"RAALLY_LISTEN=127.0.0.1:{port}", self.name,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            until("the container is ready", lambda: get(url + "/ready")[0] == 200)
            pid = int(self.podman("inspect", name, "--format", "{{.State.Pid}}"))
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            self.assertRegex(status, r"(?m)^Uid:\s+1000\s+1000\s+1000\s+1000$")
            self.assertRegex(status, r"(?m)^CapEff:\s+0+$")
            self.assertRegex(status, r"(?m)^NoNewPrivs:\s+1$")
            root = [line.split() for line in pathlib.Path(f"/proc/{pid}/mounts").read_text().splitlines() if line.split()[1] == "/"]
            self.assertTrue(any("ro" in one[3].split(",") for one in root), root)
            self.podman("healthcheck", "run", name)
            self.podman("stop", "--time", "30", name)
            self.assertEqual(self.podman("inspect", name, "--format", "{{.State.ExitCode}}"), "0")
            self.assertNotEqual(subprocess.run(["podman", "healthcheck", "run", name], env=self.environment, capture_output=True, check=False).returncode, 0)
        finally:
            said = subprocess.run(["podman", "logs", name], env=self.environment, capture_output=True, text=True, check=False)
            self.podman("rm", "--force", "--volumes", name)
            self.podman("volume", "prune", "--force")
        self.assertIn('"finished":true', said.stderr + said.stdout)


class Runtime(Image, unittest.TestCase):
    """The last stage around the binary that the tests use, built by buildah and run by podman."""

    name = "localhost/raally-deploy-check"

    @classmethod
    def setUpClass(cls):
        folder = scratch() / "image"
        (folder / "binary" / "data").mkdir(parents=True)
        cls.environment = cls.storage(folder)
        cls.binary = raally_binary()
        release = TARGET / "release" / "raally"
        if not os.environ.get("RAALLY_BIN") and release.exists() and release.stat().st_mtime >= cls.binary.stat().st_mtime:
            cls.binary = release
        target = folder / "binary" / "raally"
        shutil.copy(cls.binary, target)
        run("strip", target)
        cls.binary_bytes = target.stat().st_size
        cls.podman("import", cls.base(folder, target), f"{cls.name}-base")
        run(
            "buildah", "bud", "--format", "docker", "--file", DOCKER / "raally.Dockerfile", "--target", "runtime",
            "--build-arg", f"RUNTIME_BASE={cls.name}-base", "--build-context", f"binary={folder}/binary", "--tag", cls.name, folder,
            env=cls.environment,
        )

    @staticmethod
    def base(folder, binary):
        """What a binary that is not static needs of this machine: its loader and libraries. Nothing else is in there."""
        root = folder / "base"
        root.mkdir()
        said = subprocess.run(["ldd", binary], text=True, capture_output=True, check=False).stdout
        for library in re.findall(r"(/\S+) \(0x", said):
            place = root / library.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(os.path.realpath(library), place)
        (root / "etc").mkdir()
        archive = folder / "base.tar"
        run("tar", "--create", "--file", archive, "--directory", root, ".")
        return archive

    def test_it_is_small(self):
        size = int(self.podman("image", "inspect", self.name, "--format", "{{.Size}}"))
        self.assertLess(size - self.binary_bytes, 5 * MB, "what is in it beside the program")
        # A debug build is no measure of what is shipped.
        if "release" in self.binary.parts:
            self.assertLess(size, IMAGE_BYTES_MAX)

    def test_the_tools_image_runs_restrained_too(self):
        folder = scratch() / "image-tool"
        (folder / "data").mkdir(parents=True)
        shutil.copy(support.raallyctl_binary(), folder / "raallyctl")
        run("strip", folder / "raallyctl")
        name = f"{self.name}-tool"
        run(
            "buildah", "bud", "--format", "docker", "--file", DOCKER / "raallyctl.Dockerfile", "--target", "runtime",
            "--build-arg", f"RUNTIME_BASE={self.name}-base", "--build-context", f"binary={folder}", "--tag", name, folder,
            env=self.environment,
        )
        self.assertEqual(self.podman("image", "inspect", name, "--format", "{{.Config.User}}"), "1000:1000")
        said = self.podman("run", "--rm", "--network", "none", "--read-only", "--cap-drop", "all", name, "--help")
        self.assertIn("deploy", said)


@unittest.skipUnless(os.environ.get("SOAK"), "it compiles both programs: SOAK=1")
class MultiStage(Image, unittest.TestCase):
    """The whole of each Dockerfile, from the sources, on a base of Debian with this machine's Rust and Node."""

    name = "localhost/raally-multi-stage"

    @classmethod
    def setUpClass(cls):
        folder = scratch() / "multi-stage"
        folder.mkdir()
        cls.environment = cls.storage(folder)
        cls.podman(
            "import", "--change", "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt", cls.base(folder), f"{cls.name}-base"
        )
        for program in ("raally", "raallyctl"):
            run(
                "buildah", "bud", "--format", "docker", "--network", "host", "--file", DOCKER / f"{program}.Dockerfile",
                "--build-arg", f"WEB_BASE={cls.name}-base", "--build-arg", f"RUST_BASE={cls.name}-base",
                "--tag", cls.name + program.removeprefix("raally"), TOP,
                env=cls.environment,
            )

    @staticmethod
    def base(folder):
        """An archive of Debian with a C compiler, Rust, Node and the authorities that this machine trusts."""
        root = folder / "root"
        release = platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")
        run(tool("debootstrap"), "--variant=minbase", "--include=ca-certificates,gcc,libc6-dev", release, root)
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs")
        toolchain = run("rustc", "--print", "sysroot", cwd=TOP).stdout.strip()
        shutil.copytree(toolchain, root / "usr/local", symlinks=True, dirs_exist_ok=True)
        shutil.copy(os.path.realpath(tool("node")), root / "usr/local/bin/node")
        npm = pathlib.Path(os.path.realpath(tool("npm"))).parent.parent
        shutil.copytree(npm, root / "usr/local/lib/node_modules/npm", symlinks=True)
        (root / "usr/local/bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
        archive = folder / "base.tar"
        run("tar", "--create", "--file", archive, "--directory", root, ".")
        shutil.rmtree(root)
        return archive

    def test_both_are_small_and_of_one_static_program(self):
        for name in (self.name, f"{self.name}ctl"):
            size = int(self.podman("image", "inspect", name, "--format", "{{.Size}}"))
            self.assertLess(size, IMAGE_BYTES_MAX, name)

    def test_the_tools_image_speaks(self):
        said = self.podman("run", "--rm", "--network", "none", "--read-only", "--cap-drop", "all", f"{self.name}ctl", "--help")
        self.assertIn("deploy", said)
