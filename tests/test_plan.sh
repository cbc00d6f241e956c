#!/bin/sh
# test: quick
# SPDX-License-Identifier: GPL-3.0-or-later
# What is done around a plan's shards: a file that is no plan is not written over, a merge takes no shard's name, paths may
# hold what they like or are refused, and what is told on the way is so.
exec /usr/bin/python3 - <<'END'
import h5py, json, os, shutil, subprocess, sys, tempfile

prodrome = os.environ["PRO_BUILD"] + "/prodrome"
scenarios = os.environ["PRO_SOURCE"] + "/scenarios/"
work = tempfile.mkdtemp()
os.chdir(work)
bad = 0
options = ["-q", "--no-truth", "--set", "group=2", "--set", "period=60 s"]


def wrong(*words):
    global bad
    bad += 1
    print("wrong:", *words)


def expect(code, *words, says=(), out=()):
    r = subprocess.run([prodrome, *words], capture_output=True, errors="replace", timeout=60)
    if r.returncode != code:
        wrong(f"exit {r.returncode} instead of {code}:", *map(ascii, words), r.stderr)
    for texts, where in (says, r.stderr), (out, r.stdout):
        for text in texts:
            if text not in where:
                wrong(f"'{text}' is not said by", *map(ascii, words), "but:", where)
    return r


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def store(path, data):
    with open(path, "wb") as file:
        file.write(data)


def plan(folder, shards=3, cases=6, code=0, **more):
    os.makedirs(folder, exist_ok=True)
    expect(code, "plan", "own.yaml", "-n", str(cases), "--shards", str(shards), "-o", folder + "/plan.json", *options, **more)
    return folder + "/plan.json"


