# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the corpus that `test_corpus make` writes as its users would, and compares what they see."""
import sys
import warnings

import h5py
import netCDF4
import numpy as np
import xarray

warnings.simplefilter("error")  # a reader that has to guess says so
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=FutureWarning)
path = sys.argv[1]
channels = ["T_surface", "T_ambient", "voltage", "current", "pressure", "gas_H2", "gas_CO", "gas_CO2", "gas_VOC"]
nan = float("nan")


def each_dataset(file):
    found = []
    file.visititems(lambda name, item: found.append((name, item)) if isinstance(item, h5py.Dataset) else None)
    return found


def check_h5py():
    with h5py.File(path) as f:
        for name, kind in dict(title=str, Conventions=str, schema=str, source=str, scenario=str, scenario_sha256=str,
                               seed=np.uint64, integrator=str, license=str, references=str).items():
            assert isinstance(f.attrs[name], kind), name
        assert f.attrs["schema"] == "prodrome-corpus/1" and f.attrs["Conventions"] == "CF-1.10"
        assert "\u00fcbung" in f.attrs["scenario"]
        names = [name for name, _ in each_dataset(f)]
        assert len(names) > 100 and len(set(names)) == len(names)
        for name, item in each_dataset(f):
            pure = b"not a netCDF variable" in item.attrs.get("NAME", b"")
            if pure:
                continue
            assert isinstance(item.attrs["units"], str) and isinstance(item.attrs["long_name"], str), name
            if item.dtype != object:  # text has no fill
                assert item.attrs["_FillValue"].dtype == item.dtype, name
            if item.shape and item.dtype != object:
                assert item.shuffle and item.fletcher32 and item.compression == "gzip" and item.compression_opts == 1
            if b"DIMENSION_SCALE" not in item.attrs.get("CLASS", b""):
                assert all(len(dim) == 1 for dim in item.dims), name
            item[()]
        assert f["T_surface"].dims[0][0].name == "/obs" and f["class"].dims[0][0].name == "/case"
        assert f["T_surface"].chunks == (65536,) and f["T_surface"].dtype == np.int16
        assert f["pressure"].dtype == np.int32 and f["current"].dtype == np.int32
        start, size = f["row_start"][:], f["row_size"][:]
        assert (start[::8] % 65536 == 0).all() and (size[[7, 17]] == 0).all() and (np.delete(size, [7, 17]) == 500).all()
        meanings = f["outcome"].attrs["flag_meanings"].split()
        assert [meanings[i] for i in f["outcome"][:4]] == ["safe", "runaway", "safe", "runaway"]
        assert np.isnan(f["t_runaway_guarded"][0]) and f["t_runaway_guarded"][1] == 250.0
        assert f["run_info/message"].asstr()[7] == "made to fail at t = 7 s" and f["run_info/message"].asstr()[8] == ""
        assert f["param/oven.kind"].attrs["flag_meanings"] == "slow very_fast"
        assert f["param/oven.T"].attrs["units"] == "K" and f["param/oven.T"].attrs["distribution"] == "uniform(413.15, 443.15)"
        assert f["param/oven.T"][3] == 423.0 and np.isnan(f["param/sei_decomposition.Ea"][1])
        first = slice(start[1], start[1] + size[1])
        assert (np.diff(f["time"][first]) == 1.0).all()
        assert np.isnan(f["time"][start[6] + 500: start[8]]).all()  # the rows up to a group's boundary
        names = next(v for k, v in f["truth/extent"].attrs.items() if k.startswith("reactions_of_")).split()
        extent = f["truth/extent"][start[1] + 499]
        assert (extent[: len(names)] == 0.5).all() and np.isnan(extent[len(names):]).all()
        check_normalization(f)
        return {c: decode(f[c]) for c in channels}, f["time"][:]


def decode(item):
    codes = item[:]
    value = codes * item.attrs["scale_factor"] + item.attrs["add_offset"]
    value[codes == item.attrs["_FillValue"]] = nan
    return value


def check_normalization(f):
    train = f["split"].attrs["flag_meanings"].split().index("train")
    rows = np.concatenate([np.arange(a, a + n) for a, n, s in zip(f["row_start"][:], f["row_size"][:], f["split"][:])
                           if s == train])
    for c in channels:
        value, stored = decode(f[c])[rows], f["normalization"][c]
        known = np.sort(value[~np.isnan(value)])
        assert stored["count"][()] == len(known) and stored["missing"][()] == len(value) - len(known)
        # numpy sums doubles, we sum integers: they differ by rounding of some 1e4 terms
        assert np.isclose(stored["mean"][()], known.mean(), rtol=1e-12, atol=1e-15)
        assert np.isclose(stored["std"][()], known.std(), rtol=1e-9, atol=1e-9 * f[c].attrs["scale_factor"])
        ranks = np.maximum(np.ceil(f["normalization/quantile"][:] * len(known) - 1e-6).astype(int), 1) - 1
        assert np.allclose(stored["quantiles"][:], known[ranks], rtol=0, atol=1e-9 * f[c].attrs["scale_factor"])


def check_xarray(engine, decoded, time):
    with xarray.open_dataset(path, engine=engine) as d:
        assert d.sizes["case"] == 25 and d.sizes["obs"] == len(time) and set(d.sizes) == {"case", "obs"}
        assert d.attrs["schema"] == "prodrome-corpus/1" and d.T_surface.attrs["units"] == "K"
        assert np.issubdtype(d.time.dtype, np.floating) and np.issubdtype(d.t_fault.dtype, np.floating)
        assert np.array_equal(d.time.values, time, equal_nan=True)
        for c in channels:  # xarray decodes 16-bit codes to float32
            assert np.allclose(d[c].values, decoded[c], rtol=1e-6, equal_nan=True), c
        case = d.isel(case=1)
        rows = slice(int(case.row_start), int(case.row_start) + int(case.row_size))
        assert abs(float(case.T_max) - 598.0) < 2.0  # 298 K and 300 K
        assert np.isclose(float(d.T_surface.isel(obs=rows).max()), np.nanmax(decoded["T_surface"][rows]), rtol=1e-6)
    for group in ["truth", "param", "nameplate", "run_info", "normalization", "normalization/T_surface"]:
        with xarray.open_dataset(path, engine=engine, group=group) as d:
            assert len(d.load().variables) > 0, group
    with xarray.open_dataset(path, engine=engine, group="truth") as d:
        assert d.extent.dims == ("obs", "reaction") and d.T_core.dims == ("obs",)
    with xarray.open_dataset(path, engine=engine, group="run_info") as d:
        assert str(d.message.values[7]) == "made to fail at t = 7 s"


def check_netcdf4(decoded):
    with netCDF4.Dataset(path) as d:
        assert d.dimensions["obs"].isunlimited() and len(d.dimensions["case"]) == 25
        assert np.allclose(d["voltage"][:].filled(nan), decoded["voltage"], equal_nan=True)
        assert d["truth"]["extent"].dimensions == ("obs", "reaction")
        assert d["class"].flag_meanings.startswith("event near_miss") and d["time"].units == "s"


values, times = check_h5py()
for each in ["h5netcdf", "netcdf4"]:
    check_xarray(each, values, times)
check_netcdf4(values)
print("h5py, xarray (h5netcdf, netcdf4) and netCDF4 agree")
