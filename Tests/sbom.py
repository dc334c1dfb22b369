"""The software that the program is made of: packages of Swift and of the system with versions and licenses, as CycloneDX.

    sbom.py PROGRAM BUILD-FOLDER > elbo.cdx.json

Libraries are those that the loader names, and those that the program opens itself where a function needs them. A license is
the one that Debian's copyright file gives for most files; a package without one in that form says so.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

program, build = sys.argv[1:3]
# Opened by the program at run time: the first name that the loader knows.
OPENED = [
    ["libdnnl.so.3", "libdnnl.so.2"], ["libzmq.so.5"], ["libtiff.so.6", "libtiff.so.5"], ["libwebp.so.7"],
    ["libcurl.so.4", "libcurl-gnutls.so.4"], ["libhdf5_serial.so.103", "libhdf5.so.103", "libhdf5.so.310"],
]


def output(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


def debian_license(text):
    """The license of most files, by a copyright file in Debian's format."""
    stanza = re.search(r"^Files: *\*\s*$\n((?:.+\n)*)", text, re.M)
    line = stanza and re.search(r"^License: *(\S.*)$", stanza[1], re.M)
    return line and line[1].strip()


def swift_license(text):
    """A license by its own first words."""
    known = [("Apache License", "Apache-2.0"), ("Permission is hereby granted, free", "MIT")]
    return next((name for words, name in known if words in text), None)


def component(kind, name, version, found, where):
    entry = {"type": "library", "name": name, "version": version, "purl": f"pkg:{kind}/{name}@{version}"}
    entry["licenses"] = [{"license": {"name": found or f"see {where}"}}]
    return entry


def swift_packages():
    resolved = json.loads(Path("Package.resolved").read_text())
    for pin in resolved["pins"]:
        folders = [f for f in Path(build, "checkouts").iterdir() if f.name.lower() == pin["identity"]]
        texts = [f.read_text() for folder in folders for f in sorted(folder.glob("LICENSE*"))]
        yield component("swift", pin["identity"], pin["state"]["version"], swift_license(texts[0]) if texts else None, "its LICENSE")


def system_packages():
    paths = set(re.findall(r"=> (/\S+)", output("ldd", program)))
    known = dict(re.findall(r"^\s*(\S+) .*=> (/\S+)$", output("/sbin/ldconfig", "-p"), re.M))
    for names in OPENED:
        opened = next((known[name] for name in names if name in known), None)
        if opened:
            paths |= {opened, *re.findall(r"=> (/\S+)", output("ldd", opened))}
    packages = set()
    for path in paths:
        # Debian records files where they were before /lib became a link into /usr.
        for name in {path, str(Path(path).resolve()), path.removeprefix("/usr")}:
            packages |= set(re.findall(r"^([^:, ]+)(?::\S+)?: ", output("dpkg", "-S", name), re.M))
    for package in sorted(packages):
        version = output("dpkg-query", "-W", "-f", "${Version}", package)
        file = Path("/usr/share/doc", package, "copyright")
        yield component("deb", package, version, debian_license(file.read_text(errors="replace")) if file.exists() else None, file)


own = {"type": "application", "name": "elbo", "version": output(program, "--version").split()[-1],
       "licenses": [{"license": {"id": "MIT"}}]}
components = [*swift_packages(), *system_packages()]
json.dump({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": own},
           "components": components}, sys.stdout, indent=2)
print()
for entry in components:
    print(f"{entry['name']:28} {entry['version']:28} {entry['licenses'][0]['license']['name']}", file=sys.stderr)
