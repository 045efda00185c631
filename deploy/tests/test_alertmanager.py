"""Who hears of what: routes by amtool, inhibition by a running Alertmanager."""

import datetime
import json
import unittest

import support
from support import DEPLOY, free_port, get, post, run, scratch, start, tool, until

CONFIG = DEPLOY / "alertmanager" / "alertmanager.yml"


class Routes(unittest.TestCase):
    def test_alertmanager_accepts_its_configuration(self):
        run(tool("amtool"), "check-config", CONFIG)

    def test_every_alert_reaches_whom_it_should(self):
        for receiver, labels in [
            ("pages", ["alertname=RaallyDown", "severity=page", "env=prod"]),
            ("pages", ["alertname=RaallyDown", "severity=page"]),
            ("tickets", ["alertname=RaallyDown", "severity=page", "env=dev"]),
            ("tickets", ["alertname=RaallySlow", "severity=ticket", "env=prod"]),
            ("watchdog", ["alertname=RaallyWatchdog", "severity=none"]),
            ("nobody", ["alertname=Something", "severity=none"]),
            ("tickets", ["alertname=Something"]),
        ]:
            run(tool("amtool"), "config", "routes", "test", f"--config.file={CONFIG}", f"--verify.receivers={receiver}", *labels)

    def test_a_message_says_what_where_and_what_to_do(self):
        labels = {"alertname": "RaallyDown", "namespace": "raally"}
        said = {"summary": "a does not answer", "description": "For two minutes.", "runbook_url": "https://example.org/raally-down.md"}
        alert = {"status": "firing", "labels": labels, "annotations": said, "startsAt": "2026-11-27T00:00:00Z"}
        data = scratch() / "alert.json"
        data.write_text(json.dumps({"receiver": "pages", "status": "firing", "alerts": [alert], "groupLabels": {}, "commonLabels": labels,
                                    "commonAnnotations": {}, "externalURL": ""}))
        text = run(
            tool("amtool"), "template", "render", f"--template.glob={DEPLOY}/alertmanager/templates/*.tmpl", f"--template.data={data}",
            '--template.text={{ template "raally.title" . }}|{{ template "raally.text" . }}',
        ).stdout
        self.assertEqual(
            text.split(),
            "[FIRING 1] RaallyDown in raally|a does not answer For two minutes. Runbook: https://example.org/raally-down.md".split(),
        )

    def test_no_secret_is_in_the_configuration(self):
        text = CONFIG.read_text()
        for secret in ("api_url:", "auth_password:", "auth_secret:", "hooks.slack.com"):
            self.assertNotIn(secret, text)


class Inhibition(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program = tool("prometheus-alertmanager") if not (support.TOOLS / "bin" / "alertmanager").exists() else tool("alertmanager")
        folder = scratch() / "alertmanager"
        folder.mkdir()
        for name in ("smtp-password", "slack-url"):
            (folder / name).write_text("http://127.0.0.1:9/")
        # Nothing may leave the machine: what it would say goes nowhere.
        text = CONFIG.read_text().replace("/etc/alertmanager/secrets", str(folder))
        text = text.replace("/etc/alertmanager/templates", str(DEPLOY / "alertmanager" / "templates"))
        text = text.replace("https://watchdog.example", "http://127.0.0.1:9").replace("smtp.example:587", "127.0.0.1:9")
        (folder / "config.yml").write_text(text)
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        start([program, f"--config.file={folder}/config.yml", f"--storage.path={folder}/data", "--cluster.listen-address=",
               f"--web.listen-address=127.0.0.1:{port}"], scratch() / "alertmanager.log")
        until("Alertmanager is ready", lambda: get(cls.url + "/-/ready")[0] == 200)

    def states(self, *alerts):
        """Which of the given alerts are held back, by name and namespace."""
        now = datetime.datetime.now(datetime.UTC)
        ends = (now + datetime.timedelta(minutes=5)).isoformat()
        body = [{"labels": {"service": "raally", **labels}, "startsAt": now.isoformat(), "endsAt": ends} for labels in alerts]
        post(self.url + "/api/v2/alerts", body)

        def seen():
            found = {json.dumps(one["labels"], sort_keys=True): one["status"] for one in json.loads(get(self.url + "/api/v2/alerts")[1])}
            wanted = [found.get(json.dumps(one["labels"], sort_keys=True)) for one in body]
            return wanted if all(one and one["state"] != "unprocessed" for one in wanted) else None

        return [one["state"] for one in until("the alerts were processed", seen)]

    def test_a_lost_database_speaks_for_the_errors_it_causes(self):
        cause = {"alertname": "RaallyDatabaseUnhealthy", "severity": "page", "env": "a"}
        shadow = {"alertname": "RaallyErrors", "severity": "page", "env": "a"}
        elsewhere = {"alertname": "RaallyErrors", "severity": "page", "env": "b"}
        slow = {"alertname": "RaallySlow", "severity": "ticket", "env": "a"}
        self.assertEqual(self.states(cause, shadow, elsewhere, slow), ["active", "suppressed", "active", "active"])

    def test_nothing_running_speaks_for_all_but_backups_and_certificates(self):
        cause = {"alertname": "RaallyAbsent", "severity": "page", "env": "c"}
        shadow = {"alertname": "RaallyEdgeProbeFailing", "severity": "page", "env": "c"}
        backup = {"alertname": "RaallyBackupOld", "severity": "page", "env": "c"}
        watchdog = {"alertname": "RaallyWatchdog", "severity": "none", "env": "c"}
        self.assertEqual(self.states(cause, shadow, backup, watchdog), ["active", "suppressed", "active", "active"])

    def test_a_page_of_the_budget_speaks_for_its_tickets(self):
        page = {"alertname": "RaallyLatencyBudgetBurn", "severity": "page", "env": "d"}
        ticket = {"alertname": "RaallyLatencyBudgetBurn", "severity": "ticket", "env": "d"}
        self.assertEqual(self.states(page, ticket), ["active", "suppressed"])
