"""The pipelines of logs know the fields that the server really writes."""

import contextlib
import ipaddress
import json
import re
import unittest

import support
from support import DEPLOY, raally, yaml_file

LOGS = DEPLOY / "logs"
# How the collector renames what lies in `span`, and what it drops.
KEPT = {"trace": "trace_id", "request": "request_id", "user": "user_id", "workspace": "workspace_id"}


def lines():
    """Lines of the running server: a start, an answer, a refusal."""
    server = raally()
    support.get(server.url + "/api/v1/workspaces")

    def written():
        found = []
        for line in server.log.read_text().splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
        said = {one.get("message") for one in found}
        return found if {"answered", "refused"} <= said else None

    return support.until("the server has logged an answer and a refusal", written)


def record(line):
    """What fluent-bit.yaml makes of a line."""
    line = dict(line)
    span = line.pop("span", {})
    line["@timestamp"] = line.pop("timestamp")
    return line | {name: span[key] for key, name in KEPT.items() if key in span}


class Fields(unittest.TestCase):
    def test_every_field_of_a_line_has_a_mapping_of_its_type(self):
        template = json.loads((LOGS / "elasticsearch/index-template.json").read_text())
        properties = template["template"]["mappings"]["properties"]
        fits = {
            "date": lambda value: re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value),
            "keyword": lambda value: isinstance(value, str),
            "text": lambda value: isinstance(value, str),
            "short": lambda value: isinstance(value, int) and abs(value) < 2**15,
            "long": lambda value: isinstance(value, int),
            "boolean": lambda value: isinstance(value, bool),
            "ip": ipaddress.ip_address,
        }
        seen = set()
        for line in lines():
            for name, value in record(line).items():
                self.assertIn(name, properties, line)
                self.assertTrue(fits[properties[name]["type"]](value), (name, value))
                seen.add(name)
        self.assertLessEqual({"@timestamp", "level", "method", "route", "status", "took_us", "code", "trace_id", "workspace_id"}, seen)

    def test_the_collector_lifts_the_ids_that_lines_carry(self):
        filters = yaml_file(LOGS / "fluent-bit.yaml")["pipeline"]["filters"]
        renamed = dict(one.split(" ", 1) for step in filters if isinstance(step.get("rename"), list) for one in step["rename"])
        self.assertEqual({key.removeprefix("span_"): name for key, name in renamed.items() if key.startswith("span_")}, KEPT)
        spans = {key for line in lines() for key in line.get("span", {})}
        self.assertEqual(spans - KEPT.keys() - {"name"}, set())

    def test_labels_have_few_values(self):
        (loki,) = (one for one in yaml_file(LOGS / "fluent-bit.yaml")["pipeline"]["outputs"] if one["name"] == "loki")
        labels = set(re.findall(r"\$(\w+)", loki["label_keys"] + " " + loki["labels"]))
        self.assertEqual(labels, {"env", "level", "target"})

    def test_everything_ends(self):
        loki = yaml_file(LOGS / "loki.yaml")
        self.assertTrue(loki["compactor"]["retention_enabled"])
        self.assertEqual(loki["limits_config"]["retention_period"], "744h")
        template = json.loads((LOGS / "elasticsearch/index-template.json").read_text())
        policy = json.loads((LOGS / "elasticsearch/lifecycle.json").read_text())["policy"]
        self.assertEqual(template["template"]["settings"]["index.lifecycle.name"], "raally-logs")
        self.assertIn("delete", policy["phases"])
