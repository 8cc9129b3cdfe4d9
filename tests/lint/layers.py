#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may include what, what each program may link, and how long functions and files may be.

layers.py BUILD: asks the Makefile for its components, reads the sources, and looks at the programs
in BUILD with readelf. Prints each fault as FILE:LINE: what, and ends with 1 if there was any.
"""
import fnmatch
import os
import re
import subprocess
import sys

# component: the components whose headers it may include, besides its own
MAY_INCLUDE = {
    "proto": [],
    "common": ["proto"],
    "loop": ["common", "proto"],
    "control": ["loop", "common", "proto"],
    "sandbox": ["common", "proto"],
    "render": ["glhost", "gl", "capture", "sandbox", "loop", "common", "proto"],
    "view": ["sandbox", "loop", "common", "proto"],
    "ctl": ["common", "proto"],
    "testguest": ["proto"],
    "gl": ["proto"],
    "guest": ["gl", "proto"],
    "guestlinux": ["guest", "gl", "proto"],
    "guestrun": [],
    "glhost": ["render", "gl", "sandbox", "loop", "common", "proto"],
    "capture": ["gl", "common", "proto"],
    "replay": ["glhost", "render", "capture", "gl", "sandbox", "common", "proto"],
    "gltest": ["glhost", "guest", "render", "gl", "sandbox", "loop", "common", "proto"],
}
FOLDERS = {
    "proto": "proto", "common": "daemon/common", "loop": "daemon/loop",
    "control": "daemon/control", "sandbox": "daemon/sandbox", "render": "daemon/render", "view": "daemon/view",
    "ctl": "daemon/ctl", "testguest": "tests/guest", "capture": "daemon/capture", "replay": "daemon/replay",
    # Folders inside of others: a file belongs to the innermost.
    "gl": "proto/gl", "guest": "guest/common", "guestlinux": "guest/linux", "guestrun": "guest/linux/run",
    "glhost": "daemon/render/gl", "gltest": "tests/gl",
}
# Generated headers belong to that component whose code they are.
GENERATED = {
    r"ipc_messages\.h": "common",
    r"oriel_messages\.h": "proto",
    r"glm_messages\.h": "gl",
    r"gl_(types|enums|wire|wire_\w+|counts|names|trace_groups)\.h": "gl",
    r"gl_(encode|shadow|entry)\.h": "guest",
    r"gl_(decode|functions)\.h": "glhost",
    r"gl_roundtrip\.h": "gltest",
}
C_LIBRARY = ["libc.so.6", "libm.so.6", "ld-linux*", "libpthread.so.0", "libdl.so.2", "librt.so.1",
             "libgcc_s.so.1", "libasan.so.*", "libubsan.so.*", "libtsan.so.*", "libclang_rt.*"]
# program: the libraries that may stand in its NEEDED entries
MAY_LINK = {
    "orield": ["libuv.so.*", "libcjson.so.*", "libinih.so.*",
               "libsystemd.so.*", "libcap.so.*"],
    "oriel-render": ["libuv.so.*", "libvirglrenderer.so.*", "libepoxy.so.*", "libEGL.so.*", "libgbm.so.*",
                     "libseccomp.so.*"],
    "oriel-view": ["libuv.so.*", "libvncserver.so.*", "libpng16.so.*", "libpixman-1.so.*",
                   "libxxhash.so.*", "libseccomp.so.*"],
    "orielctl": ["libcjson.so.*"],
    "oriel-run": [],
    "oriel-replay": ["libepoxy.so.*", "libEGL.so.*", "libgbm.so.*", "libseccomp.so.*", "libpng16.so.*"],
    "test-guest": [],
}
# What programs of others load brings nothing else along.
LIBRARIES = ["guest/liboriel-gl.so"]
# Headers of graphics belong to the render process alone, whatever is linked.
HEADERS = {
    r"(EGL|GL|GLES\d?|KHR)/|epoxy/|virgl": "render glhost replay guestlinux",
    r"rfb/": "view",
    r"systemd/|ini\.h": "control",
    r"seccomp\.h": "sandbox",
}
LEFT_TO_DO = r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b"  # in parts, so as not to find itself
FUNCTION_LINES = 80
FILE_LINES = 600
LICENCES = {"proto": "MIT", "guest": "MIT", "daemon": "GPL-2.0-or-later", "tests": "GPL-2.0-or-later"}

faults = []


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def components():
    """The Makefile's own words: {component: {"inc": [...], "src": [...]}} and {program: parts}."""
    out = subprocess.run(["make", "-s", "--no-print-directory", "print-components"], check=True,
                         capture_output=True, text=True).stdout
    known, programs = {}, {}
    for line in out.splitlines():
        name, kind, *words = line.split()
        if kind == "parts":
            programs[name] = words
        else:
            known.setdefault(name, {})[kind] = words
    return known, programs


