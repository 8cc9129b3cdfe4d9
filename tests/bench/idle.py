# SPDX-License-Identifier: GPL-2.0-or-later
"""What sessions cost that nobody uses: time until they are ready, CPU, memory."""
import contextlib
import pathlib
import re
import statistics
import time

import hosts
import measure
import report

STEPS = (1, 2, 4, 8)
WINDOW = 20.0  # seconds over which their CPU time is taken
SETTLE = 2.0   # and before that
READY_BAR, CPU_BAR, MEMORY_BAR = 300.0, 0.5, 80.0  # ms, percent of a core together, MB a session
FIELDS = ("Pss", "Private_Clean", "Private_Dirty", "Shared_Clean", "Shared_Dirty")


def mappings(pid):
    """[(file or "", {field: kB})] of /proc/PID/smaps."""
    found = []
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        word = line.split()
        if re.match(r"[0-9a-f]+-[0-9a-f]+$", word[0]):
            path = line.split(maxsplit=5)[5] if len(word) > 5 else ""
            # A memfd is a session's own, and no library.
            found.append((path if path[0:1] == "/" and not path.startswith("/memfd:") else "",
                          word[2], {}))
        elif word[0][:-1] in FIELDS:
            found[-1][2][word[0][:-1]] = int(word[1])
    return [((path, offset) if path else "", fields) for path, offset, fields in found]


def memory(pids):
    """MB of these processes together: (PSS, what they use with each file's pages counted once).
    The second does not shrink because others on the machine use the same libraries."""
    pss = own = 0
    files = {}
    for pid in pids:
        for place, fields in mappings(pid):
            pss += fields["Pss"]
            if not place:
                own += fields["Pss"]
                continue
            own += fields["Private_Clean"] + fields["Private_Dirty"]
            shared = fields["Shared_Clean"] + fields["Shared_Dirty"]
            files[place] = max(files.get(place, 0), shared)
    return pss / 1024, (own + sum(files.values())) / 1024


class Idle:
    NAME = "idle"

    def __init__(self, _rounds, _seconds):
        self.steps = []  # (sessions, ms until ready of the new ones, percent of a core, PSS, MB once)

    def run(self, say):
        with contextlib.closing(hosts.Oriel(sessions=0, ports=STEPS[-1])) as oriel:
            for sessions in STEPS:
                ready = []
                while len(self.names(oriel)) < sessions:
                    ready.append(self.add(oriel))
                percent = self.cpu(oriel)
                pids = [pid for group in oriel.groups().values() for pid in group]
                if len(pids) != 1 + 2 * sessions:
                    raise measure.BenchError(f"{len(pids)} processes for {sessions} sessions")
                self.steps.append((sessions, ready, percent, *memory(pids)))
                say(f"{sessions} sessions: ready after {', '.join(f'{ms:.0f}' for ms in ready)} ms, "
                    f"{percent:.3f} % of a core, {self.steps[-1][4]:.0f} MB")

    def names(self, oriel):
        return [session["name"] for session in oriel.daemon.api.get("/v1/sessions")["sessions"]]

    def add(self, oriel):
        """Makes a session; ms from the POST until the API says that it is ready."""
        name = f"{hosts.SESSION}{len(self.names(oriel))}"
        began = time.monotonic()
        oriel.create(name)
        hosts.support.wait_for(lambda: oriel.daemon.api.session(name)["state"] == "ready", 60,
                               "a session", every=0.002)
        return 1000 * (time.monotonic() - began)

    def cpu(self, oriel):
        """Percent of a core."""
        time.sleep(SETTLE)
        usage, began = measure.Usage(oriel.groups()), time.monotonic()
        time.sleep(WINDOW)
        return 100 * sum(usage.spent().values()) / (time.monotonic() - began)

    # ---- what it says

    def report(self, command):
        result = report.Report(self.NAME, command)
        sessions, _, percent, pss, once = self.steps[-1]
        every = [ms for step in self.steps for ms in step[1]]
        case = f"{self.NAME}/{sessions}"
        result.add(case, "CPU of all, of a core", percent, "%", bar=CPU_BAR)
        result.add(case, "memory a session, files once", once / sessions, "MB", bar=MEMORY_BAR)
        result.add(case, "PSS a session", pss / sessions, "MB", bar=MEMORY_BAR)
        result.add(case, "POST until ready, slowest", max(every), "ms", bar=READY_BAR)
        result.add(case, "POST until ready, median", statistics.median(every), "ms", bar=READY_BAR)
        for before, step in zip(((0, [], 0.0, 0.0, 0.0), *self.steps), self.steps):
            more = step[0] - before[0]
            result.add(f"{self.NAME}/{step[0]}", "CPU of each further session, of a core",
                       (step[2] - before[2]) / more, "%")
            result.add(f"{self.NAME}/{step[0]}", "memory of each further session",
                       (step[4] - before[4]) / more, "MB")
        return result

    def show(self, result):
        yield (f"Sessions without guests and viewers: CPU of orield and all its processes over {WINDOW:g} s; "
               "memory of all of them with each\nfile's pages counted once (PSS: shares of pages that "
               "others on this machine use too); from POST until the API says ready")
        yield result.table([row for row in result.rows if row["bar"] is not None])
        lines = [("sessions", "CPU %", "MB", "PSS MB", "each further: CPU %", "MB", "ready ms")]
        for before, step in zip(((0, [], 0.0, 0.0, 0.0), *self.steps), self.steps):
            more = step[0] - before[0]
            lines.append((str(step[0]), f"{step[2]:.3f}", f"{step[4]:.1f}", f"{step[3]:.1f}",
                          f"{(step[2] - before[2]) / more:.3f}", f"{(step[4] - before[4]) / more:.1f}",
                          f"{statistics.median(step[1]):.0f}"))
        yield ("What each further idle session costs (the first: with orield and the libraries)\n" +
               report.columns(lines))
