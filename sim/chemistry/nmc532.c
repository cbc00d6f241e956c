/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.345)                        /* [g/Ah] */
#define CATHODE (1.0 / 0.160)                      /* [g/Ah] */
#define ELECTROLYTE 1.7                            /* [g/Ah] */
#define SEPARATOR 0.4                              /* [g/Ah] */
#define VOLTAGE 3.68                               /* [V] */
#define LITHIUM_LEFT 0.03                          /* as in nmc811 */
#define CATHODE_LEFT ((1.0 - 0.90) / (1.0 - 0.32)) /* lithium between 0.90 (guess) and 0.90 - 0.160/0.2776 */

/* Total: 0.08 to 0.10 mol/Ah (medium). Shares: medians of 7 tests of NMC532 in 4 papers, which add up to 99 %. */
#define TOTAL 0.09 /* [mol/Ah] */
#define H2 (29.0 / 99.0 * TOTAL)
#define CO (26.0 / 99.0 * TOTAL)
#define CO2 (30.0 / 99.0 * TOTAL)
#define CH4 (6.0 / 99.0 * TOTAL)
#define C2H4 (8.0 / 99.0 * TOTAL)
#define C2H6 0.0
#define SEI_GAS 0.1e-3 /* what an 18650's disc leaves room for: see lco_kim2007 */

#define HEAT 6.057e5 /* [J/kg] */
/* Li0.32 M O2 to MO and Li2O: 0.5 - 0.32/4 mol of O2 from 96.55 g */
#define OXYGEN ((0.5 - 0.32 / 4.0) * 31.998 / 96.55)

#define BURNT 0.8 /* guess, between nickel-rich cells and LCO */

#define FIT CALIBRATED "on ARC onset and runaway of one cell and on ovens"

const pro_network pro_chemistry_nmc532 = {
    .name = "nmc532",
    .doc =
        "NMC532/graphite, to serve NMC111 as well: anode and SEI calibrated on ARC. Calibrated for this "
        "project and not literature; for cells of any size.",
    .source =
        "Targets of the calibration, at full charge: ARC 72-95, 213 degC (Ren et al., "
        "10.1016/j.apenergy.2018.06.126), critical oven 168 degC (Zhao et al., J. Energy Storage 84 "
        "(2024) 110901, a simulation)",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "total: 0.08 to 0.10 mol/Ah, medium confidence; shares: medians of 7 tests in 4 papers (machine-"
        "extracted); who makes it: engineering closure, low confidence",
    .species = {SPECIES, SPECIES_OXYGEN},
    .reactions =
        {
            SEI_REACTION(2.52e15, FIT),
            ANODE_REACTION(7.20e13, FIT, OXIDE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(
                2.25e14, 1.54e5, HEAT, 1.0,
                "A, Ea: Peng & Jiang 2016, from memory, behaviour checked against ovens; heat calibrated",
                OXIDE_CATHODE_GASES),
            OXYGEN_REACTION(OXYGEN, HEAT, BURNT),
            ELECTROLYTE_REACTION(OXIDE_ELECTROLYTE_GASES),
            BINDER_REACTION(OXIDE_BINDER_GASES),
            SEPARATOR_REACTION,
            CROSSTALK_REACTION,
        },
};
