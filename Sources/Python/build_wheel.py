#!/usr/bin/env python3
"""Builds the wheel: the program with the libraries it is linked to, the client, the kernelspec and the lexer.

    build_wheel.py PROGRAM FOLDER

Libraries that every manylinux system has (glibc, libstdc++, libgcc) stay outside; all others go into elbo/lib and the program
looks for them there ($ORIGIN). The tag names the glibc that the newest symbol needs, which `auditwheel show` checks.
"""

import ast
import base64
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent
# PEP 513 and PEP 600: what may be taken from the system.
SYSTEM = re.compile(
    r"^(ld-linux.*|libc|libm|libmvec|libdl|librt|libpthread|libutil|libresolv|libnsl|libgcc_s|libstdc\+\+|linux-vdso)\.so")


def run(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def libraries(program):
    found = {}
    for line in run("ldd", program).splitlines():
        match = re.match(r"\s*(\S+) => (/\S+)", line)
        if match and not SYSTEM.match(match[1]):
            found[match[1]] = match[2]
    return found


def newest_glibc(files):
    versions = {(2, 17)}
    for file in files:
        for match in re.finditer(r"GLIBC_(\d+)\.(\d+)\b", run("objdump", "-T", file)):
            versions.add((int(match[1]), int(match[2])))
    return max(versions)


def main(program, folder):
    version = re.search(r'__version__ = "(.*)"', (HERE / "elbo/__init__.py").read_text())[1]
    said = run(program, "--version").split()[-1]
    if said != version:
        sys.exit(f"the program is version {said}, the client {version}")
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        own = work / "elbo"
        shutil.copytree(HERE / "elbo", own, ignore=shutil.ignore_patterns("__pycache__"))
        (own / "_verbs.py").write_text(f"VERBS = {tuple(verbs(program))!r}\n")
        (own / "bin").mkdir()
        (own / "lib").mkdir()
        shutil.copy(program, own / "bin/elbo")
        for name, path in libraries(program).items():
            shutil.copy(os.path.realpath(path), own / "lib" / name)
        files = [own / "bin/elbo", *sorted((own / "lib").iterdir())]
        for file in files:
            file.chmod(0o755)
            subprocess.run(["strip", "--strip-unneeded", file], check=True)
            origin = "$ORIGIN/../lib" if file.parent.name == "bin" else "$ORIGIN"
            subprocess.run([shutil.which("patchelf") or "patchelf", "--set-rpath", origin, file], check=True)
        major, minor = newest_glibc(files)
        tag = f"py3-none-manylinux_{major}_{minor}_{os.uname().machine}"
        write(work, pathlib.Path(folder), version, tag)
    finally:
        shutil.rmtree(work)


def verbs(program):
    """The commands, as the man page has them."""
    page = run(program, "manual").partition(".SH COMMANDS")[2].partition(".SH EXIT STATUS")[0]
    return sorted({line.split()[1] for line in page.splitlines() if re.match(r"\.B [a-z]+(\s|$)", line)})


METADATA = """Metadata-Version: 2.1
Name: elbo
Version: {version}
Summary: Variational autoencoders at a prompt, in scripts, in notebooks and from Python
License: MIT (the program, which is linked to GNU readline, under the terms of the GPL 3)
Requires-Python: >=3.9
Provides-Extra: arrays
Requires-Dist: numpy; extra == "arrays"
Description-Content-Type: text/plain

{description}
"""

LAUNCHER = """#!python
import os
import sys

import elbo

program = os.path.join(os.path.dirname(elbo.__file__), "bin", "elbo")
os.execv(program, [program, *sys.argv[1:]])
"""


def write(work, folder, version, tag):
    info, data = f"elbo-{version}.dist-info", f"elbo-{version}.data"
    kernel = {
        "argv": ["elbo", "kernel", "--connection-file", "{connection_file}"], "display_name": "elbo",
        "language": "elbo", "interrupt_mode": "message"}
    contents = {
        f"{info}/METADATA": METADATA.format(version=version, description=ast.get_docstring(
            ast.parse((HERE / "elbo/__init__.py").read_text()))),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: elbo\nRoot-Is-Purelib: false\nTag: {tag}\n",
        f"{info}/entry_points.txt": "[pygments.lexers]\nelbo = elbo.lexer:ElboLexer\n",
        f"{data}/scripts/elbo": LAUNCHER,
        f"{data}/data/share/jupyter/kernels/elbo/kernel.json": json.dumps(kernel, indent=1) + "\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"elbo-{version}-{tag}.whl"
    record = io.StringIO()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        def add(name, content, mode=0o644):
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.write(f"{name},sha256={digest},{len(content)}\n")

        for file in sorted(p for p in work.rglob("*") if p.is_file()):
            add(str(file.relative_to(work)), file.read_bytes(), file.stat().st_mode & 0o777)
        for name, text in contents.items():
            add(name, text.encode(), 0o755 if "/scripts/" in name else 0o644)
        record.write(f"{info}/RECORD,,\n")
        entry = zipfile.ZipInfo(f"{info}/RECORD", (2020, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        wheel.writestr(entry, record.getvalue())
    print(path)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
