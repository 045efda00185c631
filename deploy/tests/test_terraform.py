"""The infrastructure: formatted and parsed everywhere; validated and tested where Terraform and its provider are."""

import os
import pathlib
import re
import shutil
import unittest

from support import DEPLOY, ENVIRONMENTS, missing, run, scratch, tool

TERRAFORM = DEPLOY / "terraform"
MODULES = ["network", "cluster", "database", "storage", "secrets", "observability", "edge", "backup", "registry"]
MIRRORS = [os.environ.get("TF_PLUGIN_MIRROR", ""), "/opt/tf-plugins", "/usr/share/terraform/plugins", "~/.terraform.d/plugins"]
ENVIRONMENT = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}


def mirror():
    """A folder with the provider; downloading it is nothing that a test does."""
    for folder in filter(None, MIRRORS):
        if list(pathlib.Path(folder).expanduser().glob("registry.terraform.io/hashicorp/aws/5.*")):
            return pathlib.Path(folder).expanduser()
    return missing("the provider mirror")


def terraform(folder, *arguments):
    return run(tool("terraform"), f"-chdir={folder}", *arguments, "-no-color", env=ENVIRONMENT)


def initialised(folder):
    """A copy of everything with this folder ready, so that nothing is left in the repository."""
    copy = scratch() / "terraform"
    if not copy.exists():
        shutil.copytree(TERRAFORM, copy, ignore=shutil.ignore_patterns(".terraform*"))
    terraform(copy / folder, "init", "-backend=false", f"-plugin-dir={mirror()}")
    return copy / folder


class Files(unittest.TestCase):
    def test_they_are_formatted(self):
        run(tool("terraform"), "fmt", "-check", "-recursive", "-diff", TERRAFORM, env=ENVIRONMENT)

    def test_every_file_parses(self):
        try:
            import hcl2
        except ImportError:
            missing("python-hcl2")
        files = [file for file in TERRAFORM.rglob("*.tf") if ".terraform" not in file.parts]
        self.assertGreater(len(files), 30)
        for file in files:
            with self.subTest(file.name), open(file) as text:
                hcl2.load(text)

    def test_every_module_describes_what_it_takes_and_gives(self):
        for name in [*MODULES, "stack"]:
            for file in ("variables.tf", "outputs.tf"):
                text = (TERRAFORM / "modules" / name / file).read_text()
                for block in re.findall(r'^(?:variable|output) "\w+" \{.*?^\}', text, re.M | re.S):
                    self.assertRegex(block, r'description = "[A-Z]', f"{name}/{file}")
                    if block.startswith("variable"):
                        self.assertIn("type ", block)

    def test_the_stack_is_made_of_every_module(self):
        text = (TERRAFORM / "modules/stack/main.tf").read_text()
        self.assertEqual(set(re.findall(r'source\s+= "\.\./(\w+)"', text)), set(MODULES))
        self.assertEqual({one.name for one in (TERRAFORM / "modules").iterdir()}, {*MODULES, "stack"})

    def test_every_environment_has_a_locked_remote_state_and_says_what_it_costs(self):
        for name in ENVIRONMENTS:
            text = (TERRAFORM / "environments" / name / "environment.tf").read_text()
            self.assertRegex(text, rf'key\s+= "{name}/terraform.tfstate"')
            self.assertRegex(text, r"use_lockfile\s+= true")
            self.assertRegex(text, r"(?m)^# .*: about [\d,]+")

    def test_networks_of_environments_do_not_overlap_and_the_chart_knows_the_database(self):
        import ipaddress

        networks = {}
        for name in ENVIRONMENTS:
            (cidr,) = re.findall(r'cidr\s+= "([\d./]+)"', (TERRAFORM / "environments" / name / "environment.tf").read_text())
            networks[name] = ipaddress.ip_network(cidr)
        values = list(networks.values())
        self.assertFalse(any(a.overlaps(b) for at, a in enumerate(values) for b in values[at + 1:]))
        import test_kubernetes

        for name, network in networks.items():
            databases = list(network.subnets(new_prefix=20))[3]
            for policy in test_kubernetes.kinds(test_kubernetes.rendered(name), "NetworkPolicy"):
                for rule in policy["spec"].get("egress", []):
                    for peer in rule["to"]:
                        if "ipBlock" in peer:
                            self.assertEqual(peer["ipBlock"]["cidr"], str(databases), name)


class Plans(unittest.TestCase):
    def test_every_environment_is_valid(self):
        for name in ENVIRONMENTS:
            with self.subTest(name):
                terraform(initialised(f"environments/{name}"), "validate")

    def test_the_place_of_the_state_is_valid(self):
        terraform(initialised("bootstrap"), "validate")

    def test_modules_keep_their_promises_against_a_mocked_provider(self):
        for name in ("stack", "database", "storage", "edge"):
            with self.subTest(name):
                said = terraform(initialised(f"modules/{name}"), "test").stdout
                self.assertRegex(said, r"Success! [1-9]\d* passed, 0 failed")
