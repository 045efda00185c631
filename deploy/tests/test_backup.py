"""The backup scripts are run, and what they made is read back."""

import json
import re
import shutil
import subprocess
import unittest

import support
from support import DEPLOY, TOP, missing, raally, raally_binary, run, scratch, tool


def with_raally(environment):
    """The environment with `raally` on the path."""
    return environment | {"PATH": f"{raally_binary().parent}:{environment['PATH']}"}


class Host(unittest.TestCase):
    def test_a_backup_of_a_running_server_restores_and_tells_its_age(self):
        server = raally()
        textfile = scratch() / "textfile"
        textfile.mkdir()
        environment = with_raally(server.environment) | {"BACKUPS": str(scratch() / "backups"), "TEXTFILE": str(textfile)}
        file = run(DEPLOY / "host" / "backup.sh", env=environment).stdout.split()[-1]
        metrics = (textfile / "raally_backup.prom").read_text()
        self.assertRegex(metrics, r"(?m)^raally_backup_last_success_timestamp_seconds \d{10}$")
        self.assertEqual([one.name for one in textfile.iterdir()], ["raally_backup.prom"])

        there = scratch() / "restored"
        there.mkdir(mode=0o700)
        (key,) = (scratch() / "backups").glob("*.secret.key")
        shutil.copy(key, there / "secret.key")
        shutil.copy(server.data / "audit.key", there / "audit.key")
        environment = server.environment | {"RAALLY_DATA_DIR": str(there)}
        restored = json.loads(run(server.binary, "restore", file, "--json", env=environment).stdout)
        self.assertGreater(restored["events"], 100)
        self.assertTrue(json.loads(run(server.binary, "audit", "verify", "--json", env=environment).stdout)["ok"])

    def test_a_failed_backup_does_not_look_young(self):
        textfile = scratch() / "textfile-failed"
        textfile.mkdir()
        environment = with_raally(raally().environment) | {
            "RAALLY_DATA_DIR": str(scratch() / "nothing"), "BACKUPS": str(scratch() / "none"), "TEXTFILE": str(textfile)
        }
        result = subprocess.run([DEPLOY / "host" / "backup.sh"], env=environment, capture_output=True, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(list(textfile.iterdir()), [])

    def test_systemd_accepts_the_units(self):
        program = shutil.which("systemd-analyze")
        if not program:
            raise unittest.SkipTest("systemd-analyze is not on this machine")
        folder = scratch() / "units"
        folder.mkdir()
        units = sorted((DEPLOY / "host").glob("raally-backup*.*"))
        self.assertEqual(len(units), 4)
        for unit in units:
            text = unit.read_text().replace("/usr/local/lib/raally/backup.sh", str(DEPLOY / "host/backup.sh"))
            (folder / unit.name).write_text(text.replace("/usr/local/bin/raallyctl", "/bin/true"))
        run(program, "verify", *(folder / unit.name for unit in units))

    def test_the_unit_for_postgresql_says_what_the_program_understands(self):
        command = re.search(r"^ExecStart=\S+ (.*)$", (DEPLOY / "host/raally-backup-postgres.service").read_text(), re.M).group(1)
        options = set(re.findall(r"--[a-z-]+", command))
        ctl = raally_binary().with_name("raallyctl")
        if not ctl.exists():
            missing("raallyctl")
        self.assertEqual(options - set(re.findall(r"--[a-z-]+", run(ctl, "backup", "--help").stdout)), set())


class Cluster(unittest.TestCase):
    def test_the_cron_jobs_dump_of_postgresql_restores(self):
        script = TOP / "scripts" / "throwaway-postgres.sh"
        if subprocess.run([script, "where"], capture_output=True, check=False).returncode:
            missing("PostgreSQL")
        programs = run(script, "where").stdout.strip()
        folder = scratch() / "postgres"
        url = run(script, "start", folder).stdout.strip()
        try:
            self.dump_and_restore(url, programs)
        finally:
            run(script, "stop", folder)

    def dump_and_restore(self, url, programs):
        keys = scratch() / "keys"
        environment = {k: v for k, v in raally().environment.items()} | {"RAALLY_DATA_DIR": str(keys), "RAALLY_DATABASE_URL": url}
        run(raally_binary(), "demo", env=environment)
        admin = url.replace("raally@", "postgres@")
        # As deploy/docker/postgres/init.sql and the database module of deploy/terraform make it.
        for statement in re.findall(r"^(?:CREATE ROLE raally_backup|GRANT pg_read_all_data).*?;$", (DEPLOY / "docker/postgres/init.sql").read_text(), re.M):
            run(tool("psql"), admin, "-v", "ON_ERROR_STOP=1", "-c", statement)
        backups = scratch() / "dumps"
        backups.mkdir()
        old = backups / "raally-20200101T000000Z.dump"
        old.touch()
        run("touch", "--date=40 days ago", old)
        command = ["bash", "-euo", "pipefail", "-c", (DEPLOY / "helm/raally/files/backup.sh").read_text()]
        job = {"PATH": f"{programs}:{environment['PATH']}", "BACKUPS": str(backups), "RETENTION_DAYS": "30"}
        run(*command, env=job | {"DATABASE_URL": url.replace("raally@", "raally_backup@")})
        (file,) = backups.iterdir()

        # The server's own role does not see past row-level security: a dump by it must fail, not lack rows.
        empty = subprocess.run(command, env=job | {"DATABASE_URL": url, "BACKUPS": str(backups)}, capture_output=True, check=False)
        self.assertNotEqual(empty.returncode, 0)
        self.assertEqual(list(backups.iterdir()), [file])

        run(f"{programs}/createdb", "--maintenance-db", admin, "--owner=raally", "again")
        restored = url.rsplit("/", 1)[0] + "/again"
        run(f"{programs}/pg_restore", "--dbname", restored.replace("raally@", "postgres@"), "--role=raally", "--no-owner", file)
        again = environment | {"RAALLY_DATABASE_URL": restored}
        self.assertTrue(json.loads(run(raally_binary(), "audit", "verify", "--json", env=again).stdout)["ok"])
        counts = [run(tool("psql"), database.replace("raally@", "postgres@"), "-Atc", "SELECT count(*) FROM event").stdout for database in (url, restored)]
        self.assertEqual(counts[0], counts[1])
        self.assertGreater(int(counts[0]), 100)
