"""What the tests of deploy/ share: tools that may be missing, a running server, a running Prometheus.

A tool that is not on the machine is a printed skip. With CI=true it is a failure, except for what can't be had
everywhere (MAY_BE_MISSING, and why in docs/decisions/0015-manifests.md).
"""

import atexit
import contextlib
import functools
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

DEPLOY = pathlib.Path(__file__).resolve().parent.parent
TOP = DEPLOY.parent
TARGET = TOP / os.environ.get("CARGO_TARGET_DIR", "target")
TOOLS = pathlib.Path(os.environ.get("RAALLY_TOOLS", TARGET / "tools"))
ENVIRONMENTS = ["dev", "uat", "prod"]
DEADLINE_S = 60
MAY_BE_MISSING = {
    "podman": "needs a kernel and rights that not every machine gives",
    "buildah": "needs a kernel and rights that not every machine gives",
    "terraform": "is not in a package registry",
    "the provider mirror": "is not in a package registry",
    "kubectl": "is not in a package registry",
    "go": "is not in a package registry",
    "typed": "is built with go, by `make soak`",
    "helm": "is built with go",
    "actionlint": "is built with go",
    "gitleaks": "is built with go",
    "k6": "is built with go",
    "skopeo": "comes with what runs containers",
    "docker-registry": "is in Debian only",
    "debootstrap": "is in Debian only, and needs rights that not every machine gives",
}


def missing(what):
    """Skips the test that needs `what`, or fails it where nothing may be missing."""
    if os.environ.get("CI") == "true" and what not in MAY_BE_MISSING:
        raise AssertionError(f"CI=true: {what} may not be missing")
    raise unittest.SkipTest(f"{what} is not on this machine")


def tool(name):
    """Where the program is; else the test is skipped."""
    for folder in (TOOLS / "bin", TOOLS / "venv" / "bin"):
        if (folder / name).exists():
            return str(folder / name)
    return shutil.which(name) or missing(name)


def run(*command, **more):
    """The program's result, with its output as text; the test fails unless it ends well."""
    result = subprocess.run([str(part) for part in command], text=True, capture_output=True, **more)
    if result.returncode:
        said = (result.stdout + result.stderr)[-6000:]
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{said}")
    return result


def yaml_documents(text):
    """All documents of a YAML text that are not empty."""
    try:
        import yaml
    except ImportError:
        missing("PyYAML")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [one for one in yaml.load_all(text, Loader=loader) if one]


def yaml_file(path):
    """The only document of a YAML file."""
    (one,) = yaml_documents(pathlib.Path(path).read_text())
    return one


def until(what, ask):
    """What `ask` answers once it answers something true; errors of the network count as not yet."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError, urllib.error.URLError):
            if answer := ask():
                return answer
        time.sleep(0.05)
    raise AssertionError(f"after {DEADLINE_S} s still not: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, headers=()):
    """Status and body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def post(url, body, headers=()):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **dict(headers)}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or "null")


def start(command, log, **more):
    """A process that is ended with the tests."""
    with open(log, "w") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out, **more)

    def end():
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()

    atexit.register(end)
    return process


@functools.cache
def scratch():
    """A folder that goes with the tests."""
    folder = tempfile.TemporaryDirectory(prefix="raally-deploy-")
    atexit.register(folder.cleanup)
    return pathlib.Path(folder.name)


def raally_binary():
    given = os.environ.get("RAALLY_BIN")
    path = pathlib.Path(given) if given else TARGET / "debug" / "raally"
    return path if path.exists() else missing("a built raally")


class Raally:
    """A running server with the demo company and a little traffic behind it."""

    def __init__(self):
        self.binary = raally_binary()
        self.data = scratch() / "raally"
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("RAALLY_")} | {
            "RAALLY_DATA_DIR": str(self.data),
            "RAALLY_LISTEN": "127.0.0.1:0",
            "RAALLY_LOG_FORMAT": "json",
            "RAALLY_HOSTS": "127.0.0.1",
            "RAALLY_BACKUP_URL": f"file://{scratch() / 'shipped'}",
            # Nobody listens there; what isn't taken is counted.
            "RAALLY_OTLP_ENDPOINT": "http://127.0.0.1:9",
        }
        demo = json.loads(run(self.binary, "demo", "--json", env=self.environment).stdout)
        self.log = scratch() / "raally.log"
        self.process = start([self.binary, "serve"], self.log, env=self.environment)
        self.url = until("raally listens", self.address)
        until("raally is ready", lambda: get(self.url + "/ready")[0] == 200)
        self.traffic(demo)

    def address(self):
        for line in self.log.read_text().splitlines():
            with contextlib.suppress(ValueError):
                if address := json.loads(line).get("address"):
                    return f"http://{address}"
        return None

    def traffic(self, demo):
        owner = demo["logins"][0]
        signed_in = post(f"{self.url}/api/v1/auth/sign-in", {"email": owner["email"], "password": owner["password"]})
        self.headers = {"Authorization": f"Bearer {signed_in['accessToken']}"}
        workspace = f"{self.url}/api/v1/workspaces/{demo['workspaceId']}"
        for path in ("people", "projects", "assignments", "nothing-there"):
            get(f"{workspace}/{path}", self.headers)
        # Turned away, so that there is something to count.
        get(f"{workspace}/people", {**self.headers, "Host": "elsewhere.example"})

    def metrics(self):
        return get(self.url + "/metrics")[1]


