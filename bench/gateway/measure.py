#!/usr/bin/env python3
"""Measures the gateway beside nginx and haproxy: the same upstream, the same load, in one run.

Every way is asked in turn, round after round, so that a machine that slows down slows all of them. Reported are the
medians over the rounds: requests a second, p50 and p99, and the processor time that the proxy itself took for a
request. `bench/gateway/measure.py --help` lists the options.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=pathlib.Path, default=ROOT / "target/release",
                        help="folder with bench-load, yardstick and examples/gateway")
    parser.add_argument("--gateway", type=pathlib.Path, help="the gateway's program, if it lies elsewhere")
    parser.add_argument("--load", type=pathlib.Path, help="folder of bench-load and yardstick, if they lie elsewhere")
    parser.add_argument("--other", action="append", default=[], metavar="NAME=PROGRAM",
                        help="another proxy, started as PROGRAM LISTEN UPSTREAM")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--path", default="/one/{id}")
    parser.add_argument("--write", action="store_true", help="write bench/results/gateway-DATE.md and .json")
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """A program between the load and the upstream; its children count as part of it."""

    def __init__(self, name, command, port):
        self.name, self.port = name, port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def cpu_seconds(self):
        return sum(ticks(pid) for pid in self.processes()) / TICKS

    def memory_mb(self):
        total = 0
        for pid in self.processes():
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as text:
                total += next(int(line.split()[1]) for line in text if line.startswith("Pss:"))
        return total / 1024

    def processes(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        return [self.process.pid, *map(int, children.split())]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:  # Pingora drains for minutes.
            self.process.kill()
            self.process.wait()


def ticks(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8")
    fields = text[text.rindex(")") + 2:].split()
    return int(fields[11]) + int(fields[12])


def wait_for(port, what):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit(f"{what} does not listen")


def start_gateway(program, folder, upstream):
    port = free_port()
    config = {
        "listens": [{"address": f"127.0.0.1:{port}"}],
        "adminSocket": str(folder / "admin.sock"),
        "stateFile": str(folder / "state.json"),
        "accessLog": "off",
        "health": {"path": ""},
    }
    target = {"id": "a", "address": f"127.0.0.1:{upstream}"}
    state = {
        "epoch": 1,
        "table": {"groups": {"stable": {"version": "1", "targets": [target]}}, "split": {"stable": 10_000}},
    }
    (folder / "state.json").write_text(json.dumps(state), "utf-8")
    (folder / "gateway.json").write_text(json.dumps(config), "utf-8")
    return Proxy("gateway", [program, folder / "gateway.json"], port)


def start_nginx(folder, upstream):
    port = free_port()
    (folder / "nginx.conf").write_text(f"""
        daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{ worker_connections 4096; }}
        http {{
            access_log off;
            client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
            uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            upstream u {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 1000000000; }}
            server {{
                listen 127.0.0.1:{port}; keepalive_requests 1000000000;
                location / {{
                    proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection "";
                    proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }}
            }}
        }}
    """, "utf-8")
    return Proxy("nginx", ["nginx", "-c", folder / "nginx.conf"], port)


def start_haproxy(folder, upstream):
    port = free_port()
    (folder / "haproxy.cfg").write_text(f"""
global
    nbthread {os.cpu_count()}
    maxconn 4096
defaults
    mode http
    option http-keep-alive
    option forwardfor
    http-reuse always
    timeout connect 1s
    timeout client 60s
    timeout server 60s
frontend f
    bind 127.0.0.1:{port}
    http-request set-header X-Forwarded-Proto http
    default_backend b
backend b
    server s 127.0.0.1:{upstream}
