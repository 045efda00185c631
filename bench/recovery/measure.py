#!/usr/bin/env python3
# What the loss of the disk costs an installation on SQLite: a server that ships, clients that write, kill -9, the data
# folder removed, `raally restore --from`, a server that is ready again. Prints JSON.
#   measure.py --program target/release/raally --data FOLDER --email WHO --password-file FILE [--rounds 5] [--seconds 10]
# FOLDER is an installation of the wanted size; it is copied, never touched.
import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid


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


def restored(port, token, path):
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
    there = restored(port, token, path)
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


def main():
    parser = argparse.ArgumentParser()
    for name in ["program", "data", "email", "password-file", "recipient", "identity"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    rounds = []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory(prefix="raally-recovery") as folder:
            rounds.append(one_round(arguments, folder))
            print(json.dumps(rounds[-1]), flush=True)


if __name__ == "__main__":
    main()
