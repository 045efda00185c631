"""The chart, what it renders for each environment, and who applies it."""

import functools
import importlib.machinery
import importlib.util
import json
import re
import subprocess
import tomllib
import unittest

import support
from support import DEPLOY, ENVIRONMENTS, TOP, missing, raally_binary, run, tool, yaml_documents, yaml_file

CHART = DEPLOY / "helm" / "raally"
VALUES = DEPLOY / "helm" / "values"
# Environment and further values: what is committed, and the variants that a release passes through.
VARIANTS = {name: [VALUES / f"{name}.yaml"] for name in ENVIRONMENTS} | {
    "prod with Argo Rollouts": [VALUES / "prod.yaml", VALUES / "rollout.yaml"],
    "prod with a canary": [VALUES / "prod.yaml", "canary.enabled=true,canary.weight=10,canary.image.tag=0.2.0"],
    "dev with faults": [VALUES / "dev.yaml", "istio.fault.abort.percentage.value=5,istio.fault.abort.httpStatus=503"],
    "prod without a mesh": [VALUES / "prod.yaml", "istio.enabled=false"],
}
KUBERNETES = "1.33"


@functools.cache
def renderer():
    """deploy/render as a module."""
    loader = importlib.machinery.SourceFileLoader("render", str(DEPLOY / "render"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("render", loader))
    loader.exec_module(module)
    return module


@functools.cache
def rendered(variant):
    """The chart's manifests, as data."""
    return yaml_documents(renderer().template(*VARIANTS[variant], program=tool("helm")))


def kinds(documents, *wanted):
    return [one for one in documents if one["kind"] in wanted]


def named(documents, kind, name):
    (one,) = (one for one in kinds(documents, kind) if one["metadata"]["name"] == name)
    return one


def pods(documents):
    """Name and pod template of everything that makes pods."""
    for one in documents:
        if one["kind"] in ("Deployment", "Rollout", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]
        elif one["kind"] == "CronJob":
            yield one["metadata"]["name"], one["spec"]["jobTemplate"]["spec"]["template"]


class Chart(unittest.TestCase):
    def test_helm_lints_it_strictly_with_every_values_file(self):
        for name in ENVIRONMENTS:
            run(tool("helm"), "lint", "--strict", "--quiet", "--kube-version", "1.33.0", "--values", VALUES / f"{name}.yaml", CHART)

    def test_its_values_are_checked(self):
        for wrong, said in [
            (["prod.yaml", "replicaCount=3"], "replicaCount"),
            (["prod.yaml", "replicas=2"], "replicas"),
            (["prod.yaml", "autoscaling.min=1"], "min"),
            (["prod.yaml", "istio.fault.delay.fixedDelay=5s"], "fault"),
            (["prod.yaml", "secrets.external=false"], "external"),
            (["prod.yaml", "backup.image=postgres"], "image"),
            (["dev.yaml", "config.RAALLY_DATABASE_URL=postgres://x"], "RAALLY_DATABASE_URL"),
            (["dev.yaml", "config.RAALLY_PUBLIC_URL=http://x"], "RAALLY_PUBLIC_URL"),
            (["dev.yaml", "canary.weight=101"], "weight"),
            (["dev.yaml", "image.digest=latest"], "digest"),
        ]:
            file, setting = wrong
            command = [tool("helm"), "template", "raally", str(CHART), "--values", str(VALUES / file), "--set", setting]
            result = subprocess.run(command, text=True, capture_output=True, check=False)
            with self.subTest(setting):
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(said, result.stderr)

    def test_every_value_has_a_schema_and_every_schema_a_value(self):
        def walk(schema, values, path=""):
            properties = schema.get("properties")
            if properties is None or not isinstance(values, dict) or "additionalProperties" not in schema:
                return
            if schema["additionalProperties"] is False:
                want = set(properties) - {"global"}
                self.assertEqual(want, set(values), path)
            for name, value in values.items():
                walk(properties.get(name, {}), value, f"{path}.{name}")

        walk(json.loads((CHART / "values.schema.json").read_text()), yaml_file(CHART / "values.yaml"))

    def test_its_version_is_the_programs(self):
        version = tomllib.loads((TOP / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        chart = yaml_file(CHART / "Chart.yaml")
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))

    def test_its_limits_are_those_that_the_alerts_are_made_from(self):
        slo = tomllib.loads((DEPLOY / "slo.toml").read_text())
        values = yaml_file(CHART / "values.yaml")
        limits = values["resources"]["limits"]
        self.assertEqual(limits["cpu"], str(slo["process"]["cpu_cores"]))
        self.assertEqual(limits["memory"], f"{slo['process']['memory_bytes'] // 2**30}Gi")
        rules = (DEPLOY / "prometheus/rules/raally.yml").read_text()
        self.assertIn(f"> 0.85 * {slo['process']['memory_bytes']}", rules)
        self.assertIn(f"> 0.85 * {slo['process']['cpu_cores']}\n", rules)
        fastest = slo["burn"][0]["factor"]
        rollout = values["rollout"]
        self.assertAlmostEqual(rollout["errorRatioMax"], fastest * (1 - slo["availability"]["objective"]))
        self.assertAlmostEqual(rollout["slowRatioMax"], 1 - slo["latency"]["objective"])
        self.assertEqual(rollout["withinSeconds"], str(slo["latency"]["within_seconds"]))


class Manifests(unittest.TestCase):
    def each(self):
        for variant in VARIANTS:
            with self.subTest(variant):
                yield variant, rendered(variant)

    def test_they_are_valid_for_the_kubernetes_api(self):
        try:
            import kubernetes_validate
        except ImportError:
            missing("kubernetes-validate")
        for _, documents in self.each():
            checked = 0
            for one in documents:
                group = one["apiVersion"].split("/")[0]
                if "." in group and not group.endswith(".k8s.io"):
                    continue
                if group == "autoscaling.k8s.io":
                    continue
                kubernetes_validate.validate(one, KUBERNETES, strict=True)
                checked += 1
            self.assertGreater(checked, 15)

    def test_custom_resources_fit_the_types_of_their_controllers(self):
        program = tool("typed")

        def read(documents):
            return subprocess.run([program], input=json.dumps(documents), text=True, capture_output=True, check=False)

        kinds_read = set()
        for _, documents in self.each():
            custom = [one for one in documents if "." in one["apiVersion"] and not re.match(r"[\w.]+\.k8s\.io/", one["apiVersion"])]
            custom += kinds(documents, "VerticalPodAutoscaler")
            result = read(custom)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertNotIn("unknown", result.stdout)
            kinds_read |= {line for line in result.stdout.splitlines()}
        self.assertGreaterEqual(len(kinds_read), 12)
        for kind, change in [
            ("VirtualService", lambda one: one["spec"]["http"][-1]["retries"].update(retryOnn="5xx")),
            ("DestinationRule", lambda one: one["spec"]["trafficPolicy"]["outlierDetection"].update(consecutive5xxErrors="many")),
            ("ServiceMonitor", lambda one: one["spec"]["endpoints"][0].update(intervall="15s")),
            ("ExternalSecret", lambda one: one["spec"].update(refresh="1h")),
        ]:
            wrong = json.loads(json.dumps(named(rendered("prod"), kind, "raally-keys" if kind == "ExternalSecret" else "raally")))
            change(wrong)
            self.assertNotEqual(read([wrong]).returncode, 0, f"{kind} with a fault was read")

    def test_no_two_have_the_same_name(self):
        for _, documents in self.each():
            ids = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in documents]
            self.assertEqual(len(ids), len(set(ids)))

    def test_every_pod_is_restricted(self):
        for _, documents in self.each():
            for name, template in pods(documents):
                spec = template["spec"]
                security = spec["securityContext"]
                self.assertEqual((security["runAsNonRoot"], security["runAsUser"], security["fsGroup"]), (True, 1000, 1000), name)
                self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"}, name)
                for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
                    self.assertNotIn(forbidden, spec)
                self.assertIs(spec["automountServiceAccountToken"], False, name)
                self.assertIs(spec["enableServiceLinks"], False, name)
                self.assertFalse({"hostPath"} & {key for volume in spec["volumes"] for key in volume}, name)
                for container in spec["containers"] + spec.get("initContainers", []):
                    mine = container["securityContext"]
                    self.assertEqual(mine["capabilities"], {"drop": ["ALL"]}, name)
                    self.assertEqual(
                        (mine["allowPrivilegeEscalation"], mine["readOnlyRootFilesystem"], mine["runAsNonRoot"]), (False, True, True), name
                    )
                    for which in ("requests", "limits"):
                        self.assertEqual(set(container["resources"][which]), {"cpu", "memory"}, name)
                    self.assertNotRegex(container["image"], r":latest$|^[^:@]+$", name)

    def test_the_namespace_enforces_the_restricted_standard(self):
        for _, documents in self.each():
            labels = named(documents, "Namespace", "raally")["metadata"]["labels"]
            self.assertEqual(labels["pod-security.kubernetes.io/enforce"], "restricted")

    def test_servers_are_probed_spread_and_drained(self):
        for _, documents in self.each():
            for one in kinds(documents, "Deployment", "Rollout"):
                spec = one["spec"]["template"]["spec"]
                (container,) = spec["containers"]
                self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/api/health/live")
                self.assertEqual(container["startupProbe"]["httpGet"]["path"], "/api/health/live")
                self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/api/health/ready")
                self.assertEqual({one["topologyKey"] for one in spec["topologySpreadConstraints"]}, {"topology.kubernetes.io/zone", "kubernetes.io/hostname"})
                config = named(documents, "ConfigMap", "raally")["data"]
                drain = int(config["RAALLY_DRAIN_DELAY_SECONDS"]) + int(config["RAALLY_DRAIN_SECONDS"])
                self.assertGreater(spec["terminationGracePeriodSeconds"], drain)
                # Red for long enough that every proxy has noticed before the listener closes.
                probe = container["readinessProbe"]
                self.assertGreaterEqual(int(config["RAALLY_DRAIN_DELAY_SECONDS"]), probe["periodSeconds"] * probe["failureThreshold"])

    def test_production_has_three_replicas_in_three_zones_and_may_lose_one(self):
        for variant in ("prod", "uat", "prod with Argo Rollouts"):
            documents = rendered(variant)
            scaler = named(documents, "HorizontalPodAutoscaler", "raally")["spec"]
            self.assertEqual((scaler["minReplicas"], scaler["maxReplicas"]), (3, 10))
            measures = {one["containerResource"]["name"]: one["containerResource"]["target"]["averageUtilization"] for one in scaler["metrics"]}
            self.assertEqual(measures, {"cpu": 70, "memory": 80})
            self.assertEqual(named(documents, "PodDisruptionBudget", "raally")["spec"]["minAvailable"], 2)
            (main,) = kinds(documents, "Deployment", "Rollout")
            self.assertEqual(scaler["scaleTargetRef"]["kind"], main["kind"])
            zone = main["spec"]["template"]["spec"]["topologySpreadConstraints"][0]
            self.assertEqual((zone["whenUnsatisfiable"], zone["minDomains"]), ("DoNotSchedule", 3))
        dev = rendered("dev")
        self.assertLess(named(dev, "PodDisruptionBudget", "raally")["spec"]["minAvailable"], named(dev, "HorizontalPodAutoscaler", "raally")["spec"]["minReplicas"])

    def test_the_quota_holds_the_largest_size_with_a_surge_and_the_jobs(self):
        def cores(text):
            return float(text[:-1]) / 1000 if str(text).endswith("m") else float(text)

        for variant in ENVIRONMENTS:
            documents = rendered(variant)
            most = named(documents, "HorizontalPodAutoscaler", "raally")["spec"]["maxReplicas"] + 1
            hard = named(documents, "ResourceQuota", "raally")["spec"]["hard"]
            (container,) = named(documents, "Deployment", "raally")["spec"]["template"]["spec"]["containers"]
            self.assertGreaterEqual(int(hard["pods"]), most + 2)
            for which in ("requests", "limits"):
                # A sidecar beside each: the defaults of the LimitRange.
                (limits,) = named(documents, "LimitRange", "raally")["spec"]["limits"]
                sidecar = limits["defaultRequest" if which == "requests" else "default"]["cpu"]
                need = most * (cores(container["resources"][which]["cpu"]) + cores(sidecar)) + cores(container["resources"][which]["cpu"]) + 1
                self.assertGreaterEqual(cores(hard[f"{which}.cpu"]), need, (variant, which))

    def test_nothing_may_talk_unless_a_policy_says_so(self):
        for variant, documents in self.each():
            deny = named(documents, "NetworkPolicy", "default-deny")["spec"]
            self.assertEqual((deny["podSelector"], set(deny["policyTypes"])), ({}, {"Ingress", "Egress"}))
            for one in kinds(documents, "NetworkPolicy"):
                for rule in one["spec"].get("egress", []) + one["spec"].get("ingress", []):
                    self.assertTrue(rule.get("ports") and (rule.get("to") or rule.get("from")), one["metadata"]["name"])
                    for peer in rule.get("to", []):
                        self.assertNotIn(peer.get("ipBlock", {}).get("cidr"), {"0.0.0.0/0", "::/0"})
            if "without a mesh" not in variant:
                self.assertEqual(named(documents, "PeerAuthentication", "strict")["spec"]["mtls"]["mode"], "STRICT")
                self.assertEqual(named(documents, "AuthorizationPolicy", "deny-all")["spec"], {})

    def test_policies_select_the_pods_that_are_there(self):
        for _, documents in self.each():
            labels = [template["metadata"]["labels"] for _, template in pods(documents)]
            for one in kinds(documents, "NetworkPolicy", "PodDisruptionBudget"):
                wanted = (one["spec"].get("podSelector") or one["spec"].get("selector"))
                wanted = wanted.get("matchLabels", {}) if wanted else {}
                self.assertTrue(any(wanted.items() <= have.items() for have in labels), one["metadata"]["name"])
            for one in kinds(documents, "Service"):
                self.assertTrue(any(one["spec"]["selector"].items() <= have.items() for have in labels))
            for one in kinds(documents, "Deployment", "Rollout"):
                self.assertLessEqual(one["spec"]["selector"]["matchLabels"].items(), one["spec"]["template"]["metadata"]["labels"].items())
            # Jobs are no servers: no traffic and no disruption budget.
            jobs = [template["metadata"]["labels"] for name, template in pods(documents) if name in ("raally-migrate", "raally-backup")]
            selector = named(documents, "Service", "raally")["spec"]["selector"]
            self.assertFalse(any(selector.items() <= have.items() for have in jobs))

    def test_what_pods_refer_to_is_there(self):
        for _, documents in self.each():
            there = {(one["kind"], one["metadata"]["name"]) for one in documents}
            there |= {("Secret", one["spec"]["target"]["name"]) for one in kinds(documents, "ExternalSecret")}
            keys = {one["spec"]["target"]["name"]: {item["secretKey"] for item in one["spec"]["data"]} for one in kinds(documents, "ExternalSecret")}
            for name, template in pods(documents):
                spec = template["spec"]
                self.assertIn(("ServiceAccount", spec["serviceAccountName"]), there)
                for volume in spec["volumes"]:
                    if "secret" in volume:
                        self.assertIn(("Secret", volume["secret"]["secretName"]), there, name)
                    if "persistentVolumeClaim" in volume:
                        self.assertIn(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]), there, name)
                for container in spec["containers"]:
                    for source in container.get("envFrom", []):
                        self.assertIn(("ConfigMap", source["configMapRef"]["name"]), there, name)
                    for variable in container.get("env", []):
                        if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                            self.assertIn(reference["key"], keys[reference["name"]], name)

    def test_every_option_exists_and_every_command_too(self):
        options = set(re.findall(r"`(RAALLY_[A-Z_]+)`", (TOP / "docs/configuration.md").read_text()))
        commands = set(re.findall(r"^  ([a-z]+) ", run(raally_binary(), "--help").stdout, re.M))
        for _, documents in self.each():
            self.assertEqual(set(named(documents, "ConfigMap", "raally")["data"]) - options, set())
            for name, template in pods(documents):
                for container in template["spec"]["containers"]:
                    if "raally/raally" in container["image"]:
                        self.assertIn(container["args"][0], commands, name)
                        for variable in container["env"]:
                            self.assertIn(variable["name"], options)

    def test_the_server_accepts_the_configuration_of_every_environment(self):
        for name in ENVIRONMENTS:
            config = named(rendered(name), "ConfigMap", "raally")["data"]
            config |= {"RAALLY_DATABASE_URL": "postgres://raally@db.example/raally?sslmode=verify-full&sslrootcert=/keys/database-ca.pem"}
            run(raally_binary(), "config", "check", env={"PATH": "/usr/bin", **config})

    def test_accounts_can_do_nothing_and_deployers_little(self):
        for _, documents in self.each():
            for one in kinds(documents, "ServiceAccount"):
                self.assertIs(one["automountServiceAccountToken"], False)
            self.assertEqual(kinds(documents, "ClusterRole", "ClusterRoleBinding", "Secret"), [])
            for one in kinds(documents, "RoleBinding"):
                self.assertEqual({subject["kind"] for subject in one["subjects"]}, {"Group"})
            for rule in named(documents, "Role", "raally-deployer")["rules"]:
                self.assertNotIn("*", rule["verbs"] + rule["resources"] + rule["apiGroups"])
                self.assertFalse({"secrets", "roles", "rolebindings", "pods/exec"} & set(rule["resources"]))

    def test_traffic_is_split_by_weights_that_add_up(self):
        for variant, documents in self.each():
            if not (services := kinds(documents, "VirtualService")):
                continue
            routes = {route["name"]: route for route in services[0]["spec"]["http"]}
            subsets = {one["name"] for one in kinds(documents, "DestinationRule")[0]["spec"].get("subsets", [])}
            hosts = {f"{one['metadata']['name']}.raally.svc.cluster.local" for one in kinds(documents, "Service")}
            for name, route in routes.items():
                if name == "machine":
                    continue
                self.assertEqual(sum(one.get("weight", 100) for one in route["route"]), 100)
                for one in route["route"]:
                    self.assertIn(one["destination"]["host"], hosts)
                    self.assertIn(one["destination"].get("subset", "stable"), subsets | ({"stable"} if "Rollouts" in variant else set()))
            self.assertEqual(routes["streams"]["timeout"], "0s")
            if "canary" in variant:
                self.assertEqual([one["weight"] for one in routes["primary"]["route"]], [90, 10])
                self.assertIn("testers", routes)
            if "Rollouts" in variant:
                (rollout,) = kinds(documents, "Rollout")
                asked = rollout["spec"]["strategy"]["canary"]["trafficRouting"]["istio"]["virtualService"]
                self.assertLessEqual(set(asked["routes"]), set(routes))

    def test_metrics_are_not_for_the_world(self):
        for variant, documents in self.each():
            if "without a mesh" in variant:
                continue
            routes = kinds(documents, "VirtualService")[0]["spec"]["http"]
            self.assertEqual((routes[0]["match"][0]["uri"], routes[0]["directResponse"]), ({"exact": "/metrics"}, {"status": 404}))
            world, machine = named(documents, "AuthorizationPolicy", "raally")["spec"]["rules"]
            self.assertIn("/metrics", world["to"][0]["operation"]["notPaths"])
            self.assertIn("/metrics", machine["to"][0]["operation"]["paths"])

    def test_waves_put_what_is_needed_first(self):
        order = ["Namespace", "ResourceQuota", "ExternalSecret", "Job", "Deployment", "VirtualService"]
        for variant in ENVIRONMENTS:
            waves = {}
            for one in rendered(variant):
                waves.setdefault(one["kind"], int(one["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", 0)))
            found = [waves[kind] for kind in order]
            self.assertEqual(found, sorted(set(found)), dict(zip(order, found)))

    def test_rules_and_dashboards_are_those_of_this_repository(self):
        documents = rendered("prod")
        groups = named(documents, "PrometheusRule", "raally")["spec"]["groups"]
        expected = [group for file in sorted((DEPLOY / "prometheus/rules").glob("*.yml")) for group in yaml_file(file)["groups"]]
        self.assertEqual(groups, expected)
        boards = named(documents, "ConfigMap", "raally-dashboards")["data"]
        for file in (DEPLOY / "grafana/dashboards").glob("*.json"):
            self.assertEqual(json.loads(boards[file.name]), json.loads(file.read_text()))

    def test_analysis_asks_for_what_is_exported(self):
        import test_prometheus

        (template,) = kinds(rendered("prod with Argo Rollouts"), "AnalysisTemplate")
        for metric in template["spec"]["metrics"]:
            expression = metric["provider"]["prometheus"]["query"].replace("{{args.hash}}", "abc")
            asked = test_prometheus.names(expression) - {"vector"}
            self.assertEqual(asked - test_prometheus.exported(), set())
            support.query(support.prometheus(), expression)


