"""Runbooks and the operations page: what they tell somebody to type is typed here.

Blocks are marked with where they belong: `sh host` runs beside a server on SQLite, `sh prometheus` with a Prometheus
that watches it, `sh postgres` with a throw-away PostgreSQL, `sh pgbackrest` in an environment whose PostgreSQL is kept by
pgBackRest, `sh repository` in a copy of what is checked in. `sh cluster` and `sh aws` can't be run: they are held
against the manifests.
"""

import functools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

import support
from support import DEPLOY, TOP, missing, prometheus, raally, raally_binary, run, scratch, tool

RUNBOOKS = sorted((TOP / "docs/runbooks").glob("*.md"))
PAGES = [*RUNBOOKS, TOP / "docs/operations.md"]
PLACES = {"host", "prometheus", "postgres", "pgbackrest", "repository", "cluster", "aws"}
NEEDED = {"deploy", "rollback", "restore", "key-rotation", "secret-rotation", "scaling", "region-loss"}


def blocks(place):
    """Page and text of each block for this place."""
    for page in PAGES:
        for indent, text in re.findall(rf"^( *)```sh {place}\n(.*?)^ *```$", page.read_text(), re.M | re.S):
            yield page.name, re.sub(rf"(?m)^{indent}", "", text)


def typed(text, environment, cwd):
    run("bash", "-euo", "pipefail", "-c", text, env=environment, cwd=cwd)


def path(*folders):
    return ":".join([*map(str, folders), os.environ["PATH"]])


def tools():
    return [raally_binary().parent, support.TOOLS / "bin", support.TOOLS / "venv" / "bin"]


@functools.cache
def checkout():
    """A copy of what is checked in that blocks may change, with a history."""
    folder = scratch() / "checkout"
    for part in ("deploy", "scripts", "docs"):
        shutil.copytree(TOP / part, folder / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "secrets"))
    for file in ("Makefile", "Cargo.toml", "Jenkinsfile"):
        shutil.copy(TOP / file, folder)
    git = ["git", "-C", folder, "-c", "user.name=x", "-c", "user.email=x@example.org"]
    run("git", "init", "--quiet", folder)
    run(*git, "add", "deploy")
    run(*git, "commit", "--quiet", "--message", "deploy: Begin")
    return folder


