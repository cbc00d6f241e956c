#!/bin/sh
# test: full
# SPDX-License-Identifier: GPL-3.0-or-later
# What shards promise: the same bytes however a sweep is cut, killed, resumed and raced; no damage unnoticed; the
# right shard for every scheduler; no plan that crashes. PRO_LONG=1: ten times as many trials, and a million cases.
exec /usr/bin/python3 - <<'END'
import glob, json, os, random, re, resource, shutil, signal, subprocess, sys, tempfile, time

prodrome = os.environ["PRO_BUILD"] + "/prodrome"
scenarios = os.environ["PRO_SOURCE"] + "/scenarios/"
long = os.environ.get("PRO_LONG", "0") == "1"
random.seed(2025)
work = tempfile.mkdtemp()
os.chdir(work)
bad = 0
variables = "SLURM_ARRAY_TASK_ID PBS_ARRAY_INDEX PBS_ARRAYID LSB_JOBINDEX SGE_TASK_ID HQ_TASK_ID PRODROME_SHARD_OFFSET".split()
plain = {k: v for k, v in os.environ.items() if k not in variables}


def wrong(*words):
    global bad
    bad += 1
    print("wrong:", *words)


def run(*words, **more):
    r = subprocess.run([prodrome, *words], capture_output=True, env={**plain, **more}, errors="replace", timeout=600)
    if r.returncode < 0 or r.returncode in (70, 134, 139):
        wrong(f"exit {r.returncode}:", *words, r.stderr)
    return r


def expect(code, *words, says=(), **more):
    r = run(*words, **more)
    if r.returncode != code:
        wrong(f"exit {r.returncode} instead of {code}:", *words, more, r.stderr)
    for text in says:
        if text not in r.stderr:
            wrong(f"'{text}' is not in the message:", r.stderr)
    return r


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def store(path, data):
    with open(path, "wb") as file:
        file.write(data)


def hidden(folder="."):
    return [name for name in os.listdir(folder) if name.startswith(".")]


tiny = ["--set", "period=60 s", "--set", "group=4"]
failing = tiny + ["--set", "steps_max=200"]  # more than half of the cases fail


def plan(folder, shards, cases, options=failing, scenario="quickstart.yaml"):
    os.makedirs(folder, exist_ok=True)
    expect(0, "plan", scenarios + scenario, "-q", "-n", str(cases), "--shards", str(shards), "-o", folder + "/plan.json", *options)
    return folder + "/plan.json"


