#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""unit_file.py STAGE: installs below STAGE as a package would, and lets systemd-analyze judge the unit."""
import os
import pathlib
import shutil
import subprocess
import sys

MAKE = os.environ.get("MAKE", "make")
INSTALLED = [
    "usr/bin/orield", "usr/bin/orielctl", "usr/libexec/oriel/oriel-render",
    "usr/libexec/oriel/oriel-view", "etc/oriel/oriel.conf", "lib/systemd/system/orield.service",
    "usr/lib/sysusers.d/oriel.conf", "usr/lib/tmpfiles.d/oriel.conf",
    "usr/share/bash-completion/completions/orielctl", "usr/share/man/man8/orield.8",
    "usr/share/man/man5/oriel.conf.5", "usr/share/man/man1/orielctl.1", "usr/share/man/man7/oriel-api.7",
]


def install(stage, target="install"):
    subprocess.run([MAKE, "--no-print-directory", target, f"DESTDIR={stage}", "PREFIX=/usr"],
                   check=True, stdout=subprocess.DEVNULL)


def judge(stage):
    """systemd-analyze says nothing of a unit that is right."""
    result = subprocess.run(
        ["systemd-analyze", "verify", f"--root={stage}", "--man=no", "--recursive-errors=no",
         "orield.service"], capture_output=True, text=True, check=False)
    said = (result.stdout + result.stderr).strip()
    return [said] if said or result.returncode else []


def main():
    stage = pathlib.Path(sys.argv[1]).resolve()
    shutil.rmtree(stage, ignore_errors=True)
    install(stage)
    faults = [f"{name} was not installed" for name in INSTALLED if not (stage / name).is_file()]
    # What the unit calls from elsewhere.
    (stage / "bin").mkdir(exist_ok=True)
    shutil.copy("/bin/kill", stage / "bin/kill")
    faults += judge(stage)
    if "@" in (stage / "lib/systemd/system/orield.service").read_text(encoding="utf-8"):
        faults.append("orield.service holds a path that was not filled in")
    own = stage / "etc/oriel/oriel.conf"
    own.write_text("# the administrator's\n", encoding="utf-8")
    install(stage)
    if own.read_text(encoding="utf-8") != "# the administrator's\n":
        faults.append("a second install overwrote oriel.conf")
    install(stage, "uninstall")
    for path in stage.rglob("*oriel*"):
        if path.is_file() and path != own:
            faults.append(f"uninstall left {path.relative_to(stage)}")
    print("\n".join(faults) or "the unit and the installation are right")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
