#!/bin/sh
# test: quick
# SPDX-License-Identifier: GPL-3.0-or-later
# `prodrome validate` on data of one's own: other cells, missing values, dead and odd files are compared or left out
# with a word; broken ones are answered with one message that says where. Misses are results: the exit code is 0.
set -u
prodrome=$PRO_BUILD/prodrome
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0
wrong() { echo "wrong: $*"; bad=1; }

# ok NAME DATA...: prints one JSON document that adds up, kept as NAME.json
ok() {
  name=$1
  shift
  "$prodrome" validate "$name" -q --json "$@" >"$name.json" 2>stderr || { wrong "validate $name $* failed"; cat stderr; }
  [ -s stderr ] && ! grep -qx "$name" stderr && { wrong "validate $name -q is not quiet"; cat stderr; }
  "$prodrome" validate "$name" -q "$@" >"$name.txt" 2>stderr || wrong "validate $name $* failed without --json"
  grep -Eq '^[0-9]+ pass, [0-9]+ miss, [0-9]+ recorded$' "$name.txt" || wrong "$name: no summary"
}
# refused CODE PATTERN WORDS...: one message and nothing on stdout
refused() {
  code=$1 pattern=$2
  shift 2
  "$prodrome" validate -q "$@" >stdout 2>stderr
  got=$?
  [ "$got" = "$code" ] || wrong "exit $got instead of $code: validate $*"
  [ -s stdout ] && wrong "stdout is not empty: validate $*"
  [ "$(grep -c '^prodrome: ' stderr)" = 1 ] || { wrong "not one message: validate $*"; cat stderr; }
  grep -Eq "$pattern" stderr || { wrong "validate $*: no '$pattern' in:"; cat stderr; }
}

# ---- failure_databank ----
columns=cell,chemistry_guess,trigger,soc_pct,mass_g,total_heat_kJ,body_heat_kJ,mass_ejected_pct,casing_T_at_trigger_degC,format,capacity_Ah,nominal_V
cat >tests.csv <<END
$columns
Some pouch,nmc/lmo,Nail,100,180,150,70,30,,pouch,8,
Some 18650,,Heater (Non-ISC),100,45.0,60,10,60,230,18650,2.9,3.6
Some 18650,nca,Heater (Non-ISC),100,45.4,64,11,61,240,18650,2.9,3.6
Some 18650,nca,Heater (ISC),100,45.4,,11,61,120,18650,2.9,3.6
Some 18650,nca,Heater (ISC),100,45.4,63,11,61,120,18650,2.9,3.6
END
ok failure_databank --data tests.csv --draws 2
grep -q '1 rows could not be used; the first: row 4 has no total_heat_kJ' failure_databank.txt || wrong "a row is left out without a word"
sed 's/,8,$/,eight,/' tests.csv >broken.csv
refused 65 'broken.csv:2:[0-9]+: capacity_Ah: "eight" is not a number' failure_databank --data broken.csv
sed 's/total_heat/heat/' tests.csv >broken.csv
refused 65 'broken.csv:1:1: no column total_heat_kJ' failure_databank --data broken.csv
refused 66 'absent.csv' failure_databank --data absent.csv

# ---- indentation ----
mkdir dented
cat >dented/index.csv <<END
trace,cell,chemistry,capacity_Ah,soc_pct,outcome,saturated,T_max,V_min
a,Mystery,?,3,0,short_no_runaway,0,80,0.1
b,Mystery,?,3,100,runaway,1,150.2,0
c,Iron,LFP,15,50,short_no_runaway,0,60,3.1
d,Told by its trace,NMC 622,5,100,,,,
END
printf 'time_s,voltage_V,Tmax_degC\n0,4.1,25\n1,0.1,60\n2,0,120\n3,0,200\n4,0,300\n' >dented/d.csv
ok indentation --data dented
rm dented/d.csv
refused 66 'd.csv' indentation --data dented
sed 's/,100,runaway/,1000,runaway/' dented/index.csv >index && mv index dented/index.csv
refused 65 'index.csv:3:[0-9]+: soc_pct = 1000 is out of range' indentation --data dented

# ---- drive ----
mkdir driven
cat >driven/index.csv <<END
file,cell,chemistry,capacity_Ah,format
odd.csv,X,NMC,2.5,18650
dead.csv,X,NMC,2.5,18650
pack.csv,X,NMC,2.5,18650
unsized.csv,X,NMC,,18650
END
{
  echo 'time_s,current_A,voltage_V,T_degC,segment'
  echo '0,0,4.19,25,0'
  echo '0.4,-2.5,4.05,25,0'
  echo '0.4,-2.5,4.05,25,0'
  echo '7,-2.5,4.03,25.1,0'
  echo '8.1,,4.03,25.1,0'
  echo '60,-2.5,4.00,,0'
  echo '61,0,,25.2,0'
  echo '5000,0,4.1,25,1'
  echo '5100,-1,4.0,25,1'
} >driven/odd.csv
printf 'time_s,current_A,voltage_V\n0,0,3.9\n1,0,3.9\n2,0,3.9\n3,0,3.9\n' >driven/dead.csv
printf 'time_s,current_A,voltage_V\n0,-1,390\n1,-1,390\n2,-1,390\n3,-1,390\n' >driven/pack.csv
cp driven/odd.csv driven/unsized.csv
ok drive --data driven
for why in 'dead.csv is left out: its current is zero' 'pack.csv is left out: its voltage' 'unsized.csv is left out: the index'; do
  grep -q "$why" drive.txt || wrong "drive: no note '$why'"
done
ok drive --data driven --cell lco_18650
ok drive --data "$PRO_SOURCE/tests/data"
refused 64 "there is no cell 'lco_1865'; did you mean" drive --data driven --cell lco_1865
echo 'time_s,current_A,voltage_V
0,x,1' >driven/odd.csv
refused 65 'odd.csv:2:3: "x" is not a number' drive --data driven
printf 'file,cell,capacity_Ah\ndead.csv,X,2.5\n' >driven/index.csv
refused 65 'no trace can be replayed; .*current is zero' drive --data driven
rm driven/index.csv
refused 66 'index.csv' drive --data driven

# ---- the command ----
refused 64 "there is no comparison 'drve'; did you mean 'drive'" drve
refused 64 'data goes with the name of one comparison' --data tests.csv
refused 64 'data goes with the name of one comparison' drive indentation --data driven
refused 64 'whole number' drive --draws -1

python3 - <<'END' || bad=1
import json, math
for name in ("failure_databank", "indentation", "drive"):
    def no_constant(word):
        raise ValueError(word)
    with open(name + ".json") as f:
        document = json.load(f, parse_constant=no_constant)
    assert [c["name"] for c in document["comparisons"]] == [name]
    c = document["comparisons"][0]
    rows = c["rows"]
    assert rows and not c["skipped"]
    for verdict in ("pass", "miss", "recorded"):
        assert c[verdict] == document[verdict] == sum(r["verdict"] == verdict for r in rows)
    for r in rows:
        assert set(r) == {"group", "what", "unit", "measured", "low", "high", "computed", "difference", "verdict"}
        if r["computed"] is not None and r["measured"] is not None:
            assert math.isclose(r["difference"], r["computed"] - r["measured"], rel_tol=1e-12, abs_tol=1e-12)
        if r["verdict"] == "pass":
            assert r["computed"] is not None
            assert r["low"] is None or r["computed"] >= r["low"]
            assert r["high"] is None or r["computed"] <= r["high"]
END
[ $bad = 0 ] && echo "validate compares what there is"
exit $bad