def start(*words):
    return subprocess.Popen([prodrome, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=plain)


# ---- the same bytes ----
def cut(threads, shards, kills, cases, options, whole):
    the_plan = plan("cut", shards, cases, options)
    killed = 0
    for i in random.sample(range(shards), shards):
        words = ["sweep", "--plan", the_plan, "--shard", f"{i}/{shards}", "-q", "-j", str(threads)]
        for _ in range(kills):
            process = start(*words)
            time.sleep(random.uniform(0, 0.3))
            process.kill()
            process.communicate()
            killed += process.returncode == -9
        expect(0, *words)
    expect(0, "merge", "cut", "-o", "cut.h5", "-q", "-j", str(threads))
    if bytes_of("cut.h5") != whole:
        wrong(f"{threads} threads, {shards} shards, {kills} kills: other bytes than a single sweep's")
    left = [name for name in hidden("cut") if ".json." not in name]  # killed as it wrote a receipt
    if left:
        wrong("left behind:", left)
    shutil.rmtree("cut")
    return killed


def all_cuts():
    some = [(8, 3, 2), (2, 7, 0), (1, 16, 1), (1, 1, 4)]
    cuts = [(t, s, k) for t in (1, 2, 8) for s in (1, 3, 7, 16) for k in (0, 3)] if long else some
    killed = 0
    for options, cases in ((failing, 200 if long else 64), (tiny, 64)) if long else ((failing, 64),):
        expect(0, "sweep", scenarios + "quickstart.yaml", "-q", "-n", str(cases), "-o", "whole.h5", *options)
        whole = bytes_of("whole.h5")
        killed += sum(cut(*c, cases, options, whole) for c in cuts)
    print(f"{len(cuts)} ways to cut a sweep, {killed} attempts killed: the same bytes")


# ---- two at a time ----
def races():
    the_plan, path = plan("race", 2, 16), "race/shard-0-of-2.h5"
    words = ["sweep", "--plan", the_plan, "--shard", "0/2", "-q", "-j", "1"]
    expect(0, *words)
    right = bytes_of(path)
    trials = 50 if long else 8
    for trial in range(trials):
        if trial % 4 == 3:  # one that is damaged, whose receipt is not
            store(path, right[:1000])
        else:
            os.unlink(path), os.unlink("race/shard-0-of-2.json")
        both = [start(*words)]
        time.sleep(random.uniform(0, 0.5) if trial % 2 else 0)
        both.append(start(*words))
        for process in both:
            _, said = process.communicate()
            if process.returncode != 0:
                wrong(f"race {trial}: exit {process.returncode}:", said.decode())
        if bytes_of(path) != right or hidden("race"):
            wrong(f"race {trial}: other bytes, or left behind: {hidden('race')}")
    print(f"{trials} races")


# ---- damage ----
def damages():
    the_plan = plan("good", 3, 24)
    plan("other", 3, 24, failing + ["--seed", "2"])
    expect(0, "sweep", "--plan", the_plan, "-q")
    expect(0, "sweep", "--plan", "other/plan.json", "-q")
    expect(0, "merge", "good", "-o", "good.h5", "-q")
    whole = bytes_of("good.h5")

    def receipt(path, member, value):
        text = json.load(open(path))
        text[member] = value
        json.dump(text, open(path, "w"))

    def flip(data):
        data = bytearray(data)
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        return data

    def zero(data):
        at = random.choice([p for p in range(0, len(data), 4096) if any(data[p : p + 4096])])
        return data[:at] + bytes(len(data[at : at + 4096])) + data[at + 4096 :]

    harmless = {}
    kinds = "truncated flipped zeros empty text foreign index renamed missing lie_sha lie_cases lie_failed lie_bytes no_receipt torn_receipt flipped_receipt".split()
    trials = 500 if long else 48
    for trial in range(trials):
        kind, i = kinds[trial % len(kinds)], random.randrange(3)
        shutil.copytree("good", "hurt")
        path, note = f"hurt/shard-{i}-of-3.h5", f"hurt/shard-{i}-of-3.json"
        data, merged, verified, repaired = bytes_of(path), 65, None, 0
        if kind in ("truncated", "flipped", "zeros", "empty", "text"):
            store(path, {"truncated": lambda d: d[: random.randrange(1, len(d))], "flipped": flip, "zeros": zero, "empty": lambda d: b"", "text": lambda d: b"hello\n" * 99}[kind](data))
            verified = 65
        elif kind == "foreign":
            shutil.copy(f"other/shard-{i}-of-3.h5", path), shutil.copy(f"other/shard-{i}-of-3.json", note)
            repaired = 65
        elif kind == "index":
            shutil.copy(f"hurt/shard-{(i + 1) % 3}-of-3.h5", path), shutil.copy(f"hurt/shard-{(i + 1) % 3}-of-3.json", note)
            repaired = 65
        elif kind == "renamed":
            os.rename(f"hurt/shard-{(i + 1) % 3}-of-3.h5", path)
            repaired = 65
            merged = None  # 65 or 66: whichever of the two is seen first
        elif kind == "missing":
            os.unlink(path)
            merged = 66
        elif kind.startswith("lie_"):
            receipt(note, *{"lie_sha": ("sha256", "0" * 64), "lie_cases": ("cases", 7), "lie_failed": ("failed", 1000), "lie_bytes": ("bytes", 1)}[kind])
        elif kind == "no_receipt":
            os.unlink(note)
            merged = 0
        elif kind == "torn_receipt":
            store(note, bytes_of(note)[: random.randrange(1, 60)])
            merged = 0
        else:  # it may hit what nobody relies on
            store(note, flip(bytes_of(note)))
            merged = None
        r = run("merge", "hurt", "-q", "-o", "hurt.h5")
        if r.returncode not in ((0, 65, 66) if merged is None else (merged,)):
            wrong(f"{kind} (trial {trial}): merge exits {r.returncode}:", r.stderr)
        if r.returncode:
            if os.path.exists("hurt.h5") or [n for n in os.listdir(".") if n.startswith(".hurt")]:
                wrong(f"{kind}: merge has written something")
            if not ("shard-" in r.stderr or "shard " in r.stderr) or (merged and kind != "missing" and path not in r.stderr):
                wrong(f"{kind}: the message does not name {path}:", r.stderr)
        elif bytes_of("hurt.h5") != whole:
            wrong(f"{kind} (trial {trial}): merge makes other bytes and says nothing")
        if verified:
            code = run("verify", path).returncode
            if code == 0 and kind in ("flipped", "zeros"):
                harmless[kind] = harmless.get(kind, 0) + 1
            elif code != 65:
                wrong(f"{kind} (trial {trial}): verify exits {code}")
        r = run("sweep", "--plan", "hurt/plan.json", "-q")
        # a flip may hit the shard's note of its plan, which then is another's
        if r.returncode != repaired and not (kind == "flipped" and r.returncode == 65 and "remove it" in r.stderr):
            wrong(f"{kind} (trial {trial}): sweep --plan exits {r.returncode}:", r.stderr)
        if r.returncode == 0:
            if bytes_of(path) != data or hidden("hurt"):
                wrong(f"{kind} (trial {trial}): is not repaired, or left behind: {hidden('hurt')}")
            elif trial % 5 == 0:
                expect(0, "merge", "hurt", "-q", "-o", "hurt.h5")
                if bytes_of("hurt.h5") != whole:
                    wrong(f"{kind}: after repair, other bytes")
        elif kind == "foreign" and bytes_of(path) != bytes_of(f"other/shard-{i}-of-3.h5"):
            wrong("a foreign shard was touched")
        elif kind in ("index", "renamed") and bytes_of(path) != bytes_of(f"good/shard-{(i + 1) % 3}-of-3.h5"):
            wrong("a shard under another one's name was touched")
        shutil.rmtree("hurt")
        if os.path.exists("hurt.h5"):
            os.unlink("hurt.h5")
    print(f"{trials} damages; seen by receipts alone, not by verify: {harmless}")


# ---- what is in the way of a shard, and what is said of it ----
def in_the_way():
    the_plan = plan("way", 2, 16)
    path, note = "way/shard-0-of-2.h5", "way/shard-0-of-2.json"
    words = ["sweep", "--plan", the_plan, "--shard", "0/2", "-q", "-j", "1"]

    def account(r):
        return [int(x) for x in re.search(r"(\d+) cases = (\d+) ok \+ (\d+) failed \+ (\d+) missing", r.stdout + r.stderr).groups()]

    expect(0, *words)
    right, receipt, born = bytes_of(path), bytes_of(note), os.stat(path).st_ino
    lie = json.loads(receipt)
    for member, value in ("cases", 7), ("failed", 1000):
        store(note, json.dumps({**lie, member: value}).encode())
        expect(0, *words)
        if os.stat(path).st_ino != born:
            wrong(f"a shard whose hash is right was made again for its receipt's {member}")
        if json.load(open(note))[member] != lie[member]:
            wrong(f"its receipt still lies of {member}")
    # a receipt of an earlier shard does not outlive the attempt at the next one
    os.unlink(path)
    r = run(*words, LD_PRELOAD=os.environ["PRO_BUILD"] + "/tests/libfault_shim.so", PRO_FAULT="sync:1:28")
    if r.returncode != 74 or os.path.exists(path) or os.path.exists(note):
        wrong("exit", r.returncode, "and a receipt without a shard:", r.stderr)
    kept = json.loads(run("status", "way", "--json").stdout)["cases_done"]
    if account(r)[3] != 8 - kept:
        wrong(f"{kept} cases are kept, but:", r.stdout, r.stderr)
    expect(0, *words)
    # what is there counts, though its receipt could not be written
    for k in range(1, 9):
        for name in os.listdir("way"):
            if name != "plan.json":
                os.unlink("way/" + name)
        r = run(*words, LD_PRELOAD=os.environ["PRO_BUILD"] + "/tests/libfault_shim.so", PRO_FAULT=f"sync:{k}:28")
        told = json.loads(run("status", "way", "--json").stdout)
        kept = told["cases_done"]
        if r.returncode == 74 and os.path.exists(path):  # unchecked: no receipt vouches for it yet
            if told["shards"]["done"] or run("verify", path).returncode != 0:
                wrong(f"sync {k}: a shard without a receipt is done, or is not whole")
            kept = 8
        if r.returncode == 74 and account(r)[3] != 8 - kept:
            wrong(f"sync {k}: {kept} cases are there, but:", r.stdout, r.stderr)
    expect(0, *words)
    # damage that only the receipt tells of, and a repair that comes to nothing: it is still known to be bad
    at = right.index(b"highest core temperature")
    store(path, right[:at] + b"H" + right[at + 1 :])
    if run("verify", path).returncode != 65:
        wrong("verify does not hold a shard to its receipt")
    expect(74, *words, LD_PRELOAD=os.environ["PRO_BUILD"] + "/tests/libfault_shim.so", PRO_FAULT="sync:1:28")
    expect(65, "merge", "way", "--partial", "-q", "-o", "way.h5", says=[path])
    expect(0, *words)
    if bytes_of(path) != right:
        wrong("a damage was certified when its repair had failed")
    # a receipt that cannot be read is not none
    os.rename(note, "note"), os.symlink("shard-0-of-2.json", note)
    expect(74, *words, says=[note])
    os.unlink(note), os.rename("note", note)
    # a damaged one stays until the good one takes its place
    store(path, right[:5000])
    process = start("sweep", "--plan", the_plan, "--shard", "0/2", "-q", "-j", "1")
    while process.poll() is None:
        if not os.path.exists(path):
            wrong("a damaged shard was removed before another one was there")
    process.communicate()
    if bytes_of(path) != right:
        wrong("a damaged shard was not made again")
    # one that cannot be opened is neither absent nor damaged
    os.unlink(path), os.symlink("shard-0-of-2.h5", path)
    expect(74, *words, says=[path])
    expect(74, "merge", "way", "--partial", "-q", "-o", "way.h5", says=[path])
    os.unlink(path)
    # another plan's journals are not ours to remove
    long = plan("way2", 2, 200)
    words2 = ["sweep", "--plan", long, "--shard", "0/2", "-q", "-j", "1"]
    for _ in range(40):
        process = start(*words2)
        time.sleep(random.uniform(0.1, 0.4))
        process.terminate()
        process.communicate()
        if process.returncode == 75:
            break
    journals = [name for name in hidden("way2") if name.endswith(".log")]
    for name in journals:
        shutil.copy("way2/" + name, "way/" + name)
    expect(0, *words)
    if not journals or sorted(hidden("way")) != sorted(journals):
        wrong("another plan's journals:", journals, "became", hidden("way"))
    # asked to stop: as many are missing as are not kept
    for turn in range(9):
        for name in os.listdir("way2"):
            if name != "plan.json":
                os.unlink("way2/" + name)
        process = subprocess.Popen([prodrome, *words2], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=plain, text=True)
        time.sleep(0.4 / 1.5**turn)
        process.terminate()
        out, err = process.communicate()
        if process.returncode == 75:
            break
    if process.returncode != 75:
        wrong("no attempt was interrupted:", process.returncode)
    else:
        process.stdout, process.stderr = out, err
        kept = json.loads(run("status", "way2", "--json").stdout)
        said = account(process)
        if said[1] + said[2] != kept["cases_done"] or said[3] != 100 - kept["cases_done"]:
            wrong("of 100 cases:", said, "but kept are", kept)
    # the kernel repeats SIGXCPU: that is no second request
    code = subprocess.run(["sh", "-c", 'ulimit -S -t 1; exec "$@"', "sh", prodrome, "sweep", "--plan", plan("cpu", 1, 2000), "-q", "-j", "8"],
                          capture_output=True, env=plain).returncode
    if code != 75:
        wrong(f"out of processor time: exit {code} instead of 75")
    print("in the way of a shard: what is left alone, and what is said of it")


# ---- which shard ----
def schedulers():
    the_plan = plan("tasks", 4, 16)

    def made(code, says="", **more):
        for path in glob.glob("tasks/shard-*"):
            os.unlink(path)
        r = expect(code, "sweep", "--plan", the_plan, "-q", says=[says], **more)
        return sorted(int(os.path.basename(p).split("-")[1]) for p in glob.glob("tasks/shard-*.h5"))

    def check(wanted, code=0, says="", **more):
        got = made(code, says, **more)
        if got != wanted:
            wrong(f"{more}: shards {got} instead of {wanted}")

    every = [0, 1, 2, 3]
    check(every)
    for name, least in ("SLURM_ARRAY_TASK_ID", 0), ("PBS_ARRAY_INDEX", 0), ("PBS_ARRAYID", 0), ("LSB_JOBINDEX", 1), ("SGE_TASK_ID", 1), ("HQ_TASK_ID", 0):
        check([2], **{name: str(2 + least)})
        check([3], **{name: str(1 + least), "PRODROME_SHARD_OFFSET": "2"})
        check([], 64, "4", **{name: str(4 + least)})
        check([], 64, "4", **{name: str(3 + least), "PRODROME_SHARD_OFFSET": "1"})
        for nonsense in "x", "1x", "-1", "1.5", " 1", "18446744073709551617", "99999999999999999999999":
            check([], 64, name, **{name: nonsense})
        for nonsense in "x", "-1", "1e3", "18446744073709551615", "99999999999999999999999":
            check([], 64, "PRODROME_SHARD_OFFSET" if len(nonsense) < 20 else "", **{name: "1", "PRODROME_SHARD_OFFSET": nonsense})
        check(every, **{name: ""})
    check(every, SGE_TASK_ID="undefined")  # a job that is no array
    check(every, LSB_JOBINDEX="0")
    check([1], SLURM_ARRAY_TASK_ID="3", HQ_TASK_ID="1")  # HyperQueue's workers may be an array of Slurm's
    for shard in "4/4", "0/3", "0/5", "0", "/", "0/", "/4", "-1/4", "0/4x", "x", "", " 0/4", "18446744073709551616/4", "0/18446744073709551620":
        expect(64, "sweep", "--plan", the_plan, "-q", "--shard", shard)
    expect(0, "sweep", "--plan", the_plan, "-q", "--shard", "1/4", SLURM_ARRAY_TASK_ID="3", PRODROME_SHARD_OFFSET="x")
    print("the shards of six schedulers")


# ---- plans ----
def mutants():
    shutil.copy(scenarios + "oven.yaml", "own.yaml")
    os.makedirs("own")
    expect(0, "plan", "own.yaml", "-q", "-n", "8", "--shards", "2", "-o", "own/plan.json", "--set", "group=2", "--set", "period=60 s")
    store("own.yaml", bytes_of("own.yaml").replace(b"seed: 1", b"seed: 3"))
    expect(0, "sweep", "--plan", "own/plan.json", "-q", "--shard", "0/2")  # the plan has a seed of its own
    store("own.yaml", bytes_of("own.yaml").replace(b"170 degC", b"171 degC"))
    for words in ("sweep", "--plan", "own/plan.json", "-q", "--shard", "1/2"), ("merge", "own", "-o", "own.h5", "-q"):
        expect(65, *words, says=["own.yaml", "has changed"])
    os.unlink("own.yaml")
    expect(66, "sweep", "--plan", "own/plan.json", "-q", says=["own.yaml"])
    expect(66, "sweep", "--plan", "nowhere/plan.json", "-q")
    expect(66, "status", "nowhere")

    text = bytes_of(plan("mutants", 3, 12))
    values = ["null", "true", "-1", "0", "1", "1.5", "1e999", "1e-999", "nan", "inf", "18446744073709551615", "18446744073709551616", "9" * 40, '""', '"x"', "[]", "{}", "[[[[1]]]]", '"' + "x" * 5000 + '"']
    root = json.loads(text)
    trials = []

    def put(change):
        copy = json.loads(text)
        change(copy)
        return json.dumps(copy).encode()

    for member in root:
        trials.append((f"without {member}", put(lambda r: r.pop(member))))
        for value in values:
            marked = put(lambda r: r.update({member: "@here@"}))
            trials.append((f"{member} {value[:30]}", marked.replace(b'"@here@"', value.encode())))
    for member in "first", "cases", "cost":
        trials.append((f"without {member}", put(lambda r: r["shards"][1].pop(member))))
        for value in values:
            marked = put(lambda r: r["shards"][1].update({member: "@here@"}))
            trials.append((f"a shard's {member} {value[:30]}", marked.replace(b'"@here@"', value.encode())))
    trials += [(f"truncated to {n}", text[:n]) for n in range(0, len(text) - 2, 1 if long else 29)]
    for _ in range(3000 if long else 150):
        copy = bytearray(text)
        for _ in range(random.choice((1, 1, 1, 3, 30))):
            copy[random.randrange(len(copy))] = random.choice((random.randrange(256), random.choice(b'{}[]",:\\&*!|>%@`#\n\0')))
        trials.append(("random bytes", bytes(copy)))
    if not long:
        trials = [t for k, t in enumerate(trials) if k % 3 == 0 or "integrator" in t[0] or "license" in t[0] or "cost" in t[0]]
    harmless = 0
    for what, data in trials:
        store("mutants/plan.json", data)
        if data == text:
            continue
        # a shard that no plan has: one that can be read is told from one that cannot without a run
        r = run("sweep", "--plan", "mutants/plan.json", "-q", "--shard", "0/999999999")
        codes = [r.returncode, run("status", "mutants").returncode]
        if r.returncode == 64:
            r = run("sweep", "--plan", "mutants/plan.json", "-q")
            codes.append(r.returncode)
            harmless += r.returncode == 0
            for path in glob.glob("mutants/*shard-*"):
                os.unlink(path)
            # these mean another sweep, and are a plan as good
            if r.returncode == 0 and any(what.startswith(w) for w in ("integrator", "cases", "seed", "schema", "source", "scenario", "set", "without", "trunc")) and what != "seed 1":
                wrong("taken for a plan:", what)
            if r.returncode == 0 and what in ('license ""', 'license "' + "x" * 29):
                wrong("taken for a licence:", what)
        if any(code not in (0, 64, 65, 66) for code in codes) or (66 in codes and not what.startswith(("scenario", "random"))):
            wrong(f"{what}: exits {codes}:", r.stderr)
    print(f"{len(trials)} mutants of a plan, of which {harmless} still are one")


# ---- a million cases ----
def million(cases=1000000, shards=64):
    # at rest before the oven: 80 us of a core each
    options = ["--no-truth", "--set", "duration=4 min", "--set", "period=1 min", "--set", "group=5000"]
    the_plan = plan("many", shards, cases, options, "oven.yaml")
    begin = time.time()
    peak = 0
    for i in range(shards):
        process = start("sweep", "--plan", the_plan, "--shard", f"{i}/{shards}", "-q")
        _, status, used = os.wait4(process.pid, 0)
        peak = max(peak, used.ru_maxrss)
        if status:
            wrong(f"shard {i}: {process.stderr.read().decode()}")
            return
        process.stderr.close()
    swept = time.time() - begin
    begin = time.time()
    expect(0, "status", "many")
    asked = time.time() - begin
    begin = time.time()
    process = start("merge", "many", "-q", "-o", "many.h5")
    _, status, used = os.wait4(process.pid, 0)
    merged = time.time() - begin
    size = os.path.getsize("many.h5") if status == 0 else wrong("merge:", process.stderr.read().decode()) or 0
    print(f"{cases} cases, {shards} shards: swept in {swept:.0f} s with {peak / 1024:.0f} MiB at most; status in {asked:.2f} s;"
          f" merged in {merged:.1f} s, {1e-6 * size / merged:.0f} MB/s, with {used.ru_maxrss / 1024:.0f} MiB")
    if asked > 1.0:
        wrong("status takes more than a second")
    if peak > 400 * 1024 or used.ru_maxrss > 400 * 1024:
        wrong("memory is not bounded")
    shutil.rmtree("many"), os.unlink("many.h5")


try:
    only = os.environ.get("PRO_ONLY", "")
    parts = [all_cuts, races, damages, in_the_way, schedulers, mutants]
    if long:
        parts.append(million)
    for part in parts:
        if not only or part.__name__ in only:
            begin = time.time()
            part()
            print(f"  ({time.time() - begin:.0f} s)", flush=True)
finally:
    os.chdir("/")
    shutil.rmtree(work)
sys.exit(bad > 0)
END
