"""Grafana dashboards, made from short descriptions of their panels.

Every query names metrics that the running server exports or series that deploy/prometheus/rules records; a test starts
the server and compares. Objectives come from deploy/slo.toml.
"""

import json

import slo as objectives

SOURCE = {"type": "prometheus", "uid": "${source}"}
HTTP = "raally_http_request_duration_seconds"
HERE = 'job="raally", namespace=~"$namespace"'
GREEN, YELLOW, RED = "green", "yellow", "red"


def panel(title, queries, *, kind="timeseries", unit="short", width=8, height=8, says="", **more):
    """One panel; `queries` are (PromQL, legend) pairs."""
    targets = [
        {"refId": chr(65 + at), "datasource": SOURCE, "expr": expr, "legendFormat": legend}
        for at, (expr, legend) in enumerate(queries)
    ]
    custom = {"lineWidth": 2, "fillOpacity": 8, "showPoints": "never", "stacking": {"mode": more.pop("stack", "none")}}
    defaults = {"unit": unit, "min": more.pop("least", 0)}
    if kind == "timeseries":
        defaults["custom"] = custom
    if kind == "heatmap":
        for target in targets:
            target["format"] = "heatmap"
    if (most := more.pop("most", None)) is not None:
        defaults["max"] = most
    # The traces of some of the requests behind the numbers, as dots that lead to them.
    if more.pop("traces", False):
        for target in targets:
            target["exemplar"] = True
    steps = more.pop("steps", None)
    if steps:
        first, *rest = steps
        defaults["thresholds"] = {
            "mode": "absolute",
            "steps": [{"color": first, "value": None}, *({"color": c, "value": v} for v, c in rest)],
        }
        if kind == "timeseries":
            custom["thresholdsStyle"] = {"mode": "line"}
    options = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    if kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "background", "graphMode": "area"}
    elif kind == "table":
        options = {"showHeader": True}
        for target in targets:
            target |= {"format": "table", "instant": True}
    elif kind == "heatmap":
        options = {"calculate": False, "yAxis": {"unit": unit}, "color": {"scheme": "Oranges", "mode": "scheme"}}
    return {
        "title": title,
        "type": kind,
        "description": says,
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "gridPos": {"w": width, "h": height},
    }


def row(title):
    return {"title": title, "type": "row", "collapsed": False, "panels": [], "gridPos": {"w": 24, "h": 1}}


def placed(panels):
    """Panels from left to right, a new line when one is full."""
    x = y = line = 0
    for number, one in enumerate(panels, start=1):
        place = one["gridPos"]
        if x + place["w"] > 24:
            x, y, line = 0, y + line, 0
        place |= {"x": x, "y": y}
        x, line = x + place["w"], max(line, place["h"])
        one["id"] = number
    return panels