class Commands(unittest.TestCase):
    def test_every_block_says_where_it_belongs(self):
        for page in PAGES:
            for language in re.findall(r"^ *```(\S.*)$", page.read_text(), re.M):
                place = language.removeprefix("sh ")
                self.assertTrue(place in PLACES or language in {"yaml", "text"}, (page.name, language))

    def test_every_block_for_a_host_runs(self):
        server = raally()
        for number, (page, text) in enumerate(blocks("host")):
            backups = scratch() / f"host-{number}" / "backups"
            backups.mkdir(parents=True)
            (backups.parent / "textfile").mkdir()
            environment = server.environment | {"PATH": path(*tools()), "URL": server.url, "BACKUPS": str(backups)}
            run(raally_binary(), "backup", backups / "raally-0.db", env=server.environment)
            with self.subTest(page):
                typed(text, environment, TOP)

    def test_every_block_for_prometheus_runs_and_names_what_is_there(self):
        url = prometheus()
        tool("promtool")
        environment = {"PATH": path(*tools()), "PROM": url, "HOME": "/nonexistent"}
        import test_prometheus

        recorded = {rule["record"] for rule in test_prometheus.rules() if "record" in rule}
        known = test_prometheus.exported() | recorded | test_prometheus.EXPORTED_BY_OTHERS.keys()
        commands = {}
        for page, text in blocks("prometheus"):
            commands.setdefault(text, page)
            for expression in re.findall(r"query instant \S+ '([^']+)'", text):
                self.assertEqual(test_prometheus.names(expression) - known, set(), page)
        # One shell for all: a new one for each would cost more than the queries.
        typed("\n".join(commands), environment, TOP)

    def test_every_block_for_postgresql_runs(self):
        script = TOP / "scripts/throwaway-postgres.sh"
        if subprocess.run([script, "where"], capture_output=True, check=False).returncode:
            missing("PostgreSQL")
        programs = run(script, "where").stdout.strip()
        folder = scratch() / "postgres-documents"
        url = run(script, "start", folder).stdout.strip()
        try:
            keys = scratch() / "keys-documents"
            dump = scratch() / "raally.dump"
            environment = raally().environment | {
                "RAALLY_DATA_DIR": str(keys), "PATH": path(programs, *tools()), "URL": url, "ADMIN": url.replace("raally@", "postgres@"), "FILE": str(dump),
            }
            run(raally_binary(), "demo", env=environment | {"RAALLY_DATABASE_URL": url})
            run(f"{programs}/pg_dump", "--dbname", environment["ADMIN"], "--format=custom", "--file", dump)
            for page, text in blocks("postgres"):
                with self.subTest(page):
                    typed(text, environment, TOP)
        finally:
            run(script, "stop", folder)

    def test_every_block_for_pgbackrest_runs(self):
        script = TOP / "scripts/throwaway-postgres.sh"
        if not shutil.which("pgbackrest") or subprocess.run([script, "where"], capture_output=True, check=False).returncode:
            missing("PostgreSQL with pgBackRest")
        folder = scratch() / "postgres-pgbackrest"
        url = run(script, "start", folder).stdout.strip()
        try:
            environment = raally().environment | {"PATH": path(*tools()), "RAALLY_DATABASE_URL": url} | self.archived(folder, url)
            environment["RAALLY_DATA_DIR"] = str(scratch() / "pgbackrest/state/data")
            run(raally_binary(), "demo", env=environment)
            run("raallyctl", "backup", "--env", "prod", "--yes", env=environment)
            for page, text in blocks("pgbackrest"):
                with self.subTest(page):
                    typed(text, environment, TOP)
        finally:
            run(script, "stop", folder)

    def archived(self, folder, url):
        """Has pgBackRest keep a throw-away PostgreSQL; the options of the environment that it is."""
        place = pathlib.Path((folder / "where").read_text().strip())
        programs, port = run(TOP / "scripts/throwaway-postgres.sh", "where").stdout.strip(), url.rsplit(":", 1)[1].split("/")[0]
        config = (DEPLOY / "host/pgbackrest.conf").read_text()
        config = re.sub(r"(?m)^(repo\d)-path=.*$", rf"\1-path={place}/\1", config)
        config = re.sub(r"(?m)^pg1-path=.*$", f"pg1-path={place}/cluster\npg1-port={port}\npg1-socket-path={place}", config)
        config = config.replace("[global]", f"[global]\nlog-path={place}/log\nlock-path={place}/lock\nspool-path={place}/spool")
        (place / "pgbackrest.conf").write_text(config)
        if os.geteuid() == 0:
            shutil.chown(place / "pgbackrest.conf", "postgres")
        told = {
            "port": port, "unix_socket_directories": place, "listen_addresses": "127.0.0.1", "max_connections": 200, "archive_mode": "on", "archive_timeout": 2,
            "archive_command": f"pgbackrest --config={place}/pgbackrest.conf --stanza=raally archive-push %p",
        }
        for name, value in told.items():
            run(tool("psql"), url.replace("raally@", "postgres@"), "-c", f"ALTER SYSTEM SET {name} = '{value}'")
        as_server = ["runuser", "--user", "postgres", "--"] if os.geteuid() == 0 else []
        run(*as_server, f"{programs}/pg_ctl", "restart", "--wait", "-D", place / "cluster", "-l", place / "log-again", cwd="/")
        home = scratch() / "pgbackrest"
        home.mkdir()
        recipient = run(raally_binary().with_name("raallyctl"), "backup-key", home / "backup.key").stdout.strip()
        (home / "environments.toml").write_text(f"""
            format = 1
            [environments.prod]
            target = "host"
            replicas = 2
            strategy = "rolling"
            [environments.prod.host]
            state-dir = "state"
            listen = "127.0.0.1:8080"
            ports = [18100, 18119]
            [environments.prod.host.postgres]
            config = "{place}/pgbackrest.conf"
            recipients = ["{recipient}"]
            keys-to = ["{home}/keys"]
        """)
        return {"RAALLYCTL_FILE": str(home / "environments.toml")}

    def test_every_block_for_a_checkout_runs(self):
        for program in ("helm", "promtool", "amtool", "kubectl"):
            tool(program)
        environment = {
            "PATH": path(*tools()), "RAALLY_TOOLS": str(support.TOOLS), "HOME": os.environ.get("HOME", "/"),
            "RAALLY_BIN": str(raally_binary()),
        }
        for page, text in blocks("repository"):
            # The checks are these: they would run themselves.
            text = "\n".join(line for line in text.splitlines() if not line.startswith("scripts/deploy-check.sh"))
            with self.subTest(page):
                typed(text, environment, checkout())

    def test_blocks_for_a_cluster_name_what_the_manifests_have(self):
        import test_kubernetes

        there = {(one["kind"].lower(), one["metadata"]["name"]) for one in test_kubernetes.rendered("prod")}
        names = {name for _, name in there}
        short = {"deploy": "deployment", "hpa": "horizontalpodautoscaler", "vpa": "verticalpodautoscaler"}
        for page, text in blocks("cluster"):
            for line in text.splitlines():
                words = shlex.split(line)
                self.assertEqual(words[0], "kubectl", (page, line))
                if "apply -f" in line:
                    self.assertTrue((TOP / words[-1]).exists(), line)
                    continue
                for kind, name in re.findall(r"\b(deploy|deployment|job|cronjob|hpa|vpa|externalsecret)[/ ]([a-z][\w-]+)", line):
                    wanted = short.get(kind, kind)
                    made_by_hand = name.endswith("-by-hand")
                    self.assertTrue((wanted, name) in there or made_by_hand or ("secret" in kind and name in names), (page, line))


class Pages(unittest.TestCase):
    def test_there_is_a_page_for_what_operators_do(self):
        self.assertEqual(NEEDED - {page.stem for page in RUNBOOKS}, set())

    def test_options_and_files_that_pages_name_exist(self):
        options = set(re.findall(r"`(RAALLY_[A-Z_]+)`", (TOP / "docs/configuration.md").read_text()))
        for page in PAGES:
            text = page.read_text()
            self.assertEqual(set(re.findall(r"\bRAALLY_[A-Z_]+\b", text)) - options, set(), page.name)
            for file in re.findall(r"\b(?:deploy|scripts)/[\w./-]*\w", text):
                self.assertTrue((TOP / file).exists(), (page.name, file))