def owner(path):
    """The component that a header belongs to; generated ones belong to that of their description."""
    for pattern, name in GENERATED.items():
        if re.fullmatch(pattern, os.path.basename(path)):
            return name
    for name, folder in sorted(FOLDERS.items(), key=lambda item: -len(item[1])):
        if path.startswith(folder + "/"):
            return name
    return None


def check_include_paths(known):
    for name, component in known.items():
        if name not in MAY_INCLUDE:
            fault("Makefile", 1, f"component {name} has no row in tests/lint/layers.py")
            continue
        allowed = {FOLDERS[other] for other in [name] + MAY_INCLUDE[name]}
        for folder in component["inc"]:
            if folder not in allowed and not folder.endswith("/gen"):
                fault("Makefile", 1, f"{name} may not include from {folder}")


def resolve(include, source, folders):
    for folder in [os.path.dirname(source)] + folders:
        path = os.path.normpath(os.path.join(folder, include))
        if os.path.exists(path):
            return path
    return None


def check_includes(name, path, folders):
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
        if not match:
            continue
        bracket, include = match.groups()
        if bracket == "<":
            for pattern, user in HEADERS.items():
                if re.match(pattern, include) and name not in user.split():
                    fault(path, number, f"<{include}> is for {user} alone, not for {name}")
            continue
        found = include if include.endswith("_messages.h") else resolve(include, path, folders)
        if not found:
            fault(path, number, f'"{include}" is in no folder that {name} may include from')
        elif owner(found) not in [name] + MAY_INCLUDE[name]:
            fault(path, number, f"{name} may not include {found}")


def check_sources(known):
    listed = {path for component in known.values() for path in component["src"]}
    for name, component in known.items():
        folder = FOLDERS.get(name)
        if not folder:
            continue
        for directory, _, files in os.walk(folder):
            for file in files:
                path = os.path.join(directory, file)
                if path.endswith(".c") and path not in listed:
                    fault(path, 1, "belongs to no component of the Makefile")
                if path.endswith((".c", ".h")) and owner(path) == name:
                    check_includes(name, path, component["inc"])


def check_links(build, programs):
    for program, allowed in [*MAY_LINK.items(), *((library, []) for library in LIBRARIES)]:
        path = os.path.join(build, program)
        if program not in programs and program not in LIBRARIES:
            fault("Makefile", 1, f"there is no program {program}")
            continue
        result = subprocess.run(["readelf", "-d", path], capture_output=True, text=True)
        if result.returncode:
            fault(path, 1, f"readelf: {result.stderr.strip()}")
            continue
        for library in re.findall(r"\(NEEDED\).*\[(.*)\]", result.stdout):
            if not any(fnmatch.fnmatch(library, form) for form in allowed + C_LIBRARY):
                fault(path, 1, f"links {library}")
    for program in programs:
        if program not in MAY_LINK:
            fault("Makefile", 1, f"program {program} has no row in tests/lint/layers.py")


def check_functions(path, lines):
    """Functions as clang-format lays them out: both braces stand alone in the first column."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            if number - begin - 1 > FUNCTION_LINES:
                fault(path, begin, f"a function of {number - begin - 1} lines, over {FUNCTION_LINES}")
            begin = None


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True,
                         capture_output=True, text=True).stdout
    return [path for path in out.splitlines() if os.path.isfile(path)]


def check_files():
    for path in tracked():
        code = path.endswith((".c", ".h", ".py", ".js"))
        if not code and not path.endswith((".sh", "Makefile", "/run", "/deps", "/virpipe")):
            continue
        lines = open(path, encoding="utf-8").read().splitlines()
        if code and len(lines) > FILE_LINES:
            fault(path, FILE_LINES, f"{len(lines)} lines, over {FILE_LINES}")
        if path.endswith((".c", ".h")):
            check_functions(path, lines)
        licence = LICENCES.get(path.split("/")[0])
        if code and licence and f"SPDX-License-Identifier: {licence}" not in "\n".join(lines[:3]):
            fault(path, 1, f"wants 'SPDX-License-Identifier: {licence}' in its first lines")
        for number, line in enumerate(lines, 1):
            if path.endswith((".c", ".h")) and re.match(r" \*[^\s*/]", line):
                fault(path, number, "a comment that clang-format has run together: its lines were too long")
            if re.search(LEFT_TO_DO, line):
                fault(path, number, "something is left to do")


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    known, programs = components()
    check_include_paths(known)
    check_sources(known)
    check_links(sys.argv[1], programs)
    check_files()
    for line in faults:
        print(line)
    if not faults:
        print("layers: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
