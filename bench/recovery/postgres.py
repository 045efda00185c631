# A PostgreSQL that pgBackRest keeps, as an environment of raallyctl, for measure.py: made, filled, lost and restored.
import json
import os
import re
import secrets
import shutil
import subprocess
import time

PEOPLE, PROJECTS = 1_000, 200


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


class Cluster:
    """A server with its backups in a folder that the server's user owns."""

    def __init__(self, folder, program, raallyctl):
        self.folder, self.program, self.raallyctl = folder, os.path.abspath(program), os.path.abspath(raallyctl)
        versions = sorted(os.listdir("/usr/lib/postgresql"), key=int)
        self.programs = f"/usr/lib/postgresql/{versions[-1]}/bin"
        self.as_server = ["runuser", "--user", "postgres", "--"] if os.geteuid() == 0 else []
        self.data, self.home = f"{folder}/server/main", f"{folder}/home"
        os.chmod(folder, 0o755)
        for name in ["server", "first", "second", "log", "lock", "spool"]:
            os.mkdir(f"{folder}/{name}", 0o700)
            if self.as_server:
                shutil.chown(f"{folder}/{name}", "postgres")
        os.mkdir(self.home, 0o700)
        self.url = f"postgres://raally@{folder.replace('/', '%2F')}%2Fserver/raally"
        self.configure()
        self.begin()

    def configure(self):
        folder = self.folder
        places = "".join(
            f"repo{number}-path={folder}/{name}\nrepo{number}-cipher-type=aes-256-cbc\nrepo{number}-cipher-pass={secrets.token_hex(32)}\n"
            for number, name in [(1, "first"), (2, "second")]
        )
        config = f"{folder}/server/pgbackrest.conf"
        with open(config, "w", encoding="utf-8") as out:
            out.write(
                f"[global]\nlog-path={folder}/log\nlock-path={folder}/lock\nspool-path={folder}/spool\nlog-level-console=warn\n"
                f"log-level-file=off\nstart-fast=y\ncompress-type=lz4\nprocess-max=2\n{places}"
                f"[raally]\npg1-path={self.data}\npg1-socket-path={folder}/server\n"
            )
        if self.as_server:
            shutil.chown(config, "postgres")
        recipient = run(self.raallyctl, "backup-key", f"{self.home}/backup.key").strip()
        with open(f"{self.home}/environments.toml", "w", encoding="utf-8") as out:
            out.write(
                'format = 1\n[environments.bench]\ntarget = "host"\nreplicas = 1\nstrategy = "rolling"\n'
                '[environments.bench.host]\nstate-dir = "state"\nlisten = "127.0.0.1:8080"\nports = [18100, 18119]\n'
                f'settings = {{ RAALLY_DATABASE_URL = "{self.url}" }}\n[environments.bench.host.postgres]\n'
                f'config = "{config}"\nrecipients = ["{recipient}"]\nkeys-to = ["{self.home}/keys"]\n'
            )

    def begin(self):
        folder = self.folder
        run(*self.as_server, f"{self.programs}/initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "-D", self.data, cwd="/")
        with open(f"{self.data}/postgresql.conf", "a", encoding="utf-8") as out:
            out.write(
                f"listen_addresses = ''\nunix_socket_directories = '{folder}/server'\nshared_buffers = 256MB\nmax_wal_size = 4GB\n"
                f"archive_mode = on\narchive_timeout = 2\n"
                f"archive_command = 'pgbackrest --config={folder}/server/pgbackrest.conf --stanza=raally archive-push %p'\n"
            )
        log = f"{folder}/server/log"
        subprocess.run([*self.as_server, f"{self.programs}/pg_ctl", "--wait", f"--log={log}", "start", "-D", self.data], cwd="/", check=True, stdout=subprocess.DEVNULL)
        for statement in ["CREATE ROLE raally LOGIN", "CREATE ROLE raally_app NOLOGIN", "GRANT raally_app TO raally", "CREATE DATABASE raally OWNER raally"]:
            self.ask(statement, "postgres")

    def ask(self, statement, database="raally"):
        return run(*self.as_server, f"{self.programs}/psql", "-h", f"{self.folder}/server", "-U", "postgres", "-d", database, "-Atqc", statement, cwd="/").strip()

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAALLY")}
        return kept | {
            "RAALLY_DATABASE_URL": self.url, "RAALLY_DATA_DIR": f"{self.home}/state/data", "RAALLY_LISTEN": "127.0.0.1:0",
            "RAALLY_LOG_FORMAT": "json", "RAALLY_RATE_LIMIT": "off",
        }

    def drive(self, *arguments):
        """What `raallyctl` says, as data, and how long it took."""
        began = time.monotonic()
        command = [self.raallyctl, *arguments, "--json", "--env", "bench", "--file", f"{self.home}/environments.toml", "--program", self.program]
        return json.loads(run(*command, cwd=self.home, env={k: v for k, v in self.environment().items() if k == "PATH"})), time.monotonic() - began

    def lose(self):
        """The server ends at once, and its data are gone."""
        subprocess.run([*self.as_server, f"{self.programs}/pg_ctl", "--mode=immediate", "stop", "-D", self.data], cwd="/", check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.data)

    def end(self):
        subprocess.run([*self.as_server, f"{self.programs}/pg_ctl", "--mode=immediate", "stop", "-D", self.data], cwd="/", check=False, stdout=subprocess.DEVNULL)


def sheet(path, rows, part):
    """Some of `rows` assignments of a thousand people over a year, with the headers that an import suggests by itself."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("External id,Person,Email,Project code,Project,Start,End,Hours per day\n")
        layers = -(-rows // PEOPLE // 52) or 1
        for number in part:
            person, turn = number % PEOPLE, number // PEOPLE
            project, day = (number * 7 + turn) % PROJECTS, turn % 52 * 7
            month, first = 1 + day // 31, 1 + day % 28
            last = min(first + 4, 28)
            out.write(
                f"A-{number},Person {person:04},person{person:04}@raally.test,P-{project:03},Project {project},"
                f"2027-{month:02}-{first:02},2027-{month:02}-{last:02},{max(420 // layers, 1) / 60:.2f}\n"
            )


def figures_of(done):
    """Seconds of each step, by its name."""
    return {re.sub(r"\W+", " ", step["step"]): round(step["milliseconds"] / 1000, 2) for step in done["steps"]}

