#!/usr/bin/env python3
"""What is in a program, as CycloneDX 1.5: `sbom.py PACKAGE DIGEST-OF-ITS-IMAGE`, at the top of the repository.

From cargo's own resolution, so that it names what is linked and nothing that tests alone need.
"""

import json
import re
import subprocess
import sys
import tomllib
import uuid


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, text=True).stdout


def linked(package):
    """Names and versions of what `package` is made of."""
    said = cargo("tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}")
    return sorted(set(re.findall(r"^(\S+) v(\S+)", said, re.M)))


def bill(package, digest):
    of = {(one["name"], one["version"]): one for one in json.loads(cargo("metadata", "--locked", "--format-version", "1"))["packages"]}
    with open("Cargo.lock", "rb") as file:
        sums = {(one["name"], one["version"]): one.get("checksum") for one in tomllib.load(file)["package"]}

    def component(key, kind="library"):
        name, version = key
        url = f"pkg:cargo/{name}@{version}"
        one = {"type": kind, "bom-ref": url, "name": name, "version": version, "purl": url}
        if licence := of[key].get("license"):
            one["licenses"] = [{"expression": licence.replace("/", " OR ")}]
        if checksum := sums.get(key):
            one["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return one

    everything = linked(package)
    (own,) = [key for key in everything if key[0] == package]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest)}",
        "version": 1,
        "metadata": {"component": component(own, "application"), "properties": [{"name": "image-digest", "value": digest}]},
        "components": [component(key) for key in everything if key != own],
    }


if __name__ == "__main__":
    json.dump(bill(*sys.argv[1:3]), sys.stdout, indent=1)
