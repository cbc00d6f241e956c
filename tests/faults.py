# SPDX-License-Identifier: GPL-3.0-or-later
"""What may go wrong around a sweep, one thing at a time: python3 faults.py PROGRAM SHIM [row ...]

After each fault the final file is absent or the very bytes of an undisturbed run, the exit code is a documented one,
the message names the file (and what was missing), and nothing hidden stays behind but what a rerun goes on from; and
a rerun without the fault makes these bytes. PRO_LONG=1: every n of the calls that can fail, else about a tenth of
them; PRO_SEED: which."""
import collections, concurrent.futures, contextlib, errno, filecmp, os, random, re, shutil, signal, struct, subprocess
import sys, tempfile, time

program, shim, rows = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
long_run = os.environ.get("PRO_LONG") == "1"
seed = int(os.environ.get("PRO_SEED", "1"))
work = tempfile.mkdtemp(prefix="prodrome-faults-")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(75))  # so that `work` goes away
dice = random.Random(seed)
bad, told, skipped = [], collections.Counter(), set()
KINDS = ("write", "sync", "rename", "open", "truncate", "flock", "own", "lib", "clock", "disk", "faults")  # of the shim
WRITES_OF_A_START = 4  # a journal's head is in fewer

TINY = """kind: oven
cell: {preset: lco_18650_kim, film_coefficient: 7.17 W/(m2 K), emissivity: 0.8}
chemistry: lco_kim2007
initial: {T: 28 degC, soc: 1}
vary: {oven.T: {uniform: [120 degC, 180 degC]}}
duration: 7200 s
period: 600 s
rtol: 1e-4
group: 2
"""




class Ran:
    """What became of a run: code (negative: the signal), said, and counts where the shim was there."""

    def __init__(self, code, said, counts):
        self.code, self.said, self.counts = code, said, counts