class Overlays(unittest.TestCase):
    def test_kustomize_changes_the_image_and_nothing_else(self):
        if subprocess.run([tool("kubectl"), "kustomize", "--help"], capture_output=True, check=False).returncode:
            missing("kubectl")
        for name in ENVIRONMENTS:
            folder = DEPLOY / "kustomize" / name
            built = yaml_documents(run(tool("kubectl"), "kustomize", folder).stdout)
            base = yaml_documents((folder / "raally.gen.yaml").read_text())
            (image,) = yaml_file(folder / "kustomization.yaml")["images"]
            wanted = image.get("newName", image["name"])
            wanted += f"@{image['digest']}" if "digest" in image else f":{image['newTag']}"
            for one in base:
                for _, template in pods([one]):
                    for container in template["spec"]["containers"]:
                        if container["image"].split(":")[0] == image["name"]:
                            container["image"] = wanted

            def key(one):
                return one["kind"], one["metadata"]["name"]

            self.assertEqual(sorted(built, key=key), sorted(base, key=key))


class ArgoCd(unittest.TestCase):
    def test_there_is_an_application_for_each_environment_that_prunes_and_heals(self):
        for name in ENVIRONMENTS:
            one = yaml_file(DEPLOY / "argocd" / "environments" / f"{name}.yaml")
            self.assertEqual(one["metadata"]["name"], f"raally-{name}")
            source = one["spec"]["source"]
            self.assertTrue((TOP / source["path"] / "kustomization.yaml").exists())
            automated = one["spec"]["syncPolicy"]["automated"]
            self.assertEqual((automated["prune"], automated["selfHeal"], automated["allowEmpty"]), (True, True, False))
            self.assertEqual(source["targetRevision"], "release" if name == "prod" else "main")

    def test_the_project_allows_what_is_rendered_and_nothing_more(self):
        spec = yaml_file(DEPLOY / "argocd" / "project.yaml")["spec"]
        allowed = {(one["group"], one["kind"]) for which in ("clusterResourceWhitelist", "namespaceResourceWhitelist") for one in spec[which]}

        def group(one):
            return one["apiVersion"].rpartition("/")[0]

        needed = {(group(one), one["kind"]) for variant in VARIANTS for one in rendered(variant)}
        self.assertEqual(allowed, needed)
        places = {(one["name"], one["namespace"]) for one in spec["destinations"]}
        for name in ENVIRONMENTS:
            place = yaml_file(DEPLOY / "argocd" / "environments" / f"{name}.yaml")["spec"]["destination"]
            self.assertIn((place["name"], place["namespace"]), places)

    def test_a_sync_leaves_alone_what_a_release_changes(self):
        # What the tool really changes is held against the same lists by its tests on a real API server.
        rendered_kinds = {(one["apiVersion"].rpartition("/")[0], one["kind"]) for variant in VARIANTS for one in rendered(variant)}
        lists = []
        for name in ENVIRONMENTS:
            spec = yaml_file(DEPLOY / "argocd" / "environments" / f"{name}.yaml")["spec"]
            options = spec["syncPolicy"]["syncOptions"]
            self.assertIn("RespectIgnoreDifferences=true", options)
            self.assertNotIn("Replace=true", options)
            for one in spec["ignoreDifferences"]:
                self.assertIn((one["group"], one["kind"]), rendered_kinds)
                self.assertEqual(one["name"], "raally")
                for pointer in one.get("jsonPointers", []):
                    self.assertRegex(pointer, r"^/spec/\w")
                for path in one.get("jqPathExpressions", []):
                    self.assertRegex(path, r"^\.spec\.\w")
            lists.append(spec["ignoreDifferences"])
        self.assertTrue(all(one == lists[0] for one in lists))

    def test_a_release_beside_a_sync_is_in_an_environment_of_the_tools_example(self):
        examples = tomllib.loads((DEPLOY / "environments.kubernetes.toml").read_text())["environments"]
        self.assertEqual(set(examples), set(ENVIRONMENTS))
        for name, example in examples.items():
            place = yaml_file(DEPLOY / "argocd" / "environments" / f"{name}.yaml")["spec"]["destination"]
            self.assertEqual((example["kubernetes"]["context"], example["kubernetes"]["namespace"]), (place["name"], place["namespace"]))
            images = {container["image"] for _, template in pods(rendered(name)) for container in template["spec"]["containers"]}
            self.assertTrue(any(image.startswith(example["kubernetes"]["image"] + ":") for image in images), images)
            replicas = named(rendered(name), "HorizontalPodAutoscaler", "raally")["spec"]["minReplicas"]
            self.assertEqual(example["replicas"], replicas)
