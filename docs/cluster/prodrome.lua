-- SPDX-License-Identifier: GPL-3.0-or-later
-- Lmod: as MODULEPATH/prodrome/0.1.0.lua. Where the source tree is, and what it was built with:
local home = "/project/software/prodrome"
local needs = {} -- as in {"gcc/12", "hdf5/1.10", "gsl", "sundials/6"}

help([[Simulates thermal runaway of lithium-ion cells into labelled corpora. See `prodrome --help`.]])
whatis("Name: prodrome")
whatis("Version: 0.1.0")
whatis("Description: thermal-runaway simulator and early-warning benchmark for lithium-ion cells")

for _, name in ipairs(needs) do
   depends_on(name)
end
prepend_path("PATH", pathJoin(home, "build"))