@functools.cache
def raally():
    """The one server of this run."""
    return Raally()


class Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost")
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def raallyctl_binary():
    path = raally_binary().parent / "raallyctl"
    return path if path.exists() else missing("a built raallyctl")


@functools.cache
def gateway():
    """Address of the metrics of a gateway in front of the server, with a little traffic through it."""
    folder = scratch() / "gateway"
    folder.mkdir()
    listen, metrics = (f"127.0.0.1:{free_port()}" for _ in range(2))
    config = {
        "listens": [{"address": listen}], "adminSocket": str(folder / "admin"), "stateFile": str(folder / "table"),
        "metricsListen": metrics, "workers": 1,
    }
    (folder / "config.json").write_text(json.dumps(config))
    start([raallyctl_binary(), "gateway", "--config", folder / "config.json"], scratch() / "gateway.log")
    until("the gateway is there", lambda: get(f"http://{metrics}/metrics")[0] == 200)
    target = {"id": "one", "address": raally().url.removeprefix("http://")}
    table = {"groups": {"stable": {"version": "0.1.0", "targets": [target]}}, "split": {"stable": 10_000}}
    connection = Unix(folder / "admin")
    connection.request("GET", "/v1/state")
    epoch = json.loads(connection.getresponse().read())["epoch"]
    connection.request("PUT", "/v1/table", json.dumps(table), {"Content-Type": "application/json", "If-Match": str(epoch)})
    answer = connection.getresponse()
    if answer.status >= 300:
        raise AssertionError(answer.read())
    connection.close()
    until("the gateway passes requests on", lambda: get(f"http://{listen}/ready", {"Host": "127.0.0.1"})[0] == 200)
    return metrics


@functools.cache
def prometheus():
    """The URL of a Prometheus with our configuration and rules, that has scraped the server."""
    program = tool("prometheus")
    folder = scratch() / "prometheus"
    shutil.copytree(DEPLOY / "prometheus", folder)
    address = raally().url.removeprefix("http://")
    (folder / "targets" / "raally.yml").write_text(f'- targets: ["{address}"]\n')
    (folder / "targets" / "gateway.yml").write_text(f'- targets: ["{gateway()}"]\n')
    config = (folder / "prometheus.yml").read_text()
    quick = config.replace("scrape_interval: 15s", "scrape_interval: 1s").replace("scrape_timeout: 10s", "scrape_timeout: 1s")
    quick = quick.replace("evaluation_interval: 15s", "evaluation_interval: 1s")
    port = free_port()
    (folder / "prometheus.yml").write_text(quick.replace("localhost:9090", f"localhost:{port}"))
    rules = folder / "rules" / "slo.gen.yml"
    rules.write_text(rules.read_text().replace("interval: 30s", "interval: 1s").replace("interval: 1m\n", "interval: 1s\n"))
    url = f"http://127.0.0.1:{port}"
    start(
        [program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
         f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"],
        scratch() / "prometheus.log",
    )
    until("Prometheus is ready", lambda: get(url + "/-/ready")[0] == 200)

    def recorded():
        # A rate needs two scrapes with traffic in between.
        get(raally().url + "/api/v1/workspaces", raally().headers)
        return query(url, "raally:http_requests:rate5m > 0")

    until("Prometheus has recorded traffic", recorded)
    return url


def query(url, expression):
    """The result of an instant query; the test fails when Prometheus refuses it."""
    body = urllib.parse.urlencode({"query": expression})
    status, text = get(f"{url}/api/v1/query?{body}")
    if status != 200:
        raise AssertionError(f"{expression}: {text}")
    return json.loads(text)["data"]["result"]
