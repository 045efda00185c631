"""Prometheus rules of the service level objectives, made from deploy/slo.toml.

A request is bad for availability when it was answered 5xx, and bad for latency when its answer took longer than the
bound. A caller that went away before the answer (`status="gone"`) says nothing about the server and counts for neither.
"""

import pathlib
import tomllib

DEPLOY = pathlib.Path(__file__).resolve().parent.parent
RUNBOOKS = "https://github.com/raally/raally/blob/main/docs/runbooks"
METRIC = "raally_http_request_duration_seconds"
BY = "namespace, job"


def read():
    """The objectives."""
    return tomllib.loads((DEPLOY / "slo.toml").read_text())


def users(slo, *more):
    """Label matchers of requests that count."""
    ignored = "|".join(slo["ignored_operations"])
    return ", ".join(['job="raally"', f'operation!~"{ignored}"', 'status!="gone"', *more])


def bound(slo):
    """The latency bound as the histogram's label has it."""
    return f"{slo['latency']['within_seconds']:g}"


def windows(slo):
    """Every window, shortest first."""
    seconds = {"m": 60, "h": 3600, "d": 86400}
    all_of_them = {burn[which] for burn in slo["burn"] for which in ("long", "short")}
    return sorted(all_of_them, key=lambda one: int(one[:-1]) * seconds[one[-1]])


def percent(ratio):
    return f"{ratio * 100:g} %"


def recording(slo):
    """One group for each window, so that long ones can be computed less often."""
    for window in windows(slo):
        every = "1m" if window[-1] == "d" else "30s"
        yield f"  - name: raally-slo-{window}"
        yield f"    interval: {every}"
        yield "    rules:"
        yield f"      - record: raally:http_requests:rate{window}"
        yield "        expr: |"
        yield f"          sum by ({BY}) (rate({METRIC}_count{{{users(slo)}}}[{window}]))"
        failed = 'status="5xx"'
        yield f"      - record: raally:http_errors:ratio_rate{window}"
        yield "        expr: |"
        yield f"          (sum by ({BY}) (rate({METRIC}_count{{{users(slo, failed)}}}[{window}]))"
        yield f"            or 0 * raally:http_requests:rate{window})"
        yield f"          / (raally:http_requests:rate{window} > 0)"
        within = f'le="{bound(slo)}"'
        yield f"      - record: raally:http_slow:ratio_rate{window}"
        yield "        expr: |"
        yield "          1 -"
        yield f"          sum by ({BY}) (rate({METRIC}_bucket{{{users(slo, within)}}}[{window}]))"
        yield f"          / (raally:http_requests:rate{window} > 0)"


def burn_alert(slo, name, series, budget, said, burn):
    threshold = f"{burn['factor'] * budget:.6g}"
    least = slo["traffic"]["requests_per_second_min"]
    slug = "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")
    days = slo["window_days"] / burn["factor"]
    return f"""\
      - alert: {name}
        expr: |
          raally:{series}:ratio_rate{burn['long']} > {threshold}
          and raally:{series}:ratio_rate{burn['short']} > {threshold}
          and raally:http_requests:rate{burn['long']} > {least}
        for: {burn['for']}
        labels:
          severity: {burn['severity']}
          service: raally
          slo: {said[0]}
          window: {burn['long']}
        annotations:
          summary: "{said[1]} burns {burn['factor']:g} times too fast"
          description: >-
            {{{{ $value | humanizePercentage }}}} of requests {said[2]} over {burn['long']}; the budget of
            {percent(budget)} for {slo['window_days']} days is gone in {days:.3g} days at this pace.
          runbook_url: {RUNBOOKS}/{slug}.md"""


def alerts(slo):
    yield "  - name: raally-slo-burn"
    yield "    rules:"
    for burn in slo["burn"]:
        budget = 1 - slo["availability"]["objective"]
        said = ("availability", "The availability budget", "failed")
        yield burn_alert(slo, "RaallyAvailabilityBudgetBurn", "http_errors", budget, said, burn)
    for burn in slo["burn"]:
        budget = 1 - slo["latency"]["objective"]
        said = ("latency", "The latency budget", f"took longer than {slo['latency']['within_seconds'] * 1000:g} ms")
        yield burn_alert(slo, "RaallyLatencyBudgetBurn", "http_slow", budget, said, burn)


def rules():
    """The text of deploy/prometheus/rules/slo.gen.yml."""
    slo = read()
    head = ["---", "# Made by deploy/render from deploy/slo.toml.", "groups:"]
    return "\n".join([*head, *recording(slo), *alerts(slo)]) + "\n"