def what_is_no_plan_is_left_alone():
    text = bytes_of("own.yaml")
    expect(65, "plan", "own.yaml", "-n", "6", "-o", "own.yaml", *options, says=["own.yaml: is there and cannot be read as a plan", "remove it"])
    if bytes_of("own.yaml") != text:
        wrong("a scenario is replaced by its plan")
        store("own.yaml", text)
    the_plan = plan("good")
    expect(0, "sweep", "--plan", the_plan, "-q")
    right = bytes_of(the_plan)
    for what, data in ("a damaged key", right.replace(b'"seed"', b'"sead"')), ("half of it", right[: len(right) // 2]), ("nothing", b""):
        store(the_plan, data)
        plan("good", code=65, says=[the_plan])
        if bytes_of(the_plan) != data:
            wrong(f"a plan with shards, of which {what} is there, is written over")
    os.unlink(the_plan)
    plan("good")  # what is not there is made
    if bytes_of(the_plan) != right:
        wrong("the same plan has other bytes")
    plan("good")  # and may be made again
    plan("good", cases=8, code=65, says=["is another plan, of which 3 shards"])
    plan("idle"), plan("idle", cases=8)  # nothing was made of it
    os.makedirs("folder.json")
    expect(65, "plan", "own.yaml", "-n", "6", "-o", "folder.json", *options, says=["folder.json"])


def a_merge_takes_no_name_of_a_shard():
    shutil.copytree("good", "part")
    os.unlink("part/shard-1-of-3.h5"), os.unlink("part/shard-1-of-3.json")
    os.symlink("part", "link")
    for name in "part/shard-1-of-3.h5", "link/shard-1-of-3.h5", "part/../part/shard-1-of-3.h5", "part/shard-0-of-3.json", "part/shard-1-of-3.json", "part/shard-2-of-3.failed", "part/shard-0-of-3.h5":
        before = sorted(os.listdir("part"))
        expect(64, "merge", "part", "--partial", "-q", "-o", name, says=["-o " + name, "another name"])
        if sorted(os.listdir("part")) != before:
            wrong("a merge has written", name)
            shutil.rmtree("part"), shutil.copytree("good", "part")
            os.unlink("part/shard-1-of-3.h5"), os.unlink("part/shard-1-of-3.json")
    for name in "part/shard-3-of-3.h5", "part/shard-1-of-2.h5", "shard-1-of-3.h5":  # are no names of this plan's
        expect(0, "merge", "part", "--partial", "-q", "-o", name)
        os.unlink(name)


def nothing_takes_a_place_but_its_kind_s():
    """What else is there may be a scenario, a plan, a receipt, a shard or measured data that somebody has named by mistake."""
    shutil.copytree("good", "kept")
    shutil.copytree("good", "kept2")
    shutil.copy("own.yaml", "kept/own.yaml")
    with h5py.File("kept/lab.h5", "w") as file:
        file["lab"] = [1.0, 2.0]
    os.unlink("kept/shard-1-of-3.json")
    old = json.loads(bytes_of("kept/shard-2-of-3.json"))
    del old["plan_sha256"]  # as an older program leaves it
    store("kept/shard-2-of-3.json", json.dumps(old).encode())
    kept = {name: bytes_of("kept/" + name) for name in os.listdir("kept")}
    for name in kept:
        shard = name.startswith("shard") and name.endswith(".h5")
        says = ["kept/" + name, "another name", "is there and is a shard" if shard else "is there and is no corpus"]
        expect(65, "sweep", "kept/own.yaml", "-n", "2", *options, "-o", "kept/" + name, says=says)
        expect(65, "merge", "kept2", "-q", "-o", "kept/" + name, says=says)
        expect(65, "run", "oven", "-o", "kept/" + name, says=["kept/" + name, "another name"])
        if name.endswith((".h5", "yaml")):
            expect(65, "slurm", "kept2", "--program", prodrome, "-o", "kept/" + name, says=["kept/" + name, "another name"])
    for name in "kept2/plan.json", "kept2/shard-0-of-3.h5", "kept2/shard-1-of-3.json", "kept2/shard-9-of-3.h5":
        expect(0 if "9" in name else 64, "slurm", "kept2", "--program", prodrome, "-o", name, says=[] if "9" in name else [name, "another name"])
    if {name: bytes_of("kept/" + name) for name in os.listdir("kept")} != kept:
        wrong("something that is no corpus, or a shard, is written over")
    for name in "own/shard-0-of-3.json", "own/shard-2-of-3.h5", "own/shard-1-of-3.failed":
        os.makedirs("own", exist_ok=True)
        expect(64, "plan", "own.yaml", "-n", "6", "--shards", "3", *options, "-o", name, says=[name, "another name"])
    sweep = "sweep", "kept/own.yaml", "-n", "2", *options, "-o"
    store("kept/new.h5", b""), store("kept/new.csv", b"")  # as mktemp makes it
    expect(0, *sweep, "kept/new.h5")
    right = bytes_of("kept/new.h5")
    expect(0, *sweep, "kept/new.h5")
    for _ in range(2):
        expect(0, "run", "oven", "-o", "kept/new.csv")
    # a corpus that has the name of a shard which is to be made
    os.unlink("kept2/shard-0-of-3.h5"), os.unlink("kept2/shard-0-of-3.json")
    shutil.copy("kept/new.h5", "kept2/shard-0-of-3.h5")
    expect(0, "status", "kept2", out=["2 done", "1 unchecked"])
    expect(65, "sweep", "--plan", "kept2/plan.json", "-q", says=["kept2/shard-0-of-3.h5", "no shard", "remove it or move it away"])
    expect(0, "status", "kept2", out=["2 done", "1 failed"])
    if bytes_of("kept2/shard-0-of-3.h5") != right:
        wrong("a corpus over another one has other bytes, or is taken for a shard")


def a_path_that_is_no_text_is_refused():
    for folder, code in (b"caf\xe9", 65), ("caf\u00e9 \"\\\x01".encode(), 0):
        os.makedirs(folder)
        name = os.fsdecode(folder) + "/own.yaml"
        shutil.copy("own.yaml", name)
        expect(code, "plan", name, "-n", "6", "-o", "named.json", *options, says=["UTF-8", "own.yaml"] if code else [])
        if code and os.path.exists("named.json"):
            wrong("a plan of a path that no plan can hold")
    expect(0, "sweep", "--plan", "named.json", "-q")


def shown_samples_are_found_whatever_their_folder_is_called():
    expect(0, "merge", "good", "-q", "-o", "whole.h5")

    def evaluated(name):
        told = json.loads(expect(0, "evaluate", name, "--json", "--detector", "threshold_T").stdout or "{}")
        return [{key: value for key, value in d.items() if key != "ns_per_sample"} for d in told.get("detectors", [])]

    told = evaluated("whole.h5")
    for folder in "v50%b", "100%%", "%", "%5%%d":
        shutil.copytree("good", folder)
        name = "shown.h5"
        expect(0, "merge", folder, "--virtual", "-q", "-o", name)
        expect(0, "verify", name)
        if not told or evaluated(name) != told:
            wrong(f"{folder}: what is shown is not what is stored")
        os.rename(folder, "gone")
        for command in ("verify", name), ("evaluate", name, "--detector", "threshold_T"):
            expect(65, *command, says=[f"/{folder}/shard-0-of-3.h5, which is not there"])
        os.rename("gone", folder)
        os.unlink(name)
        # within the folder they are known by their own names
        expect(0, "merge", folder, "--virtual", "-q", "-o", folder + "/shown.h5")
        expect(0, "verify", folder + "/shown.h5")


def a_shard_of_another_size_than_its_receipts_is_not_done():
    shutil.copytree("good", "hurt")
    expect(0, "status", "hurt", out=["3 shards = 3 done", "all are done"])
    right = [bytes_of(f"hurt/shard-{i}-of-3.h5") for i in range(3)]
    store("hurt/shard-0-of-3.h5", b"")
    store("hurt/shard-2-of-3.h5", right[2][:-1])
    r = expect(0, "status", "hurt", out=["3 shards = 1 done", "2 damaged", "2 of 6 cases are done", "to be run again: 0, 2\n"])
    if "all are done" in r.stdout:
        wrong("damaged shards are done")
    r = json.loads(expect(0, "status", "hurt", "--json").stdout)
    if r["shards"] != {"done": 1, "running": 0, "stopped": 0, "failed": 0, "damaged": 2, "foreign": 0, "unchecked": 0, "missing": 0} or r["cases_done"] != 2:
        wrong("status --json:", r)
    if [(s["shard"], s["state"], s["cases_done"]) for s in r["not_done"]] != [(0, "damaged", 0), (2, "damaged", 0)]:
        wrong("status --json:", r["not_done"])
    os.unlink("hurt/shard-2-of-3.json")  # nothing to compare with
    expect(0, "status", "hurt", out=["3 shards = 1 done", "1 unchecked", "without a receipt, to be run again: 2\n"])
    expect(0, "sweep", "--plan", "hurt/plan.json", "-q")
    expect(0, "status", "hurt", out=["all are done"])
    if [bytes_of(f"hurt/shard-{i}-of-3.h5") for i in range(3)] != right:
        wrong("damaged shards are not made again")


def a_shard_of_another_plan_is_not_done():
    shutil.copytree("good", "again")
    os.unlink("again/plan.json")
    plan("again", cases=7)  # as many shards, others
    names = [f"again/shard-{i}-of-3.h5" for i in range(3)]
    there = [bytes_of(name) for name in names]
    r = expect(0, "status", "again", out=["3 shards = 0 done", "3 foreign", "0 of 7 cases are done", "another plan's, to be removed or moved away: 0, 1, 2\n"])
    if "all are done" in r.stdout:
        wrong("another plan's shards are done")
    r = json.loads(expect(0, "status", "again", "--json").stdout)
    if r["shards"]["foreign"] != 3 or r["cases_done"] != 0 or [s["state"] for s in r["not_done"]] != 3 * ["foreign"]:
        wrong("status --json:", r)
    expect(65, "sweep", "--plan", "again/plan.json", "-q", says=["remove it or move it away"])
    if [bytes_of(name) for name in names] != there:
        wrong("another plan's shards are touched")
    # damaged besides: it still is another plan's, as its receipt says
    os.unlink("again/shard-0-of-3.failed")
    store(names[0], there[0][:-100])
    expect(0, "status", "again", out=["2 foreign", "1 failed"] if os.path.exists("again/shard-1-of-3.failed") else ["3 foreign"])
    expect(65, "sweep", "--plan", "again/plan.json", "-q", "--shard", "0/3", says=["remove it or move it away"])
    if bytes_of(names[0]) != there[0][:-100]:
        wrong("another plan's damaged shard is touched")
    expect(0, "status", "again", out=["1 failed"])
    # a receipt that lies of its plan: seen, and made anew
    note = "good/shard-1-of-3.json"
    right = bytes_of(note)
    store(note, json.dumps({**json.loads(right), "plan_sha256": "0" * 64}).encode())
    expect(0, "status", "good", out=["2 done", "1 foreign"])
    expect(65, "merge", "good", "-q", "-o", "lied.h5", says=["good/shard-1-of-3.h5", "its receipt"])
    expect(0, "sweep", "--plan", "good/plan.json", "-q")
    expect(0, "status", "good", out=["all are done"])
    if json.loads(bytes_of(note)) != json.loads(right):
        wrong("its receipt is now", bytes_of(note))
    store(note, json.dumps({**json.loads(right), "failed": 1}).encode())
    expect(0, "merge", "good", "-q", "-o", "lied.h5", out=["6 ok + 0 failed"])  # as the rows say
    store(note, right)


def a_note_tells_how_far_it_is():
    the_plan = plan("noted")
    r = expect(0, "sweep", "--plan", the_plan, "--log-format", "json")
    notes = [(n["done"], n["total"]) for n in map(json.loads, r.stderr.splitlines()) if "note" in n]
    if notes != [(2, 6), (4, 6), (6, 6)]:
        wrong("notes after each of three shards say", notes)
    os.unlink("noted/shard-1-of-3.h5"), os.unlink("noted/shard-1-of-3.json")
    r = expect(0, "sweep", "--plan", the_plan, "--log-format", "json")
    notes = [(n["done"], n["total"]) for n in map(json.loads, r.stderr.splitlines()) if "note" in n]
    if notes != [(4, 6)]:
        wrong("a note after the second shard, of which the first was there, says", notes)


try:
    shutil.copy(scenarios + "oven.yaml", "own.yaml")
    what_is_no_plan_is_left_alone()
    a_merge_takes_no_name_of_a_shard()
    nothing_takes_a_place_but_its_kind_s()
    a_path_that_is_no_text_is_refused()
    shown_samples_are_found_whatever_their_folder_is_called()
    a_shard_of_another_size_than_its_receipts_is_not_done()
    a_shard_of_another_plan_is_not_done()
    a_note_tells_how_far_it_is()
finally:
    os.chdir("/")
    shutil.rmtree(work)
sys.exit(bad > 0)
END
