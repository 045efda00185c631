#!/usr/bin/env python3
# What the loss of the disk costs an installation: a server that is backed up, clients that write, kill -9, the data
# removed, the restore, a server that is ready again. Prints JSON.
# SQLite, shipped by `raally serve`, restored by `raally restore --from`:
#   measure.py --program target/release/raally --data FOLDER --email WHO --password-file FILE --recipient age1… --identity FILE
# FOLDER is an installation of the wanted size; it is copied, never touched.
# PostgreSQL, kept by pgBackRest, restored by `raallyctl restore` from the second place; made and filled here:
#   measure.py --engine postgres --program target/release/raally --raallyctl target/debug/raallyctl [--rows 1000000]
# Both: [--rounds 5] [--seconds 10]
import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import postgres


# Of one import: well below the 64 MiB that a file may have.
FILE_ROWS = 250_000


def serve(program, environment, log):
    """A running server and its port."""
    child = subprocess.Popen([program, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=open(log, "wb"))
    while True:
        for line in open(log, encoding="utf-8", errors="replace"):
            found = re.search(r'"address":"127\.0\.0\.1:(\d+)"', line)
            if found and ask(int(found[1]), "GET", "/api/health/ready")[0] == 200:
                return child, int(found[1])
        if child.poll() is not None:
            raise SystemExit(open(log, encoding="utf-8").read())
        time.sleep(0.005)


def ask(port, method, path, body=None, token=None, connection=None):
    """Status and body; 0 when there is no answer."""
    try:
        connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    except http.client.HTTPException:
        return 0, b""


def figures(port):
    """What the server shows of its backups."""
    page = ask(port, "GET", "/metrics")[1].decode()
    return {name: float(value) for name, value in re.findall(r"(?m)^(raally_backup_\w+) (\S+)$", page)}


def sign_in(port, arguments):
    password = open(arguments.password_file, encoding="utf-8").read().strip()
    status, body = ask(port, "POST", "/api/v1/auth/sign-in", {"email": arguments.email, "password": password})
    assert status == 200, body
    token = json.loads(body)["accessToken"]
    workspace = json.loads(ask(port, "GET", "/api/v1/workspaces", None, token)[1])["items"][0]["workspace"]["id"]
    return token, f"/api/v1/workspaces/{workspace}/clients"


def write(port, token, path, written, failed, stop):
    """Creates clients, one after the other, and notes when each was acknowledged."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not stop.is_set():
        name = f"Client {uuid.uuid4()}"
        status, body = ask(port, "POST", path, {"name": name}, token, connection)
        if status == 201:
            written.append((json.loads(body)["id"], time.monotonic()))
        else:
            failed.append((status, body.decode(errors="replace")[:200]))
            return


def restored_clients(port, token, path):
    found, cursor = set(), ""
    while True:
        page = json.loads(ask(port, "GET", f"{path}?limit=200{cursor}", None, token)[1])
        found.update(item["id"] for item in page["items"])
        if not page.get("nextCursor"):
            return found
        cursor = "&cursor=" + page["nextCursor"]


def one_round(arguments, folder):
    data, store = f"{folder}/data", f"{folder}/store"
    shutil.copytree(arguments.data, data)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAALLY_")}
    environment.update(RAALLY_DATA_DIR=data, RAALLY_LISTEN="127.0.0.1:0", RAALLY_LOG_FORMAT="json", RAALLY_RATE_LIMIT="off")
    plain = dict(environment)
    environment.update(RAALLY_BACKUP_URL=f"file://{store}", RAALLY_BACKUP_RECIPIENTS=arguments.recipient)
    child, port = serve(arguments.program, environment, f"{folder}/log")
    ready = time.monotonic()
    while not 0 < figures(port).get("raally_backup_base_timestamp_seconds", 0):
        time.sleep(0.02)
    while figures(port)["raally_backup_lag_seconds"] > 0.5:
        time.sleep(0.02)
    base_seconds = time.monotonic() - ready
    base_bytes = figures(port)["raally_backup_shipped_bytes_total"]
    token, path = sign_in(port, arguments)
    written, failed, stop = [], [], threading.Event()
    clients = [threading.Thread(target=write, args=(port, token, path, written, failed, stop)) for _ in range(4)]
    [client.start() for client in clients]
    lags, until = [], time.monotonic() + arguments.seconds + random.random()
    while time.monotonic() < until:
        lags.append(figures(port)["raally_backup_lag_seconds"])
        time.sleep(0.1)
    child.send_signal(signal.SIGKILL)
    child.wait()
    killed = time.monotonic()
    stop.set()
    [client.join() for client in clients]
    assert all(status == 0 for status, _ in failed), failed
    shutil.rmtree(data)
    began = time.monotonic()
    command = [arguments.program, "restore", "--from", f"file://{store}", "--identity", arguments.identity, "--json"]
    told = subprocess.run(command, env=plain, capture_output=True, check=True)
    fetched = time.monotonic()
    child, port = serve(arguments.program, plain, f"{folder}/log")
    back = time.monotonic()
    token, path = sign_in(port, arguments)
    there = restored_clients(port, token, path)
    child.terminate()
    child.wait()
    lost = [at for name, at in written if name not in there]
    told = json.loads(told.stdout)
    return {
        "events": told["events"], "databaseBytes": told["bytes"], "records": told["records"], "auditOk": told["auditOk"],
        "baseSeconds": round(base_seconds, 2), "baseBytes": int(base_bytes), "acknowledged": len(written),
        "lost": len(lost), "rpoSeconds": round(max((killed - at for at in lost), default=0), 3),
        "lagSecondsMax": round(max(lags), 3), "restoreSeconds": round(fetched - began, 2), "rtoSeconds": round(back - began, 2),
    }


def filled(arguments, cluster):
    """Imports the rows; who may sign in."""
    child, port = serve(arguments.program, cluster.environment(), f"{cluster.folder}/serve.log")
    arguments.email, arguments.password_file = "bench@raally.test", f"{cluster.home}/password"
    with open(arguments.password_file, "w", encoding="utf-8") as out:
        out.write("quiet harbour lantern 93")
    user = {"email": arguments.email, "password": "quiet harbour lantern 93", "name": "Bench"}
    status, body = ask(port, "POST", "/api/v1/auth/sign-up", user)
    assert status == 201, body
    token = json.loads(body)["accessToken"]
    status, body = ask(port, "POST", "/api/v1/workspaces", {"name": "Bench"}, token)
    assert status == 201, body
    child.terminate()
    child.wait()
    workspace = json.loads(body)["id"]
    began = time.monotonic()
    for start in range(0, arguments.rows, FILE_ROWS):
        part = range(start, min(arguments.rows, start + FILE_ROWS))
        sheet = f"{cluster.home}/rows-{start}.csv"
        postgres.sheet(sheet, arguments.rows, part)
        postgres.run(arguments.program, "import", sheet, "--workspace", workspace, "--json", env=cluster.environment())
    return time.monotonic() - began


def one_round_of_postgres(arguments, cluster):
    backup, backup_seconds = cluster.drive("backup", "--yes")
    child, port = serve(arguments.program, cluster.environment(), f"{cluster.folder}/serve.log")
    token, path = sign_in(port, arguments)
    written, failed, stop = [], [], threading.Event()
    clients = [threading.Thread(target=write, args=(port, token, path, written, failed, stop)) for _ in range(4)]
    [client.start() for client in clients]
    time.sleep(arguments.seconds + random.random())
    events, size = cluster.ask("SELECT count(*) FROM event"), cluster.ask("SELECT pg_database_size('raally')")
    cluster.lose()
    lost_at = time.monotonic()
    stop.set()
    child.kill()
    child.wait()
    [client.join() for client in clients]
    began = time.monotonic()
    restored, restore_seconds = cluster.drive("restore", "--repo", "2", "--yes")
    child, port = serve(arguments.program, cluster.environment(), f"{cluster.folder}/serve.log")
    back = time.monotonic()
    token, path = sign_in(port, arguments)
    there = restored_clients(port, token, path)
    child.terminate()
    child.wait()
    # A server without its database says so to whoever writes: what it did not acknowledge is not counted.
    lost = [at for name, at in written if name not in there]
    return {
        "events": int(events), "databaseBytes": int(size), "acknowledged": len(written), "lost": len(lost),
        "rpoSeconds": round(max((lost_at - at for at in lost), default=0), 3), "restoreSeconds": round(restore_seconds, 2),
        "rtoSeconds": round(back - began, 2), "backupSeconds": round(backup_seconds, 2),
        "restoreSteps": postgres.figures_of(restored), "backupSteps": postgres.figures_of(backup),
    }


def rounds_of_postgres(arguments):
    with tempfile.TemporaryDirectory(prefix="raally-recovery", dir="/tmp") as folder:
        cluster = postgres.Cluster(folder, arguments.program, arguments.raallyctl)
        try:
            print(json.dumps({"importSeconds": round(filled(arguments, cluster), 1)}), flush=True)
            for _ in range(arguments.rounds):
                print(json.dumps(one_round_of_postgres(arguments, cluster)), flush=True)
        finally:
            cluster.end()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--program", required=True)
    for name in ["data", "email", "password-file", "recipient", "identity"]:
        parser.add_argument(f"--{name}", required="--engine" not in sys.argv)
    parser.add_argument("--raallyctl", default="target/debug/raallyctl")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    if arguments.engine == "postgres":
        return rounds_of_postgres(arguments)
    rounds = []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory(prefix="raally-recovery") as folder:
            rounds.append(one_round(arguments, folder))
            print(json.dumps(rounds[-1]), flush=True)


if __name__ == "__main__":
    main()
