"""Rules, alerts, their routes and the dashboards are true of the server that runs."""

import json
import re
import unittest

import support
from support import DEPLOY, TOP, get, prometheus, query, raally, run, tool, yaml_file

RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
TESTS = sorted((DEPLOY / "prometheus" / "tests").glob("*.yml"))
RUNBOOKS = TOP / "docs" / "runbooks"
# What other programs export, and which; a rule may name nothing else that Raally does not export itself.
EXPORTED_BY_OTHERS = {
    "up": "Prometheus",
    "ALERTS": "Prometheus",
    "probe_success": "blackbox exporter",
    "probe_ssl_earliest_cert_expiry": "blackbox exporter",
    "kube_deployment_status_replicas_available": "kube-state-metrics",
    "kube_deployment_spec_replicas": "kube-state-metrics",
    "kube_cronjob_status_last_successful_time": "kube-state-metrics",
    "node_filesystem_avail_bytes": "node exporter",
    "node_filesystem_size_bytes": "node exporter",
    "raally_backup_last_success_timestamp_seconds": "deploy/host/backup.sh, by the node exporter",
}
WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "inf", "nan"}


def rules():
    """Every rule, in order."""
    return [rule for file in RULES for group in yaml_file(file)["groups"] for rule in group["rules"]]


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def slug(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def names(expression):
    """The metrics that a PromQL expression asks for."""
    text = re.sub(r'"(\\.|[^"\\])*"', '""', expression)
    text = re.sub(r"\{[^}]*\}", " ", text)
    text = re.sub(r"\[[^\]]*\]", " ", text)
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", text)
    found = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w)(?!\s*\()", text)
    return {name for name in found if name.lower() not in WORDS}


def exported():
    """The names of all series that the running server has, even those that nothing was counted for."""
    text = raally().metrics() + get(f"http://{support.gateway()}/metrics")[1]
    found = set(re.findall(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)[ {]", text, re.M))
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", text, re.M):
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}
        found |= {name + ending for ending in endings.get(kind, [""])}
    return found


def panels():
    """Dashboard, panel and query of every target."""
    for file in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield file.name, panel["title"], target["expr"]


class Rules(unittest.TestCase):
    def test_names_are_found_in_an_expression(self):
        text = 'sum by (job, le) (rate(a_bucket{x="b{c}"}[5m])) / (0 * d:e:rate5m > 0) and on (f) g offset 5m'
        self.assertEqual(names(re.sub("offset 5m", "", text)), {"a_bucket", "d:e:rate5m", "g"})

    def test_prometheus_accepts_its_configuration_and_rules(self):
        run(tool("promtool"), "check", "config", DEPLOY / "prometheus" / "prometheus.yml")

    def test_every_alert_fires_when_it_should_and_not_before(self):
        run(tool("promtool"), "test", "rules", *TESTS)

    def test_every_alert_has_a_case_that_fires_and_one_that_does_not(self):
        fires, quiet = set(), set()
        for file in TESTS:
            for case in yaml_file(file)["tests"]:
                for one in case.get("promql_expr_test", []):
                    (name,) = re.findall(r'alertname="(\w+)"', one["expr"])
                    (fires if one["exp_samples"] else quiet).add(name)
        named = {alert["alert"] for alert in alerts()}
        self.assertEqual(named - fires, set(), "no test sees it fire")
        # The watchdog always fires.
        self.assertEqual(named - quiet - {"RaallyWatchdog"}, set(), "no test sees it keep quiet")
        self.assertEqual((fires | quiet) - named, set(), "no such alert")

    def test_every_alert_has_a_runbook_and_every_runbook_an_alert(self):
        urls = {alert["alert"]: alert["annotations"]["runbook_url"] for alert in alerts()}
        for name, url in urls.items():
            self.assertEqual(url.rsplit("/", 1)[1], f"{slug(name)}.md")
        written = {file.name for file in RUNBOOKS.glob("raally-*.md")}
        self.assertEqual({url.rsplit("/", 1)[1] for url in urls.values()}, written)
        for name in urls:
            self.assertTrue((RUNBOOKS / f"{slug(name)}.md").read_text().startswith(f"# {name}\n"), name)

    def test_every_alert_says_what_and_how_bad(self):
        for alert in alerts():
            with self.subTest(alert["alert"]):
                self.assertIn(alert["labels"]["severity"], {"page", "ticket", "none"})
                self.assertEqual(alert["labels"]["service"], "raally")
                self.assertTrue(alert["annotations"]["summary"] and alert["annotations"]["description"])

    def test_rules_name_metrics_that_somebody_exports(self):
        known = exported() | EXPORTED_BY_OTHERS.keys() | {rule["record"] for rule in rules() if "record" in rule}
        unknown = {(rule.get("alert") or rule["record"], name) for rule in rules() for name in names(rule["expr"]) - known}
        self.assertEqual(unknown, set())

    def test_what_others_export_is_still_asked_for(self):
        asked = set().union(*(names(rule["expr"]) for rule in rules()), *(names(expr) for *_, expr in panels()))
        self.assertEqual(EXPORTED_BY_OTHERS.keys() - asked - {"ALERTS"}, set())

    def test_every_rule_evaluates_in_a_running_prometheus(self):
        url = prometheus()

        def evaluated():
            groups = json.loads(support.get(f"{url}/api/v1/rules")[1])["data"]["groups"]
            all_of_them = [rule for group in groups for rule in group["rules"]]
            return all_of_them if all(rule["health"] != "unknown" for rule in all_of_them) else None

        found = support.until("every rule was evaluated", evaluated)
        self.assertEqual([(one["name"], one.get("lastError")) for one in found if one["health"] != "ok"], [])
        self.assertEqual(len(found), len(rules()))

    def test_histograms_give_figures_in_a_running_prometheus(self):
        for metric in ("raally_http_request_duration_seconds", "raally_db_write_duration_seconds", "raally_db_read_duration_seconds", "raally_gateway_attempt_duration_seconds"):
            (found,) = query(prometheus(), f"histogram_quantile(0.95, sum by (le) ({metric}_bucket))")
            self.assertLess(float(found["value"][1]), 60, metric)


class Dashboards(unittest.TestCase):
    def test_every_panel_asks_for_what_the_running_server_exports(self):
        recorded = {rule["record"] for rule in rules() if "record" in rule}
        known = exported() | recorded | {"up", "ALERTS"}
        unknown = {(file, title, name) for file, title, expr in panels() for name in names(expr) - known}
        self.assertEqual(unknown, set())

    def test_every_exported_metric_is_on_a_dashboard(self):
        asked = set().union(*(names(expr) for *_, expr in panels()))
        recorded_from = {rule["record"]: names(rule["expr"]) for rule in rules() if "record" in rule}
        asked |= set().union(*(recorded_from.get(name, set()) for name in asked))
        shown = {re.sub(r"_(bucket|sum|count|total|info)$", "", name) for name in asked}
        mine = {re.sub(r"_(bucket|sum|count|total|info)$", "", name) for name in exported()}
        self.assertEqual(mine - shown, set())

    def test_every_panel_is_answered_by_a_running_prometheus(self):
        variables = {"$namespace": ".*", "${source}": "", "$__rate_interval": "1m"}
        left = {}
        for _, title, expr in panels():
            for name, value in variables.items():
                expr = expr.replace(name, value)
            left[title, expr] = query(prometheus(), expr)
        # Nothing failed and nothing was changed, so there is nothing to show.
        allowed = {"Failing operations", "Turned away", "Booking", "Imports", "Refused sign-ins", "Signing in"}

        def shown():
            get(raally().url + "/api/v1/workspaces", raally().headers)
            for (title, expr), found in list(left.items()):
                if found or title in allowed or query(prometheus(), expr):
                    del left[title, expr]
            return not left

        try:
            support.until("every panel shows something", shown)
        finally:
            self.assertEqual({title for title, _ in left}, set())

    def test_operations_on_dashboards_exist(self):
        document = json.loads((TOP / "openapi" / "raally.json").read_text())
        known = {one["operationId"] for path in document["paths"].values() for one in path.values() if "operationId" in one}
        asked = set()
        for *_, expr in panels():
            for value in re.findall(r'operation[=!]~?"([^"]+)"', expr):
                asked |= set(value.split("|"))
        self.assertEqual(asked - known, set())

    def test_ids_are_unique_and_panels_do_not_overlap(self):
        for file in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json")):
            taken = set()
            for panel in json.loads(file.read_text())["panels"]:
                place = panel["gridPos"]
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
                self.assertFalse(cells & taken, f"{file.name}: {panel['title']} lies on another")
                self.assertLessEqual(place["x"] + place["w"], 24)
                taken |= cells