""", "utf-8")
    return Proxy("haproxy", ["haproxy", "-db", "-f", folder / "haproxy.cfg"], port)


def load(options, port, seconds):
    program = (options.load or options.binaries) / "bench-load"
    command = [program, "--url", f"http://127.0.0.1:{port}{options.path}", "--list", "id=1..10000", "--warm-up", "0",
               "--connections", str(options.connections), "--seconds", str(seconds), "--allow-errors"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if not done.stdout:
        sys.exit(f"bench-load: {done.stderr}")
    return json.loads(done.stdout)


def measure(options, ways):
    rows = {name: [] for name, _, _ in ways}
    for number in range(options.rounds):
        for name, port, proxy in ways:
            load(options, port, 1)
            before = proxy.cpu_seconds() if proxy else 0.0
            result = load(options, port, options.seconds)
            cpu = proxy.cpu_seconds() - before if proxy else 0.0
            result["cpuMicrosPerRequest"] = cpu * 1e6 / max(result["requests"], 1)
            result["memoryMb"] = proxy.memory_mb() if proxy else 0.0
            rows[name].append(result)
            print(f"round {number + 1}: {name:8} {result['requestsPerSecond']:9.0f}/s  p50 {result['p50Ms']:.2f} ms  "
                  f"p99 {result['p99Ms']:.2f} ms  {result['cpuMicrosPerRequest']:.1f} µs  errors {result['errors']}",
                  file=sys.stderr)
    return {name: summary(results) for name, results in rows.items()}


def summary(results):
    def median(key):
        return statistics.median(result[key] for result in results)

    keys = ["requestsPerSecond", "p50Ms", "p99Ms", "cpuMicrosPerRequest", "memoryMb"]
    return {**{key: median(key) for key in keys}, "errors": sum(result["errors"] for result in results)}


def verdict(table):
    rivals = [table[name] for name in ("nginx", "haproxy") if name in table]
    if not rivals:
        return "no rival was there: nothing is compared", {}
    gateway = table["gateway"]
    p99, cpu = min(rival["p99Ms"] for rival in rivals), min(rival["cpuMicrosPerRequest"] for rival in rivals)
    ratios = {"p99": gateway["p99Ms"] / p99, "cpu": gateway["cpuMicrosPerRequest"] / cpu}
    text = (f"p99 {ratios['p99']:.2f} × the better of nginx and haproxy (goal ≤ 1.00: "
            f"{'reached' if ratios['p99'] <= 1 else 'missed'}), processor time {ratios['cpu']:.2f} × (goal ≤ 1.30: "
            f"{'reached' if ratios['cpu'] <= 1.3 else 'missed'})")
    return text, ratios


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}"


def markdown(options, table, text, date):
    lines = [
        f"# The gateway beside nginx and haproxy, {date}", "",
        f"{machine()}; load, upstream and proxy share it. `yardstick` behind, `{options.path}`, {options.connections} "
        f"connections kept alive, {options.rounds} rounds of {options.seconds} s, medians; load before the "
        f"measurement: {os.getloadavg()[0]:.1f}.", "",
        "| way | requests/s | p50 ms | p99 ms | processor µs per request | memory MB | errors |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in table.items():
        own = ["–", "–"] if name == "direct" else [f"{row['cpuMicrosPerRequest']:.1f}", f"{row['memoryMb']:.0f}"]
        lines.append(f"| {name} | {row['requestsPerSecond']:,.0f} | {row['p50Ms']:.2f} | {row['p99Ms']:.2f} | "
                     f"{own[0]} | {own[1]} | {row['errors']} |")
    return "\n".join([*lines, "", f"{text[0].upper()}{text[1:]}.", "", "Run again with `bench/gateway/measure.py --write`.", ""])


def main():
    options = arguments()
    programs = options.load or options.binaries
    date = datetime.date.today().isoformat()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        upstream = free_port()
        yardstick = subprocess.Popen([programs / "yardstick", f"127.0.0.1:{upstream}", folder / "rows.db", "10000"],
                                     stdout=subprocess.DEVNULL)
        proxies = []
        try:
            wait_for(upstream, "yardstick")
            proxies.append(start_gateway(options.gateway or options.binaries / "examples/gateway", folder, upstream))
            if shutil.which("nginx"):
                proxies.append(start_nginx(folder, upstream))
            if shutil.which("haproxy"):
                proxies.append(start_haproxy(folder, upstream))
            for other in options.other:
                other_name, program = other.split("=", 1)
                port = free_port()
                proxies.append(Proxy(other_name, [program, f"127.0.0.1:{port}", f"127.0.0.1:{upstream}"], port))
            for proxy in proxies:
                wait_for(proxy.port, proxy.name)
            ways = [("direct", upstream, None), *((proxy.name, proxy.port, proxy) for proxy in proxies)]
            table = measure(options, ways)
        finally:
            for proxy in proxies:
                proxy.stop()
            yardstick.terminate()
            yardstick.wait(30)
    text, ratios = verdict(table)
    report = markdown(options, table, text, date)
    print(report)
    if options.write:
        results = ROOT / "bench/results"
        results.mkdir(exist_ok=True)
        (results / f"gateway-{date}.md").write_text(report, "utf-8")
        record = {"date": date, "machine": machine(), "ways": table, "ratios": ratios}
        (results / f"gateway-{date}.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