def run(words, cwd, fault=None, before=(), env={}, after=None, number=signal.SIGKILL):
    """`before`: words of a program that starts ours; `after`: seconds until signal `number` is sent."""
    env, counts = {**os.environ, "LC_ALL": "C", **env}, None
    if fault is not None:
        env.update(LD_PRELOAD=shim, PRO_FAULT=fault, PRO_FAULT_COUNT=cwd + ".counts")
    process = subprocess.Popen([*before, program, *words], cwd=cwd, env=env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    if after is not None:
        time.sleep(after)
        process.send_signal(number)
    said = process.communicate(timeout=120)[1].decode(errors="replace")
    if fault is not None:
        with open(cwd + ".counts", "rb") as file:
            counts = dict(zip(KINDS, struct.unpack(f"{len(KINDS)}q", file.read())))
        os.remove(cwd + ".counts")
    return Ran(process.returncode, said, counts)


class Command:
    """A command, the folder it finds, the file it makes, the files beside it that it may make as well, the hidden ones
    that a rerun goes on from, and the note that a failure leaves."""

    def __init__(self, name, words, final, reference, beside=(), kept="$.", note=None):
        self.name, self.words, self.final, self.reference = name, words, final, reference
        self.here = [word.replace("@", ".") for word in words]
        self.beside, self.kept, self.note = set(beside), re.compile(kept), note
        self.template = os.path.join(work, "template-" + name)
        os.mkdir(self.template)

    def is_whole(self, folder):
        return filecmp.cmp(os.path.join(folder, self.final), self.reference, shallow=False)


class Trial:
    """A fault: what it is, whether it can strike as told, which exit codes it may bring, and how it is made. `act` is
    given a folder and returns what ran."""

    def __init__(self, command, row, what, allowed, act, needs=(), must_strike=False):
        self.command, self.row, self.what, self.allowed, self.act = command, row, what, allowed, act
        self.needs, self.must_strike = needs, must_strike
        self.reruns = dice.random() < 0.1

    def wrong(self, why):
        bad.append(f"{self.command.name}: {self.what!r}: {why.strip()}")
        print("wrong:", bad[-1], flush=True)

    def check_message(self, ran):
        if not re.search("^prodrome: ", ran.said, re.M):
            return self.wrong(f"exit code {ran.code} without a message: {ran.said}")
        names = [self.command.final, *os.listdir(self.command.template), *self.command.beside]
        if ran.code == 74 and not any(name in ran.said for name in names):
            self.wrong(f"the message names no file: {ran.said}")
        if ran.code == 71 and "memory" not in ran.said:
            self.wrong(f"no word of memory: {ran.said}")
        if ran.code == 74 and self.needs and not any(text in ran.said for text in self.needs):
            self.wrong(f"no word of {self.needs[0]!r}: {ran.said}")

    def check(self, folder, ran):
        final = os.path.join(folder, self.command.final)
        there = os.path.exists(final)
        whole = there and self.command.is_whole(folder)
        if ran.code not in self.allowed and ran.code != 0:
            self.wrong(f"exit code {ran.code}: {ran.said}")
        if there and not whole:
            self.wrong(f"the final file is another one, at exit code {ran.code}: {ran.said}")
        if ran.code == 0 and self.row in ("sync", "rename", "truncate"):
            self.wrong("exit code 0, though it failed")
        if ran.code == 0 and not there:
            self.wrong("exit code 0 without the final file")
        if ran.code > 0:
            self.check_message(ran)
        if self.must_strike and ran.counts["faults"] == 0 and ran.code >= 0:
            self.wrong("the fault did not come")
        if ran.code >= 0:
            known = {self.command.final, *self.command.beside, *os.listdir(self.command.template)}
            known |= {self.command.note} if ran.code > 0 else set()
            left = [f for f in os.listdir(folder) if f not in known and not self.command.kept.match(f)]
            if "out of memory, within" in ran.said:  # a library, which then ends the program by itself or crashes
                left = [f for f in left if not f.endswith(".part")]
            if left:
                self.wrong(f"left behind at exit code {ran.code}: {left}")
        told[f"{self.row} -> {ran.code}"] += 1

    def check_rerun(self, folder):
        if not self.reruns and set(os.listdir(folder)) <= set(os.listdir(self.command.template)):
            return  # nothing of the fault is left: another run would be an undisturbed one
        ran = run(self.command.here, folder)
        if ran.code != 0:
            return self.wrong(f"the rerun ends with {ran.code}: {ran.said}")
        if not self.command.is_whole(folder):
            self.wrong("the rerun makes other bytes")
        left = [f for f in os.listdir(folder) if f == self.command.note or f.startswith(".")]
        if left:
            self.wrong(f"left behind by the rerun: {left}")

    def go(self, number):
        folder = os.path.join(work, f"trial-{number}")
        shutil.copytree(self.command.template, folder)
        try:
            ran = self.act(folder)
            if ran is not None:
                self.check(folder, ran)
                self.check_rerun(folder)
        except Exception as error:  # one that hangs, for one, is a finding
            self.wrong(f"{type(error).__name__}: {error}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def shimmed(command, fault, row, allowed=(74,), must_strike=True, needs=()):
    return Trial(command, row, fault, allowed, lambda folder: run(command.here, folder, fault.replace("@", folder)),
                 needs, must_strike)


def make_commands():
    home = os.path.join(work, "home")
    os.mkdir(home)
    tiny = os.path.join(home, "tiny.yaml")
    with open(tiny, "w") as file:
        file.write(TINY)
    for words in (["sweep", tiny, "-n", "7", "--no-truth", "-o", "whole.h5", "-q"],
                  ["plan", tiny, "-n", "7", "--no-truth", "--shards", "2", "-o", "plan.json", "-q"],
                  ["sweep", "--plan", "plan.json", "-q"]):
        ran = run(words, home)
        assert ran.code == 0, ran.said
    whole, first = os.path.join(home, "whole.h5"), os.path.join(home, "shard-0-of-2.h5")
    sweep = Command("sweep", ["sweep", tiny, "-n", "7", "--no-truth", "-j", "1", "-o", "@/out.h5", "-q"], "out.h5", whole)
    shard = Command("shard", ["sweep", "--plan", "@/plan.json", "--shard", "0/2", "-j", "1", "-q"], "shard-0-of-2.h5",
                    first, ["shard-0-of-2.json"], r"\.shard-0-of-2\.h5\..*\.log$", "shard-0-of-2.failed")
    merge = Command("merge", ["merge", "@", "-j", "1", "-o", "@/out.h5", "-q"], "out.h5", whole)
    shutil.copy(os.path.join(home, "plan.json"), shard.template)
    for name in os.listdir(home):
        if name.startswith("shard-") or name == "plan.json":
            shutil.copy(os.path.join(home, name), merge.template)
    return [sweep, shard, merge]


def some(n, most=None):
    """Numbers 1 to n, and of those beyond `most` one in 97: all of them in a long run, about a tenth else."""
    numbers = list(range(1, n + 1))
    if most and n > most:
        numbers = numbers[:most] + numbers[most::97]
    return numbers if long_run else sorted(dice.sample(numbers, max(min(n, 4), len(numbers) // 10)))


def times(n):
    return range(n if long_run else max(n // 10, 2))


# ---- rows: each yields its trials ----


def kill(command):
    for after in [dice.uniform(0.0, 1.1 * command.seconds) for _ in times(200)]:
        yield Trial(command, "kill", f"kill after {after:.4f} s", [-9],
                    lambda folder, after=after: run(command.here, folder, after=after))


def kill_at(command):
    for kind in ("write", "sync", "rename", "open", "truncate"):
        for k in some(command.counts[kind]):
            yield shimmed(command, f"{kind}:{k}:kill", "kill_at", [-9])


def terminate(command):
    for after in [dice.uniform(0.0, command.seconds) for _ in times(100)]:
        def act(folder, after=after):
            began = time.monotonic()
            ran = run(command.here, folder, after=after, number=signal.SIGTERM)
            if time.monotonic() - began - after > 5.0:
                ran.code, ran.said = -1, f"it took more than 5 s; {ran.said}"
            return ran
        yield Trial(command, "terminate", f"SIGTERM after {after:.4f} s", [75, -15], act)  # -15: before it listens
    for k in [dice.randint(1, command.counts["write"]) for _ in times(100)]:
        yield shimmed(command, f"write:{k}:term", "terminate", [75])


def calls(command):
    for kind in ("write", "sync", "rename", "open", "truncate"):
        for what in (errno.EIO, errno.ENOSPC, errno.EINTR):
            for k in some(command.counts[kind]):
                if (kind, what) != ("sync", errno.EINTR):
                    yield shimmed(command, f"{kind}:{k}:{what}", kind, needs=[os.strerror(what)])
    for k in some(command.counts["write"]):
        yield shimmed(command, f"write:{k}:short", "short write", [])  # no failure
    for k in some(command.counts["sync"]):
        yield shimmed(command, f"sync:{k}:{errno.EINTR}", "sync interrupted", [])


def full(command):
    for what in (errno.ENOSPC, errno.EDQUOT):
        for _ in times(20):
            fault = f"disk:{dice.randint(0, command.size - 1)}:{what}:@"
            yield shimmed(command, fault, "full", needs=[os.strerror(what)])
    for most in [dice.randint(1, command.size - 1) for _ in times(20)]:
        yield Trial(command, "full", f"file size limit of {most}", [74], needs=[os.strerror(errno.EFBIG)],
                    act=lambda folder, most=most: run(command.here, folder, before=["prlimit", f"--fsize={most}:{most}"]))


@contextlib.contextmanager
def mounted(words, folder):
    """Mounts on a folder and says whether that is permitted here."""
    done = subprocess.run(["mount", *words, folder], stderr=subprocess.DEVNULL).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", folder], check=True)


def small_disk(command):
    def act(folder, kB):
        disk = os.path.join(folder, "disk")
        os.mkdir(disk)
        with mounted(["-t", "tmpfs", "-o", f"size={kB}k", "none"], disk) as done:
            if not done:
                return skipped.add("small disks: mounting is not permitted here; disks filled by the library must do")
            shutil.copytree(command.template, disk, dirs_exist_ok=True)
            ran = run(command.here, disk)
            if ran.code != 74:
                ran.said += f"\na disk of {kB} kB was not too small"
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            shutil.copytree(disk, folder, dirs_exist_ok=True)
        os.rmdir(disk)
        return ran
    taken = sum(os.path.getsize(os.path.join(command.template, name)) // 4096 * 4 + 4
                for name in os.listdir(command.template))
    for kB in [taken + dice.randint(8, os.path.getsize(command.reference) // 1024) for _ in times(20)]:
        yield Trial(command, "small_disk", f"disk of {kB} kB", [74], lambda folder, kB=kB: act(folder, kB),
                    [os.strerror(errno.ENOSPC)])


def memory(command):
    for k in some(command.counts["own"]):
        yield shimmed(command, f"own:{k}:12", "own", [71])
    for k in some(command.counts["lib"], 500):
        yield MemoryOfLibraries(command, "lib", f"lib:{k}:12", [71],
                                lambda folder, k=k: run(command.here, folder, f"lib:{k}:12"))


class MemoryOfLibraries(Trial):
    """libfyaml may crash while a scenario is parsed, and HDF5 1.10 while it starts, when nothing has been written and
    errno does not tell why any more. None leaves a final file; all are counted."""

    def check(self, folder, ran):
        if ran.code not in (-signal.SIGSEGV, -signal.SIGABRT):
            return super().check(folder, ran)
        told["lib, crashed before anything was written"] += 1
        if ran.counts["write"] >= WRITES_OF_A_START:
            self.wrong(f"a crash by signal {-ran.code}")
        if os.path.exists(os.path.join(folder, self.command.final)):
            self.wrong("a crash, and a final file")


def places(command):
    for name in ("with blanks", "b\u00fccher \u96fb\u6c60", "two\nlines", "100%s"):
        def act(folder, name=name):
            inner = os.path.join(folder, name)
            shutil.copytree(command.template, inner)
            ran = run([word.replace("@", name) for word in command.words], folder)
            shutil.copytree(inner, folder, dirs_exist_ok=True)
            shutil.rmtree(inner)
            return ran
        yield Trial(command, "places", f"in a folder {name}", [], act)
    yield shimmed(command, f"flock:1+:{errno.ENOLCK}", "no flock", [])
    for fault in ("clock:1+:864000", "clock:2+:-86400", "clock:3+:864000", "clock:5+:-86400"):
        yield shimmed(command, fault, "clock", [], must_strike=False)  # a sweep asks for no time of day


def read_only(command):
    def act(folder):
        disk = folder + "-read-only"
        os.mkdir(disk)
        try:
            with mounted(["--bind", folder], disk) as done:
                if done:
                    subprocess.run(["mount", "-o", "remount,ro,bind", disk], check=True)
                    return run(command.here, disk)
            if os.geteuid() != 0:
                os.chmod(folder, 0o555)
                ran = run(command.here, folder)
                os.chmod(folder, 0o755)
                return ran
            skipped.add("a read-only folder: root may write to it, and mounting is not permitted here")
        finally:
            os.rmdir(disk)
    def must_fail(folder):
        ran = act(folder)
        if ran is not None and ran.code == 0:
            ran.code, ran.said = -1, "it wrote to a read-only folder"
        return ran
    yield Trial(command, "read_only", "read-only folder", [74], must_fail, [os.strerror(errno.EROFS),
                                                                            os.strerror(errno.EACCES)])


def german(command):
    home = os.path.join(work, "locale")
    if not os.path.isdir(home):
        os.mkdir(home)
        if shutil.which("localedef"):
            subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(home, "de_DE.UTF-8")],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.listdir(home):
        skipped.add("a German locale: localedef or its sources are not here")
        return
    env = {"LOCPATH": home, "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    yield Trial(command, "german", "German locale", [], lambda folder: run(command.here, folder, env=env))


def measure(command):
    """How long it takes undisturbed, what it calls, and how many bytes it writes."""
    folder = os.path.join(work, "measure")
    shutil.copytree(command.template, folder)
    began = time.monotonic()
    ran = run(command.here, folder)
    command.seconds = time.monotonic() - began
    shutil.rmtree(folder)
    shutil.copytree(command.template, folder)
    ran = run(command.here, folder, f"disk:1000000000:28:{folder}")
    assert ran.code == 0 and command.is_whole(folder), ran.said
    shutil.rmtree(folder)
    command.counts, command.size = ran.counts, os.path.getsize(command.reference)


table = [kill, kill_at, terminate, calls, full, small_disk, memory, places, read_only, german]
try:
    commands = make_commands()
    for command in commands:
        measure(command)
    number = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for row in table:
            if rows and row.__name__ not in rows:
                continue
            began = time.monotonic()
            trials = [trial for command in commands for trial in row(command)]
            list(pool.map(Trial.go, trials, range(number, number + len(trials))))
            number += len(trials)
            print(f"{row.__name__}: {len(trials)} in {time.monotonic() - began:.1f} s", flush=True)
finally:
    shutil.rmtree(work, ignore_errors=True)
for what in sorted(skipped):
    print("SKIPPED:", what)
print(", ".join(f"{what}: {n}" for what, n in sorted(told.items())))
print(f"seed {seed}: {number} faults, {len(bad)} wrong")
sys.exit(bool(bad))