def dashboard(uid, title, says, panels):
    return {
        "uid": uid,
        "title": title,
        "description": says,
        "tags": ["raally"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "graphTooltip": 1,
        "links": [{"title": "Raally", "type": "dashboards", "tags": ["raally"], "asDropdown": True}],
        "templating": {
            "list": [
                {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"},
                {
                    "name": "namespace",
                    "label": "Namespace",
                    "type": "query",
                    "datasource": SOURCE,
                    "query": {"query": "label_values(raally_build_info, namespace)", "refId": "namespace"},
                    "refresh": 2,
                    "includeAll": True,
                    "allValue": ".*",
                    "multi": True,
                    "current": {"text": "All", "value": "$__all"},
                },
            ]
        },
        "annotations": {
            "list": [
                {
                    "name": "Alerts",
                    "datasource": SOURCE,
                    "enable": True,
                    "iconColor": RED,
                    "expr": 'ALERTS{service="raally", alertstate="firing", severity=~"page|ticket"}',
                    "titleFormat": "{{alertname}}",
                }
            ]
        },
        "panels": placed(panels),
    }


def quantile(q, metric, more=""):
    return f"histogram_quantile({q}, sum by (le) (rate({metric}_bucket{{{HERE}{more}}}[5m])))"


def overview(slo):
    users = objectives.users(slo).replace('job="raally"', HERE)
    bound = slo["latency"]["within_seconds"]
    budget = 1 - slo["availability"]["objective"]
    slow_budget = 1 - slo["latency"]["objective"]
    here = 'namespace=~"$namespace"'
    left = "1 - avg(raally:http_{}:ratio_rate3d{{" + here + "}}) / {:.6g}"
    budget_steps = [RED, (0.25, YELLOW), (0.5, GREEN)]
    return [
        row("Now"),
        panel("Answering", [(f"sum(up{{{HERE}}})", "processes")], kind="stat", width=4, height=4, steps=[RED, (1, GREEN)]),
        panel("Requests", [(f"sum(raally:http_requests:rate5m{{{here}}})", "")], kind="stat", unit="reqps", width=4, height=4),
        panel("Failing", [(f"avg(raally:http_errors:ratio_rate5m{{{here}}})", "")], kind="stat", unit="percentunit", width=4, height=4, steps=[GREEN, (budget, YELLOW), (0.05, RED)]),
        panel("95th percentile", [(f"max(raally:http_request_duration_seconds:p95_5m{{{here}}})", "")], kind="stat", unit="s", width=4, height=4, steps=[GREEN, (bound, YELLOW), (1, RED)]),
        panel("Availability budget left", [(left.format("errors", budget), "")], kind="stat", unit="percentunit", width=4, height=4, least=-1, most=1, steps=budget_steps, says="Of the last three days."),
        panel("Latency budget left", [(left.format("slow", slow_budget), "")], kind="stat", unit="percentunit", width=4, height=4, least=-1, most=1, steps=budget_steps, says="Of the last three days."),
        row("Traffic"),
        panel("Requests by class of status", [(f"sum by (status) (rate({HTTP}_count{{{users}}}[5m]))", "{{status}}")], unit="reqps", stack="normal"),
        panel("Latency", [(quantile(q, HTTP, ', status!="gone"'), name) for q, name in ((0.5, "median"), (0.95, "95th"), (0.99, "99th"))], unit="s", steps=[GREEN, (bound, RED)]),
        panel("Where the time goes", [(f'sum by (le) (increase({HTTP}_bucket{{{HERE}, status!="gone"}}[1m]))', "{{le}}")], kind="heatmap", unit="s", traces=True),
        panel("Busiest operations", [(f"topk(8, sum by (operation) (rate({HTTP}_count{{{users}}}[5m])))", "{{operation}}")], unit="reqps"),
        panel("Failing operations", [(f'topk(8, sum by (operation) (rate({HTTP}_count{{{users}, status="5xx"}}[5m])))', "{{operation}}")], unit="reqps"),
        panel("Slowest operations", [(f'topk(8, histogram_quantile(0.95, sum by (le, operation) (rate({HTTP}_bucket{{{users}}}[5m]))))', "{{operation}}")], unit="s", traces=True),
        panel("Turned away", [(f"sum by (reason) (rate(raally_http_requests_turned_away_total{{{HERE}}}[5m]))", "{{reason}}")], unit="reqps", says="Before the operation ran: overload, rate limit, unknown host."),
        panel("Burn of the availability budget", [(f"avg(raally:http_errors:ratio_rate{w}{{{here}}}) / {budget:.6g}", w) for w in ("5m", "1h", "6h")], steps=[GREEN, (1, YELLOW), (14.4, RED)]),
        panel("Burn of the latency budget", [(f"avg(raally:http_slow:ratio_rate{w}{{{here}}}) / {slow_budget:.6g}", w) for w in ("5m", "1h", "6h")], steps=[GREEN, (1, YELLOW), (14.4, RED)]),
        row("Saturation"),
        panel("Processor", [(f"rate(process_cpu_seconds_total{{{HERE}}}[5m])", "{{instance}}")], steps=[GREEN, (slo["process"]["cpu_cores"], RED)], says="Cores in use; the line is the limit."),
        panel("Memory", [(f"process_resident_memory_bytes{{{HERE}}}", "{{instance}}")], unit="bytes", steps=[GREEN, (slo["process"]["memory_bytes"], RED)]),
        panel("In work", [(f"sum(raally_http_requests_in_flight{{{HERE}}})", "requests"), (f"sum(raally_http_streams_open{{{HERE}}})", "event streams"), (f"sum(raally_http_connections_open{{{HERE}}})", "connections")]),
        panel("Threads and files", [(f"process_threads{{{HERE}}}", "threads {{instance}}"), (f"process_open_fds{{{HERE}}}", "files {{instance}}")]),
        panel("Builds", [(f"count by (version, build) (raally_build_info{{{HERE}}})", "{{version}} {{build}}")], stack="normal", says="Two colours: a release is under way."),
        panel("Plans in memory", [(f"raally_plans_in_memory{{{HERE}}}", "{{instance}}")]),
    ]


def database(_slo):
    return [
        panel("Writes accepted", [(f"raally_db_healthy{{{HERE}}}", "{{instance}}")], most=1),
        panel("Durable writes", [(quantile(q, "raally_db_write_duration_seconds"), name) for q, name in ((0.5, "median"), (0.95, "95th"), (0.99, "99th"))], unit="s", steps=[GREEN, (0.25, RED)]),
        panel("Reads", [(quantile(q, "raally_db_read_duration_seconds"), name) for q, name in ((0.5, "median"), (0.95, "95th"), (0.99, "99th"))], unit="s"),
        panel("Calls", [(f"sum(rate(raally_db_read_duration_seconds_count{{{HERE}}}[5m]))", "reads"), (f"sum(rate(raally_db_write_duration_seconds_count{{{HERE}}}[5m]))", "writes")], unit="ops"),
        panel("Waiting", [(f"raally_db_queue_depth{{{HERE}}}", "{{instance}}")], steps=[GREEN, (1000, RED)]),
        panel("Connections in use", [(f"raally_db_connections_in_use{{{HERE}}}", "{{instance}}")]),
        panel("Commands in one commit", [(f"sum(rate(raally_db_commit_batch_size_sum{{{HERE}}}[5m])) / sum(rate(raally_db_commit_batch_size_count{{{HERE}}}[5m]))", "mean"), (quantile(0.95, "raally_db_commit_batch_size"), "95th")], says="Group commit: many commands share one flush to the disk."),
        panel("Run again and refused", [(f"sum(rate(raally_db_retries_total{{{HERE}}}[5m]))", "run again after a deadlock"), (f"sum(rate(raally_db_refused_total{{{HERE}}}[5m]))", "refused")], unit="ops"),
        panel("Events a second", [(f"max by (namespace) (deriv(raally_log_position{{{HERE}}}[5m]))", "{{namespace}}")], unit="ops", says="Growth of the log; the position is the same in every process."),
        panel("Events not sealed yet", [(f"max by (namespace) (raally_audit_seal_lag_positions{{{HERE}}})", "{{namespace}}")]),
        panel("Virtual memory", [(f"process_virtual_memory_bytes{{{HERE}}}", "{{instance}}")], unit="bytes"),
        panel("Backup behind by", [(f"max by (namespace) (raally_backup_lag_seconds{{{HERE}}})", "{{namespace}}")], unit="s", steps=[GREEN, (30, RED)], says="How long the oldest change waits that is not in the backup store."),
        panel("Who ships, and since when a base is there", [(f"raally_backup_shipping{{{HERE}}}", "{{instance}} ships"), (f"time() - max by (namespace) (raally_backup_base_timestamp_seconds{{{HERE}}})", "age of the base, s")]),
        panel("Put into the backup store", [(f"sum(rate(raally_backup_shipped_bytes_total{{{HERE}}}[5m]))", "bytes a second")], unit="Bps"),
        panel("Write-ahead log", [(f"raally_backup_log_bytes{{{HERE}}}", "{{instance}}")], unit="bytes"),
        panel("Backup: records, bases, chains, failures", [(f"sum(rate(raally_backup_{what}_total{{{HERE}}}[5m])) * 60", f"{what} a minute") for what in ("records", "bases", "generations", "failures")]),
        panel("Spans for the collector", [(f"sum(rate(raally_trace_spans_{what}_total{{{HERE}}}[5m]))", name) for what, name in (("sent", "sent"), ("not_taken", "not taken"), ("without_place", "without a place"))] + [(f"sum(raally_trace_spans_waiting{{{HERE}}})", "waiting")], says="Only where traces are made; what isn't sent is lost."),
    ]


def business(_slo):
    def figure(title, metric):
        return panel(title, [(f"max by (namespace) ({metric}{{{HERE}}})", "{{namespace}}")], kind="stat", width=4, height=4)

    def done(title, operations):
        names = "|".join(operations)
        return panel(title, [(f'sum by (operation) (rate({HTTP}_count{{{HERE}, operation=~"{names}", status="2xx"}}[15m])) * 60', "{{operation}}")], unit="short", says="Successful ones a minute.")

    return [
        figure("Logins", "raally_users"),
        figure("Workspaces", "raally_workspaces"),
        figure("People", "raally_people"),
        figure("Projects", "raally_projects"),
        figure("Assignments", "raally_assignments"),
        figure("Absences", "raally_absences"),
        done("Booking", ["create_assignment", "change_assignment", "confirm_assignment", "split_assignment", "move_assignment", "bulk_change_assignments"]),
        done("Signing in", ["sign_in", "sign_up", "refresh", "sign_out"]),
        done("Imports", ["upload_import", "apply_import", "undo_import"]),
        panel("Refused sign-ins", [(f'sum(rate({HTTP}_count{{{HERE}, operation="sign_in", status="4xx"}}[15m])) * 60', "a minute")], says="A rise is a forgotten password or somebody who guesses."),
        panel("Growth of assignments", [(f"max by (namespace) (raally_assignments{{{HERE}}})", "{{namespace}}")], width=16),
    ]


def releases(_slo):
    """What the gateway sees of each version; on one host, where there is no mesh."""
    gateway = 'job="raally-gateway"'
    attempt = "raally_gateway_attempt_duration_seconds"

    def q(share):
        return f"histogram_quantile({share}, sum by (le, version, group) (rate({attempt}_bucket{{{gateway}}}[1m])))"

    each = "{{group}} {{version}}"
    return [
        panel("Share of the requests", [(f"raally_gateway_weight_basis_points{{{gateway}}} / 10000", each)], unit="percentunit", most=1, stack="normal"),
        panel("Answers", [(f"sum by (group, version, status) (rate(raally_gateway_answers_total{{{gateway}}}[1m]))", each + " {{status}}")], unit="reqps"),
        panel("Failed attempts", [(f'sum by (group, version, ending) (rate(raally_gateway_attempts_total{{{gateway}, ending!~"ok|client_error|cancelled"}}[1m]))', each + " {{ending}}")], unit="reqps", says="Before second attempts: what the canary is charged with, not what users see."),
        panel("95th percentile", [(q(0.95), each)], unit="s"),
        panel("Median", [(q(0.5), each)], unit="s"),
        panel("Second attempts", [(f"sum(rate(raally_gateway_retries_total{{{gateway}}}[1m]))", "made"), (f"sum(rate(raally_gateway_retry_budget_empty_total{{{gateway}}}[1m]))", "not allowed by the budget")], unit="reqps"),
        panel("Answered by the gateway itself", [(f"sum by (reason) (rate(raally_gateway_own_answers_total{{{gateway}}}[1m]))", "{{reason}}")], unit="reqps"),
        panel("Open requests", [(f"raally_gateway_target_open_requests{{{gateway}}}", "{{group}} {{target}}"), (f"sum by (group) (raally_gateway_queued{{{gateway}}})", "waiting for {{group}}")]),
        panel("Targets", [(f"raally_gateway_target_healthy{{{gateway}}}", "{{target}} healthy"), (f"raally_gateway_target_ejected{{{gateway}}}", "{{target}} ejected"), (f"raally_gateway_target_breaker_open{{{gateway}}}", "{{target}} breaker open"), (f"raally_gateway_target_draining{{{gateway}}}", "{{target}} draining")], most=1),
        panel("Ejections and breakers", [(f"sum by (group) (increase(raally_gateway_ejections_total{{{gateway}}}[5m]))", "{{group}} ejections"), (f"sum by (group) (increase(raally_gateway_breaker_openings_total{{{gateway}}}[5m]))", "{{group}} breaker openings")]),
        panel("Users placed by cookie", [(f"sum by (group) (raally_gateway_users_total{{{gateway}}})", "{{group}}")]),
        panel("The gateway", [(f"raally_gateway_connections_open{{{gateway}}}", "connections"), (f"rate(raally_gateway_connections_total{{{gateway}}}[1m])", "new a second"), (f"raally_gateway_table_epoch{{{gateway}}}", "table"), (f"rate(raally_gateway_counts_read_total{{{gateway}}}[1m])", "counts read a second"), (f"raally_gateway_draining{{{gateway}}}", "draining")]),
    ]


def files():
    """Name and text of each dashboard."""
    slo = objectives.read()
    of = [
        dashboard("raally-overview", "Raally: overview", "Traffic, errors, latency, saturation and the error budgets.", overview(slo)),
        dashboard("raally-database", "Raally: database and log", "What waits for the database, and how long it takes.", database(slo)),
        dashboard("raally-releases", "Raally: versions at the gateway", "What each version does under which share of the requests.", releases(slo)),
        dashboard("raally-business", "Raally: what people do with it", "Figures of the business.", business(slo)),
    ]
    return {f"{one['uid']}.gen.json": json.dumps(one, indent=1, ensure_ascii=False) + "\n" for one in of}
